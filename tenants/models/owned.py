"""What belongs to one tenant, behind the scope and row-level security."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from tenants.models.doors import ApiKey
from tenants.tenant_model import TenantModel


class Environment(TenantModel):
    """Dev, QA or Production of a company: own connections, rules and books."""

    class Kind(models.TextChoices):
        DEV = "dev", "Dev"
        QA = "qa", "QA"
        PRODUCTION = "production", "Production"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    base_currency = models.CharField(max_length=3, default="USD")
    zone = models.CharField(max_length=64, default="America/Los_Angeles")
    # After this time of day a payment belongs to the next accounting date; midnight = never.
    cutoff_time = models.TimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind"], name="one_environment_per_kind")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class DataKey(TenantModel):
    """The company's own key, wrapped by a master key that is not in this database."""

    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    master_version = models.CharField(max_length=20)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "version"], name="one_data_key_per_version")
        ]

    def __str__(self) -> str:
        return f"data key {self.version}"


class ApiAnswer(TenantModel):
    """What a program's deciding request was answered, so that sending it again decides nothing.

    Written in the transaction of the decision; a refused request leaves no row.
    """

    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.CharField(max_length=200)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(null=True, blank=True)
    answered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "api_key", "idempotency_key"], name="api_answer_once"
            )
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class AuditEvent(TenantModel):
    """Who did what, when. Append-only: the application role may not change or delete it."""

    at = models.DateTimeField(db_default=Now(), editable=False, db_index=True)
    actor = models.CharField(max_length=254)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    details = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"
