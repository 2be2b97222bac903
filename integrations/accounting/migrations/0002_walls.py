from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("accounting", "0001_initial"), ("tenants", "0002_walls"), ("connections", "0002_walls")]
    operations = [
        raise_walls("accounting", append_only=["GLRuleVersion"]),
    ]
