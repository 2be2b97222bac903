"""Cases: effects that need a person, what is offered, and what was decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integrations.posting.models import Effect
from tenants.tenant_model import TenantModel


class ExceptionCase(TenantModel):
    """One parked effect: the question, the money at stake, and the answer once given."""

    class State(models.TextChoices):
        OPEN = "open", "Needs you"
        RESOLVED = "resolved", "Resolved"

    class Resolution(models.TextChoices):
        RETRIED = "retried", "Tried again"
        ON_ACCOUNT = "on_account", "Put on account"
        INVOICE_CHOSEN = "invoice_chosen", "Applied to a chosen invoice"
        PAYMENT_CHOSEN = "payment_chosen", "Payment chosen"
        DISMISSED = "dismissed", "Dismissed"
        CHARGED_AGAIN = "charged_again", "Charged again"
        PLAN_PAUSED = "plan_paused", "Plan paused"
        BY_ITSELF = "by_itself", "Resolved by itself"

    effect = models.ForeignKey(Effect, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    sentence = models.CharField(max_length=600)
    field = models.CharField(max_length=60, blank=True)
    remedy = models.CharField(max_length=300, blank=True)
    evidence = models.JSONField(default=dict)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=16, choices=Resolution.choices, blank=True)
    resolved_by = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "effect"], condition=Q(state="open"), name="one_open_case"
            )
        ]
        indexes = [models.Index(fields=["tenant", "state", "opened_at"], name="case_inbox")]

    def __str__(self) -> str:
        return self.sentence
