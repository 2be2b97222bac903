from django.db import migrations, models


class Migration(migrations.Migration):
    """A posting waits for nobody's approval: what is told to PayTrace does, as an instruction."""

    dependencies = [("posting", "0004_ledger_fee")]
    operations = [
        migrations.AlterField(
            model_name="effect",
            name="state",
            field=models.CharField(
                choices=[
                    ("new", "Checking"),
                    ("ready", "Ready"),
                    ("claimed", "Posting"),
                    ("intent", "Posting (asked Sage)"),
                    ("unknown", "Posting (asking Sage again)"),
                    ("handed_over", "Posting (handed over)"),
                    ("partial", "Partly in Sage"),
                    ("posted", "Posted"),
                    ("adopted", "Posted (keyed by a person)"),
                    ("noted", "Nothing to post"),
                    ("waiting_parent", "Waiting for the payment it belongs to"),
                    ("waiting_period", "Waiting for an open period"),
                    ("waiting_mapping", "Waiting for a mapping or GL rule"),
                    ("waiting_credential", "Waiting for a credential"),
                    ("waiting_erp", "Waiting for Sage"),
                    ("parked", "Needs you"),
                    ("reversed", "Reversed"),
                    ("withdrawn", "Withdrawn"),
                    ("dismissed", "Dismissed"),
                ],
                default="new",
                max_length=20,
            ),
        ),
    ]
