from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("instructions", "0015_own_pages")]
    operations = [
        migrations.AlterField(
            model_name="instruction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("", "Row in Sage"),
                    ("charge", "Charge"),
                    ("hold", "Hold"),
                    ("capture", "Capture"),
                    ("adjust", "Change held amount"),
                    ("give_back", "Give back"),
                    ("refund_customer", "Refund to a stored card"),
                    ("send_receipt", "Mail receipt"),
                    ("add_level_three", "Send level 3 detail"),
                    ("store_customer", "Store payment method"),
                    ("update_customer", "Change payment method"),
                    ("forget_customer", "Forget payment method"),
                    ("make_page", "Make PayTrace’s own page"),
                    ("plan_create", "Start recurring plan"),
                    ("plan_change", "Change recurring plan"),
                    ("plan_pause", "Pause recurring plan"),
                    ("plan_resume", "Resume recurring plan"),
                    ("plan_cancel", "End recurring plan"),
                ],
                max_length=16,
            ),
        ),
    ]
