import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import tenants.ids
from tenants.walls import raise_walls

_SOURCES = [
    ("transactions", "Card payments"),
    ("behind", "Card payments that turned up late"),
    ("batches", "Batches"),
    ("ach", "ACH payments"),
    ("returns", "ACH returns"),
    ("deposits", "ACH deposits"),
    ("stored", "Stored cards and plans"),
    ("disputes", "Disputes"),
]
_KEY = ["tenant", "connection", "method", "number", "settled_on"]


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0010_stored"),
        ("tenants", "0010_flagged"),
    ]

    operations = [
        *(
            migrations.AlterField(
                model_name=model,
                name="source",
                field=models.CharField(choices=_SOURCES, default="transactions", max_length=20),
            )
            for model in ("syncrun", "watermark")
        ),
        migrations.AddField(
            model_name="gatewaybatch",
            name="method",
            field=models.CharField(
                choices=[("card", "Cards"), ("ach", "ACH")], default="card", max_length=4
            ),
        ),
        migrations.AddField(
            model_name="gatewaybatch",
            name="fees",
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=19, null=True),
        ),
        migrations.AlterField(
            model_name="gatewaybatch",
            name="number",
            field=models.CharField(max_length=50),
        ),
        migrations.RemoveConstraint(model_name="gatewaybatch", name="batch_once"),
        migrations.AddConstraint(
            model_name="gatewaybatch",
            constraint=models.UniqueConstraint(fields=_KEY, name="batch_once"),
        ),
        migrations.CreateModel(
            name="DepositPart",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sale", "Payment"), ("refund", "Refund"), ("return", "Return")
                        ],
                        max_length=6,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=4, max_digits=19)),
                ("currency", models.CharField(max_length=3)),
                (
                    "told_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "deposit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="events.gatewaybatch"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tenants.tenant"),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["tenant", "deposit", "transaction_id", "kind"],
                        name="deposit_part_once",
                    )
                ],
                "indexes": [
                    models.Index(fields=["tenant", "transaction_id"], name="part_by_transaction")
                ],
            },
        ),
        raise_walls(
            "events",
            append_only=["GatewayFact", "NoticeKey", "ContestDeadline", "DepositPart"],
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
