from django.db import migrations


def forget(apps, schema_editor):
    """Visitors were concluded to be members of the brand: where there are any, everything is concluded anew."""
    if apps.get_model("directory", "Ownership").objects.filter(anonymous=True).exists():
        apps.get_model("members", "Concluded").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_profile_newest"),
        ("directory", "0003_anonymous"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
