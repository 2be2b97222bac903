import django.db.models.deletion
import django.db.models.functions.datetime
import tenants.ids
from django.db import migrations, models

from tenants.walls import raise_walls


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0014_keyed_changes'),
        ('events', '0012_held_amounts'),
        ('tenants', '0010_flagged'),
    ]

    operations = [
        migrations.CreateModel(
            name='HoldLook',
            fields=[
                ('id', models.UUIDField(default=tenants.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('transaction_id', models.CharField(max_length=64)),
                ('is_listed', models.BooleanField()),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='gatewayfact',
            index=models.Index(condition=models.Q(('state', 'authorized')), fields=['tenant', 'connection', 'created_at'], name='fact_held'),
        ),
        migrations.AddField(
            model_name='holdlook',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='connections.connection'),
        ),
        migrations.AddField(
            model_name='holdlook',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant'),
        ),
        migrations.AddConstraint(
            model_name='holdlook',
            constraint=models.UniqueConstraint(fields=('tenant', 'connection', 'transaction_id'), name='hold_look_once'),
        ),
        raise_walls(
            "events",
            append_only=["GatewayFact", "NoticeKey", "ContestDeadline", "DepositPart", "HeldAmount"],
            update_only={
                "InboundNotice": ["state", "transaction_id", "read_at", "sentence"],
            },
            hidden_from_support={
                "InboundNotice": ["body", "body_hmac"],
                "GatewayFact": ["details"],
                "NoticeKey": [],
            },
        ),
    ]
