import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import tenants.ids
from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0014_keyed_changes"),
        ("events", "0011_ach_deposits"),
        ("tenants", "0010_flagged"),
    ]
    operations = [
        migrations.CreateModel(
            name="HeldAmount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("transaction_id", models.CharField(max_length=64)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=19)),
                ("currency", models.CharField(max_length=3)),
                (
                    "told_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "seen_by",
                    models.CharField(
                        choices=[
                            ("notice", "Notice"),
                            ("sync", "Found by sync"),
                            ("person", "Told by a person"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="connections.connection",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["tenant", "connection", "transaction_id", "told_at"],
                        name="amount_of_hold",
                    )
                ],
            },
        ),
        raise_walls(
            "events",
            append_only=["GatewayFact", "NoticeKey", "ContestDeadline", "DepositPart", "HeldAmount"],
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
