import django.db.models.deletion
from django.db import migrations, models

_SAME_TENANT = "connections_connection_tells_of_id_same_tenant"


class Migration(migrations.Migration):
    dependencies = [("connections", "0011_agent")]

    operations = [
        migrations.AlterField(
            model_name="connection",
            name="kind",
            field=models.CharField(
                choices=[
                    ("paytrace", "PayTrace"),
                    ("sagepro", "Sage Pro"),
                    ("disputes", "Disputes provider"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="tells_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="connections.connection",
            ),
        ),
        # As `raise_walls` doubles every foreign key between tenant tables.
        migrations.RunSQL(
            f"ALTER TABLE connections_connection ADD CONSTRAINT {_SAME_TENANT} "
            "FOREIGN KEY (tenant_id, tells_of_id) "
            "REFERENCES connections_connection (tenant_id, id) DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE connections_connection DROP CONSTRAINT {_SAME_TENANT}",
        ),
    ]
