from django.db import migrations, models

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("posting", "0002_walls")]
    operations = [
        migrations.AddField(
            model_name="effect",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        # Support reads named columns only, the new one among them.
        raise_walls(
            "posting",
            append_only=["LedgerEntry", "LedgerLine"],
            update_only={
                "PostingAttempt": ["ended_at", "outcome", "sentence", "evidence"],
            },
            hidden_from_support={"Effect": ["payload"], "PostingAttempt": ["evidence"]},
        ),
    ]
