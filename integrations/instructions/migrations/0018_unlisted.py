from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("instructions", "0017_bank_accounts")]
    operations = [
        migrations.AddField(
            model_name=model,
            name="unlisted_since",
            field=models.DateTimeField(blank=True, null=True),
        )
        for model in ("storedpaymentmethod", "recurringplan")
    ]
