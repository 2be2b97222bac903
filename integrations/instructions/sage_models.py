"""How far a look through the rows that are flagged in a Sage company has come."""

from __future__ import annotations

from django.db import models

from integrations.connections.models import Connection
from tenants.tenant_model import TenantModel


class FlaggedLook(TenantModel):
    """One look at a time through all flagged rows of a company, by number, page by page.

    Without `began_at` none is under way; `after` is the last row that was read.
    """

    company = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(null=True, blank=True)
    after = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "company"], name="one_flagged_look")
        ]

    def __str__(self) -> str:
        return f"flagged rows after {self.after}"
