"""Orders, customers and stock on the worksheet: what they are, and what is kept of them."""

from django.db import migrations, models

_TABLE = "connections_worksheetentry"


class Migration(migrations.Migration):
    dependencies = [("connections", "0013_signed_site_tests")]

    operations = [
        migrations.AddField(
            model_name="worksheetentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("posting", "Posting"),
                    ("customer", "New customer"),
                    ("order", "Sales order"),
                    ("allocation", "Stock"),
                ],
                default="posting",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="worksheetentry",
            name="number",
            field=models.CharField(blank=True, default="", max_length=30),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="worksheetentry",
            name="kept",
            field=models.JSONField(default=dict),
        ),
        # As `raise_walls` grants them: `kept` names people, so support does not read it.
        migrations.RunSQL(
            f"GRANT UPDATE (kind, number, kept) ON {_TABLE} TO tieout_app;"
            f"GRANT SELECT (kind, number) ON {_TABLE} TO tieout_support",
            f"REVOKE UPDATE (kind, number, kept) ON {_TABLE} FROM tieout_app;"
            f"REVOKE SELECT (kind, number) ON {_TABLE} FROM tieout_support",
        ),
    ]
