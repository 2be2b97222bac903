import django.db.models.deletion
from django.db import migrations, models

import tenants.ids
from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0013_signed_site_tests"),
        ("instructions", "0009_keep_card"),
        ("tenants", "0010_flagged"),
    ]
    operations = [
        migrations.AddField(
            model_name="instruction",
            name="sage_waits",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="instruction",
            name="sage_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="instruction",
            name="sage_seen_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="FlaggedLook",
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
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("after", models.CharField(blank=True, max_length=200)),
                (
                    "company",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "company"), name="one_flagged_look"
                    )
                ],
            },
        ),
        raise_walls(
            "instructions",
            update_only={
                "Instruction": [
                    "state", "state_since", "code", "sentence", "due_at", "fence", "lease_until",
                    "decided_by", "decided_at", "reason", "result_id", "result", "plan_id",
                    "told_sage", "sage_waits", "sage_due_at", "sage_seen_at",
                ],
                "InstructionAttempt": ["ended_at", "outcome", "sentence", "evidence"],
                "PaymentLink": [
                    "state", "state_since", "tries", "keeps", "instruction_id", "ended_by",
                    "mail_due_at", "mailed_at",
                ],
                "FlaggedLook": ["began_at", "after"],
            },
            hidden_from_support={
                "Instruction": ["request"],
                "InstructionAttempt": ["evidence"],
            },
        ),
    ]  # fmt: skip
