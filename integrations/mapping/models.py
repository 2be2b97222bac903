"""Published versions of the field mapping. A version never changes."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from tenants.models import Environment
from tenants.tenant_model import TenantModel


class MappingVersion(TenantModel):
    """One published field mapping of an environment; the highest version is in force."""

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    rows = models.JSONField()
    published_at = models.DateTimeField(db_default=Now(), editable=False)
    published_by = models.CharField(max_length=254)
    note = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "version"], name="mapping_version_once"
            )
        ]
        ordering = ("-version",)

    def __str__(self) -> str:
        return f"Field mapping {self.version}"
