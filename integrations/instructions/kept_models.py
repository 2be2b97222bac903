"""What PayTrace keeps of a company's customers, as we know it: recurring plans, cards, accounts."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integrations.canonical.card_brands import brand_word
from integrations.canonical.transactions import PaymentMethod
from integrations.connections.models import Connection
from integrations.paytrace.recurring import Frequency
from tenants.models import Environment
from tenants.tenant_model import TenantModel


class RecurringPlan(TenantModel):
    """A recurring payment that PayTrace charges by itself, as we know it.

    `recurrence_id` is PayTrace's; empty while it is paused, for PayTrace knows no pause: the
    plan is ended there and made anew.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    state_since = models.DateTimeField(db_default=Now())
    recurrence_id = models.CharField(max_length=64, blank=True)
    customer_number = models.CharField(max_length=20, blank=True)
    vault_id = models.CharField(max_length=64)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3)
    frequency = models.CharField(max_length=1, choices=[(f.value, f.name) for f in Frequency])
    method = models.CharField(max_length=4, default="card")
    description = models.CharField(max_length=100, blank=True)
    # The day the payments count from: the first one, or the first after a pause.
    counts_from = models.DateField()
    # How many payments in all; empty goes on until it is ended.
    total_count = models.PositiveIntegerField(null=True, blank=True)
    # How many had been made before `counts_from`.
    done_before = models.PositiveIntegerField(default=0)
    # Since when PayTrace lists it no more; empty while it does, or cannot be asked.
    unlisted_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "recurrence_id"],
                condition=~Q(recurrence_id=""),
                name="recurrence_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_amount_above_zero"),
        ]
        indexes = [models.Index(fields=["tenant", "environment", "state"], name="plan_by_state")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}, {self.get_frequency_display()}"


class StoredPaymentMethod(TenantModel):
    """A customer's card or bank account that PayTrace keeps. Never more of it than this."""

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    vault_id = models.CharField(max_length=64)
    customer_number = models.CharField(max_length=20)
    customer_name = models.CharField(max_length=120, blank=True)
    # What it is, and so how it is charged.
    method = models.CharField(
        max_length=4, choices=[("card", "Card"), ("ach", "Bank account")], default="card"
    )
    brand = models.CharField(max_length=20, blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    expiry_month = models.PositiveSmallIntegerField(null=True, blank=True)
    expiry_year = models.PositiveSmallIntegerField(null=True, blank=True)
    stored_at = models.DateTimeField(db_default=Now(), editable=False)
    stored_by = models.CharField(max_length=254)
    forgotten_at = models.DateTimeField(null=True, blank=True)
    # Since when PayTrace lists it no more; empty while it does, or cannot be asked.
    unlisted_since = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "vault_id"],
                condition=Q(forgotten_at=None),
                name="stored_method_once",
            )
        ]
        indexes = [models.Index(fields=["tenant", "customer_number"], name="method_by_customer")]

    def __str__(self) -> str:
        words = "Bank account" if self.is_bank_account else brand_word(self.brand) or "Card"
        return f"{words} ending in {self.last_four}" if self.last_four else words

    @property
    def is_bank_account(self) -> bool:
        return self.method == PaymentMethod.ACH

    def is_over(self, today: date) -> bool:
        """Whether its month of expiry is over; unknown is not over."""
        if self.expiry_year is None or self.expiry_month is None:
            return False
        return (self.expiry_year, self.expiry_month) < (today.year, today.month)
