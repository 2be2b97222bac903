from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("instructions", "0008_update_customer")]
    operations = [
        migrations.AddField(
            model_name="paymentlink",
            name="may_keep",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="paymentlink",
            name="keeps",
            field=models.BooleanField(default=False),
        ),
        # What was asked stays frozen; the payer's word comes with each try.
        migrations.RunSQL(
            "GRANT UPDATE (keeps) ON instructions_paymentlink TO tieout_app",
            migrations.RunSQL.noop,
        ),
    ]
