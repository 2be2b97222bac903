"""What a bookkeeper keys into Sage by hand."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from integrations.connections.models.connection import Connection
from tenants.tenant_model import TenantModel


class WorksheetEntry(TenantModel):
    """One posting, or one change beside payments, that a bookkeeper keys into Sage by hand;
    `request` is what it should hold."""

    class Kind(models.TextChoices):
        POSTING = "posting", "Posting"
        CUSTOMER = "customer", "New customer"
        ORDER = "order", "Sales order"
        ALLOCATION = "allocation", "Stock"

    class State(models.TextChoices):
        WAITING = "waiting", "To be keyed"
        CONFIRMED = "confirmed", "Keyed; we are looking for it"
        SEEN = "seen", "Seen in Sage"
        TAKEN_OFF = "taken_off", "Taken off the worksheet"
        GIVEN_BACK = "given_back", "Given back to be decided"
        WITHDRAWN = "withdrawn", "Not to be keyed"

    company = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.POSTING)
    effect_key = models.CharField(max_length=200)
    marker = models.CharField(max_length=20)
    payload_hash = models.CharField(max_length=64, blank=True)
    request = models.JSONField()
    deposit_date = models.DateField()
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    state_since = models.DateTimeField(db_default=Now())
    # What is missing or wrong in Sage, as last seen.
    problem = models.CharField(max_length=500, blank=True)
    confirmed_by = models.CharField(max_length=254, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    receipt_keys = models.JSONField(default=list)
    # Of a change: its number in Sage, and what is kept of it (`worksheet_changes.Kept`).
    number = models.CharField(max_length=30, blank=True)
    kept = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "company", "effect_key"], name="worksheet_entry_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "company", "state"], name="worksheet_by_state"),
        ]

    def __str__(self) -> str:
        return self.marker
