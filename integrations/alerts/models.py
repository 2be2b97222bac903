"""Alerts: something a person should know now, told once and cleared once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tenants.models import Environment
from tenants.tenant_model import TenantModel


class Alert(TenantModel):
    """One condition on one subject. Open until the facts say it is over."""

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=120)
    sentence = models.CharField(max_length=600)
    link = models.CharField(max_length=300, blank=True)
    count = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    told_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "kind", "subject_key"],
                condition=Q(cleared_at=None),
                name="one_open_alert",
            )
        ]

    def __str__(self) -> str:
        return self.sentence
