"""Intake as one call whose plans PostgreSQL keeps: planning it anew cost more than doing it.

The function runs with its caller's rights, so both walls hold in it as everywhere.
"""

from django.db import migrations

TAKE = """
CREATE FUNCTION events_take_notice(
    new_id uuid, of_tenant uuid, of_connection uuid, of_key bytea, of_source text,
    of_content_type text, of_body bytea, of_length integer, of_hmac bytea, of_redactions integer,
    OUT is_new boolean, OUT is_reader_due boolean
) LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    is_reader_due := EXISTS (SELECT 1 FROM tenants_duework
        WHERE kind = 'process' AND subject_id = of_connection AND due_at IS NOT NULL);
    INSERT INTO events_noticekey (id, tenant_id, connection_id, key)
    VALUES (new_id, of_tenant, of_connection, of_key) ON CONFLICT DO NOTHING;
    is_new := FOUND;
    IF NOT is_new THEN
        RETURN;
    END IF;
    INSERT INTO events_inboundnotice (id, tenant_id, connection_id, source, content_type, body,
        body_length, body_hmac, redactions, state, transaction_id, sentence)
    VALUES (new_id, of_tenant, of_connection, of_source, of_content_type, of_body,
        of_length, of_hmac, of_redactions, 'received', '', '');
    INSERT INTO tenants_duenotice (tenant_id, connection_id, notice_id)
    VALUES (of_tenant, of_connection, new_id);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_walls"), ("tenants", "0002_walls")]
    operations = [
        migrations.RunSQL(
            [TAKE, "GRANT EXECUTE ON FUNCTION events_take_notice TO tieout_app"],
            "DROP FUNCTION events_take_notice",
        )
    ]
