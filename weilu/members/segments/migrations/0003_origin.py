from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0002_snapshot")]

    operations = [
        migrations.AddField(model_name="segment", name="origin", field=models.JSONField(null=True)),
    ]
