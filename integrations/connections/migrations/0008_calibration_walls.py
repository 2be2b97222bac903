from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("connections", "0007_calibration")]
    operations = [
        raise_walls(
            "connections",
            append_only=["ProfileVersion", "SiteTest"],
            update_only={"TableLayout": ["accepted_at", "accepted_by", "reason"]},
            hidden_from_support={
                "ConnectionSecret": [],
                "AccessToken": [],
                "Calibration": ["snapshot"],
                "CalibrationStep": ["keyed", "observation", "differences"],
            },
        ),
    ]
