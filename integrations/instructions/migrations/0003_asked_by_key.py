from django.db import migrations, models

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("instructions", "0002_walls")]
    operations = [
        migrations.AddField(
            model_name="instruction",
            name="asked_by_key_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        raise_walls(
            "instructions",
            update_only={
                "Instruction": [
                    "state", "state_since", "code", "sentence", "due_at", "fence", "lease_until",
                    "decided_by", "decided_at", "reason", "result_id", "result", "plan_id",
                    "told_sage",
                ],
                "InstructionAttempt": ["ended_at", "outcome", "sentence", "evidence"],
            },
            hidden_from_support={
                "Instruction": ["request"],
                "InstructionAttempt": ["evidence"],
            },
        ),
    ]  # fmt: skip
