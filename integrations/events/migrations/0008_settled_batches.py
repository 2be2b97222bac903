from django.db import migrations, models

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("events", "0007_disputes")]
    operations = [
        migrations.AddField(
            model_name="gatewayfact",
            name="batch_number",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="gatewaybatch",
            name="sales",
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=19, null=True),
        ),
        migrations.AddField(
            model_name="gatewaybatch",
            name="refunds",
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=19, null=True),
        ),
        migrations.AddField(
            model_name="gatewaybatch",
            name="effect_id",
            field=models.UUIDField(blank=True, db_index=True, null=True),
        ),
        migrations.AddField(
            model_name="gatewaybatch",
            name="entered",
            field=models.JSONField(blank=True, default=dict),
        ),
        # Facts from before keep what they said; the column repeats it.
        migrations.RunSQL(
            "UPDATE events_gatewayfact SET batch_number = left(details ->> 'batch_number', 20) "
            "WHERE coalesce(details ->> 'batch_number', '') <> ''",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="gatewayfact",
            index=models.Index(
                condition=models.Q(("batch_number", ""), _negated=True),
                fields=["tenant", "connection", "batch_number"],
                name="fact_by_batch",
            ),
        ),
        raise_walls(
            "events",
            append_only=["GatewayFact", "NoticeKey"],
            update_only={
                "InboundNotice": ["state", "transaction_id", "read_at", "sentence"],
            },
            hidden_from_support={
                "InboundNotice": ["body", "body_hmac"],
                "GatewayFact": ["details"],
                "NoticeKey": [],
            },
        ),
    ]
