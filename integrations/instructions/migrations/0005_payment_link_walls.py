from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("instructions", "0004_paymentlink")]
    operations = [
        raise_walls(
            "instructions",
            update_only={
                "Instruction": [
                    "state", "state_since", "code", "sentence", "due_at", "fence", "lease_until",
                    "decided_by", "decided_at", "reason", "result_id", "result", "plan_id",
                    "told_sage",
                ],
                "InstructionAttempt": ["ended_at", "outcome", "sentence", "evidence"],
                "PaymentLink": [
                    "state", "state_since", "tries", "instruction_id", "ended_by", "mail_due_at",
                    "mailed_at",
                ],
            },
            hidden_from_support={
                "Instruction": ["request"],
                "InstructionAttempt": ["evidence"],
            },
        ),
    ]  # fmt: skip
