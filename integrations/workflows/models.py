"""Published workflow versions, and every walk an effect took through one."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from tenants.tenant_model import TenantModel
from tenants.versions import PublishedVersion


class WorkflowVersion(PublishedVersion):
    """Steps and their settings, in order; the highest version of an environment is in force."""

    # [{"step": "match", "settings": {...}}, …]
    steps = models.JSONField()

    class Meta(PublishedVersion.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "version"], name="workflow_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"Workflow {self.version}"


class WorkflowRun(TenantModel):
    """One walk of one effect through one version. Append-only."""

    effect_id = models.UUIDField()
    number = models.PositiveIntegerField()
    version_id = models.UUIDField()
    version = models.PositiveIntegerField()
    mapping_version = models.PositiveIntegerField()
    gl_rules_version = models.PositiveIntegerField()
    profile_version = models.PositiveIntegerField(default=0)
    trigger = models.CharField(max_length=20)
    result = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "effect_id", "number"], name="run_once")
        ]
        ordering = ("number",)

    def __str__(self) -> str:
        return f"walk {self.number}"


class StepRun(TenantModel):
    """What one step was given, what it gave back, and why. Append-only."""

    run = models.ForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    step = models.CharField(max_length=20)
    result = models.CharField(max_length=20)
    sentence = models.CharField(max_length=600)
    input = models.JSONField(default=dict)
    output = models.JSONField(default=dict)
    # Sentences in the accountant's words, in the order the step thought them.
    trace = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "run", "position"], name="step_once")
        ]
        ordering = ("position",)

    def __str__(self) -> str:
        return self.step
