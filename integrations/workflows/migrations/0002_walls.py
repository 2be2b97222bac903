from django.db import migrations

from tenants.walls import raise_walls


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial"), ("tenants", "0002_walls")]
    operations = [
        raise_walls(
            "workflows",
            append_only=["WorkflowVersion", "WorkflowRun", "StepRun"],
            hidden_from_support={"StepRun": ["input", "output"]},
        ),
    ]
