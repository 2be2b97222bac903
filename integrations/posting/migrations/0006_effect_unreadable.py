"""An index of the records nobody could read, for the look-up that every polled page does."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posting", "0005_no_approval")]

    operations = [
        migrations.AddIndex(
            model_name="effect",
            index=models.Index(
                condition=models.Q(("kind", "unreadable"), ("state", "parked")),
                fields=["tenant", "source"],
                name="effect_unreadable",
            ),
        )
    ]
