from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exceptions", "0003_payment_chosen")]
    operations = [
        migrations.AlterField(
            model_name="exceptioncase",
            name="resolution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("retried", "Tried again"),
                    ("on_account", "Put on account"),
                    ("invoice_chosen", "Applied to a chosen invoice"),
                    ("payment_chosen", "Payment chosen"),
                    ("dismissed", "Dismissed"),
                    ("charged_again", "Charged again"),
                    ("plan_paused", "Plan paused"),
                    ("by_itself", "Resolved by itself"),
                ],
                max_length=16,
            ),
        ),
    ]
