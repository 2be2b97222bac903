from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exceptions", "0002_walls")]

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
                    ("by_itself", "Resolved by itself"),
                ],
                max_length=16,
            ),
        ),
    ]
