from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("open_items", "0001_initial")]
    operations = [
        raise_walls("open_items"),
        # Companies of before are read once a worker looks; new ones after their first test.
        migrations.RunSQL(
            "INSERT INTO tenants_duework (kind, tenant_id, subject_id, due_at, every_seconds, fence) "
            "SELECT 'open_items', tenant_id, id, statement_timestamp(), 0, 0 "
            "FROM connections_connection WHERE kind = 'sagepro' "
            "ON CONFLICT (kind, subject_id) DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
