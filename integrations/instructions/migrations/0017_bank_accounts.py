from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("instructions", "0016_unreferenced_refunds")]
    operations = [
        migrations.AddField(
            model_name="storedpaymentmethod",
            name="method",
            field=models.CharField(
                choices=[("card", "Card"), ("ach", "Bank account")], default="card", max_length=4
            ),
        ),
    ]
