from django.db import migrations, models


def forget(apps, schema_editor):
    """Rows written before are without events: everything is concluded anew, and the store is asked until then."""
    apps.get_model("members", "Profile").objects.all().delete()
    apps.get_model("members", "Concluded").objects.filter(key="lifecycle").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_profile"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.AddField(
            model_name="profile",
            name="newest",
            field=models.TextField(default=""),
            preserve_default=False,
        ),
    ]
