from django.db import migrations

from tenants.walls import raise_walls, support_may_read


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        raise_walls(
            "tenants",
            append_only=["AuditEvent"],
            hidden_from_support={"DataKey": []},
        ),
        support_may_read("tenants", ["tenants_tenant", "tenants_membership"]),
    ]
