from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("mapping", "0001_initial"), ("tenants", "0002_walls")]
    operations = [
        raise_walls("mapping", append_only=["MappingVersion"]),
    ]
