from django.db import migrations

from tenants.walls import raise_walls, support_may_read


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        raise_walls(
            "tenants",
            append_only=["AuditEvent"],
            hidden_from_support={"DataKey": [], "ApiAnswer": []},
        ),
        support_may_read(
            "tenants",
            ["Tenant", "Membership", "User", "Invitation", "ApiKey", "DueWork", "DueNotice"],
            hidden={"User": ["password"], "Invitation": ["token_hash"], "ApiKey": ["key_hash"]},
        ),
    ]
