from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("events", "0005_polling")]
    operations = [
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
