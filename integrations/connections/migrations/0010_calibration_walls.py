from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("connections", "0009_calibration")]
    operations = [
        raise_walls(
            "connections",
            append_only=["ProfileVersion", "SiteTest"],
            update_only={
                "TableLayout": ["accepted_at", "accepted_by", "reason"],
                "WorksheetEntry": [
                    "state", "state_since", "problem", "confirmed_by", "confirmed_at",
                    "receipt_keys", "marker", "payload_hash", "request", "deposit_date", "amount",
                    "currency",
                ],
            },
            hidden_from_support={
                "ConnectionSecret": [],
                "AccessToken": [],
                "WorksheetEntry": ["request"],
                "Calibration": ["snapshot"],
                "CalibrationStep": ["keyed", "observation", "differences"],
            },
        ),
    ]  # fmt: skip
