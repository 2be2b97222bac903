from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("instructions", "0018_unlisted"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="instruction", name="one_adjust_at_a_time"),
        migrations.AddConstraint(
            model_name="instruction",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ("adjust", "capture")), ("state__in", ("sent", "unknown"))
                ),
                fields=("tenant", "connection", "transaction_id"),
                name="one_hold_step_at_a_time",
            ),
        ),
    ]
