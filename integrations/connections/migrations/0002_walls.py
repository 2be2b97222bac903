from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_initial"), ("tenants", "0002_walls")]
    operations = [
        raise_walls(
            "connections",
            hidden_from_support={"ConnectionSecret": [], "AccessToken": []},
        ),
    ]
