from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("tenants", "0002_walls")]
    operations = [
        raise_walls("alerts"),
    ]
