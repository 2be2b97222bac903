from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0013_hold_looks"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="gatewaybatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("method", "ach")),
                fields=("tenant", "connection", "number"),
                name="deposit_once",
            ),
        ),
    ]
