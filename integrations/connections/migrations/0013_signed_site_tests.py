"""Self-tests that an agent signed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0012_disputes_provider")]

    operations = [
        migrations.AddField(
            model_name="sitetest",
            name="signed_by",
            field=models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="sitetest",
            name="seal",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
    ]
