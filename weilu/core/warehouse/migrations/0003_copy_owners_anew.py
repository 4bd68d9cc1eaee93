from django.db import migrations


def forget(apps, schema_editor):
    """Stores were told of ownership before it said which accounts are anonymous: where any is, all of it is copied again."""
    if apps.get_model("directory", "Ownership").objects.filter(anonymous=True).exists():
        apps.get_model("warehouse", "Store").objects.update(owners=[])


class Migration(migrations.Migration):
    dependencies = [
        ("warehouse", "0002_store_target"),
        ("directory", "0003_anonymous"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
