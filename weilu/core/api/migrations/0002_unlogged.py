from django.db import migrations


def unlog(apps, schema_editor):
    """Counts of a minute need no write-ahead log; the table is emptied after a crash."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE api_rate SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [migrations.RunPython(unlog, migrations.RunPython.noop)]
