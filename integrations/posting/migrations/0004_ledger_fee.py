from django.db import migrations, models

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("posting", "0003_handed_over")]
    operations = [
        migrations.AddField(
            model_name="ledgerentry",
            name="fee",
            field=models.DecimalField(decimal_places=4, default=0, max_digits=19),
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
