from django.db import migrations, models

from weilu.core.directory.joining import made_up

SOME = 500


def guess(apps, schema_editor):
    """Of accounts that were there before, what looks made up and was never a device's person is a device that nobody has named."""
    identities = apps.get_model("directory", "Identity").objects
    ownership = apps.get_model("directory", "Ownership").objects
    persons = set(apps.get_model("directory", "Link").objects.filter(state="joined").values_list("other", flat=True))
    found = identities.filter(platform__startswith="sdk:").values_list("pk", "outside")
    devices = [pk for pk, outside in found.iterator() if pk not in persons and made_up(outside)]
    for begin in range(0, len(devices), SOME):
        some = devices[begin : begin + SOME]
        identities.filter(pk__in=some).update(anonymous=True)
        ownership.filter(identity__in=some).update(anonymous=True)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_links_and_facts"),
    ]

    operations = [
        migrations.AddField(
            model_name="identity",
            name="anonymous",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="ownership",
            name="anonymous",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(guess, migrations.RunPython.noop),
    ]
