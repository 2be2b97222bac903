from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("posting", "0001_initial"), ("tenants", "0002_walls"), ("connections", "0002_walls")]
    operations = [
        raise_walls(
            "posting",
            append_only=["LedgerEntry", "LedgerLine"],
            update_only={
                "PostingAttempt": ["ended_at", "outcome", "sentence", "evidence"],
            },
            hidden_from_support={"Effect": ["payload"], "PostingAttempt": ["evidence"]},
        ),
    ]
