from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("exceptions", "0001_initial"), ("tenants", "0002_walls"), ("posting", "0002_walls")]
    operations = [
        raise_walls("exceptions", hidden_from_support={"ExceptionCase": ["evidence"]}),
    ]
