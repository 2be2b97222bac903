from django.db import migrations, models

_SOURCES = [
    ("transactions", "Card payments"),
    ("behind", "Card payments that turned up late"),
    ("batches", "Batches"),
    ("ach", "ACH payments"),
    ("returns", "ACH returns"),
    ("stored", "Stored cards and plans"),
    ("disputes", "Disputes"),
]


class Migration(migrations.Migration):
    dependencies = [("events", "0009_contest_deadlines")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name="source",
            field=models.CharField(choices=_SOURCES, default="transactions", max_length=20),
        )
        for model in ("syncrun", "watermark")
    ]
