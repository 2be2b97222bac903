from django.db import migrations

from tenants.walls import raise_walls

# Profiles that stood in settings alone become version 1.
_FIRST_VERSIONS = """
    INSERT INTO connections_profileversion
        (id, tenant_id, connection_id, version, profile, origin, saved_by, note)
    SELECT gen_random_uuid(), tenant_id, id, 1, settings->'profile', 'created', 'Tieout',
           'In force before versions were kept'
    FROM connections_connection WHERE kind = 'sagepro' AND settings ? 'profile';
    UPDATE connections_connection
    SET settings = settings || '{"profile_version": 1}'::jsonb
    WHERE kind = 'sagepro' AND settings ? 'profile';
"""


class Migration(migrations.Migration):
    dependencies = [("connections", "0003_profile_versions")]
    operations = [
        raise_walls(
            "connections",
            append_only=["ProfileVersion"],
            update_only={"TableLayout": ["accepted_at", "accepted_by", "reason"]},
            hidden_from_support={"ConnectionSecret": [], "AccessToken": []},
        ),
        migrations.RunSQL(_FIRST_VERSIONS, migrations.RunSQL.noop),
    ]
