"""Sage's chart of accounts as last read, and published versions of the GL rules."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from integrations.connections.models import Connection
from tenants.tenant_model import TenantModel
from tenants.versions import PublishedVersion


class GLAccount(TenantModel):
    """An account of a Sage company, as it stood when we last read the chart."""

    company = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=24)
    description = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    read_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "company", "number"], name="account_once")
        ]
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number} {self.description}"


class GLRuleVersion(PublishedVersion):
    """One published set of GL rules of an environment; the highest version is in force."""

    rules = models.JSONField()
    note = models.CharField(max_length=300, blank=True)

    class Meta(PublishedVersion.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "version"], name="gl_rules_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"GL rules {self.version}"
