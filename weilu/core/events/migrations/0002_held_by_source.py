from django.db import migrations, models

from weilu.core.events.frames import decode


def tell(apps, schema_editor):
    """What waits says itself of which source it is."""
    held = apps.get_model("events", "Held").objects.using(schema_editor.connection.alias)
    for row in held.iterator():
        row.source = decode(bytes(row.payload)).rows[0][3][:32]
        row.save(update_fields=["source"])


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="held",
            name="source",
            field=models.CharField(default="", max_length=32),
        ),
        migrations.AddIndex(
            model_name="held",
            index=models.Index(fields=["source", "id"], name="held_source"),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop, hints={"model_name": "held"}),
    ]
