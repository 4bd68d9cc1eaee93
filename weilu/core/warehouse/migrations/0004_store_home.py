from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("warehouse", "0003_copy_owners_anew"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="home",
            field=models.CharField(default="", max_length=32),
        ),
    ]
