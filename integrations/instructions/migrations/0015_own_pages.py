from django.db import migrations, models

from tenants.walls import support_may_read


class Migration(migrations.Migration):

    dependencies = [
        ('instructions', '0014_adjusted_holds'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='paymentlink',
            name='one_open_link_per_invoice',
        ),
        migrations.RemoveIndex(
            model_name='paymentlink',
            name='link_expiring',
        ),
        migrations.AddField(
            model_name='paymentlink',
            name='page',
            field=models.CharField(choices=[('tieout', 'Tieout’s page, with PayTrace’s card fields'), ('paytrace', 'PayTrace’s own page')], default='tieout', max_length=8),
        ),
        migrations.AddField(
            model_name='paymentlink',
            name='page_address',
            field=models.CharField(blank=True, max_length=2083),
        ),
        migrations.AddField(
            model_name='paymentlink',
            name='transaction_id',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='instruction',
            name='kind',
            field=models.CharField(choices=[('', 'Row in Sage'), ('charge', 'Charge'), ('hold', 'Hold'), ('capture', 'Capture'), ('adjust', 'Change held amount'), ('give_back', 'Give back'), ('send_receipt', 'Mail receipt'), ('add_level_three', 'Send level 3 detail'), ('store_customer', 'Store payment method'), ('update_customer', 'Change payment method'), ('forget_customer', 'Forget payment method'), ('make_page', 'Make PayTrace’s own page'), ('plan_create', 'Start recurring plan'), ('plan_change', 'Change recurring plan'), ('plan_pause', 'Pause recurring plan'), ('plan_resume', 'Resume recurring plan'), ('plan_cancel', 'End recurring plan')], max_length=16),
        ),
        migrations.AlterField(
            model_name='paymentlink',
            name='state',
            field=models.CharField(choices=[('making', 'Being made'), ('open', 'Open'), ('being_paid', 'Being paid'), ('paid', 'Paid'), ('expired', 'Expired'), ('cancelled', 'Cancelled')], default='open', max_length=10),
        ),
        migrations.AddIndex(
            model_name='paymentlink',
            index=models.Index(condition=models.Q(('state__in', ('making', 'open'))), fields=['tenant', 'expires_at'], name='link_expiring'),
        ),
        migrations.AddConstraint(
            model_name='paymentlink',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('making', 'open', 'being_paid')), models.Q(('invoice_number', ''), _negated=True)), fields=('tenant', 'connection', 'customer_number', 'invoice_number'), name='one_open_link_per_invoice'),
        ),
        # What was asked stays frozen; where the page is and what came by it are told later.
        migrations.RunSQL(
            "GRANT UPDATE (page_address, transaction_id) ON instructions_paymentlink TO tieout_app",
            migrations.RunSQL.noop,
        ),
        # Whoever has the address of PayTrace's page can pay: nothing for support.
        migrations.RunSQL(
            "REVOKE SELECT ON instructions_paymentlink FROM tieout_support",
            migrations.RunSQL.noop,
        ),
        support_may_read(
            "instructions", ["PaymentLink"], hidden={"PaymentLink": ["page_address"]}
        ),
    ]
