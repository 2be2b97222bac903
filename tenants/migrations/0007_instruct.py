from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0006_agent_token'),
    ]

    operations = [
        migrations.AlterField(
            model_name='duework',
            name='kind',
            field=models.CharField(choices=[('process', 'Read notices'), ('deliver', 'Post to Sage'), ('poll', 'Look for payments'), ('test', 'Test a connection'), ('backfill', 'Read past days'), ('calibrate', 'Look at a test company'), ('instruct', 'Send to PayTrace')], max_length=10),
        ),
    ]
