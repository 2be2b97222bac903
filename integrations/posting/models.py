"""Effects (what must reach Sage), attempts to post them, and the append-only ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integrations.connections.models import Connection
from tenants.models import Environment
from tenants.tenant_model import TenantModel


class EffectState(models.TextChoices):
    """Where an effect stands. Every effect is in exactly one; docs/glossary.md draws them."""

    NEW = "new", "Checking"
    READY = "ready", "Ready"
    CLAIMED = "claimed", "Posting"
    INTENT = "intent", "Posting (asked Sage)"
    UNKNOWN = "unknown", "Posting (asking Sage again)"
    HANDED_OVER = "handed_over", "Posting (handed over)"
    PARTIAL = "partial", "Partly in Sage"
    POSTED = "posted", "Posted"
    ADOPTED = "adopted", "Posted (keyed by a person)"
    NOTED = "noted", "Nothing to post"
    WAITING_PARENT = "waiting_parent", "Waiting for the payment it belongs to"
    WAITING_PERIOD = "waiting_period", "Waiting for an open period"
    WAITING_MAPPING = "waiting_mapping", "Waiting for a mapping or GL rule"
    WAITING_CREDENTIAL = "waiting_credential", "Waiting for a credential"
    WAITING_ERP = "waiting_erp", "Waiting for Sage"
    PARKED = "parked", "Needs you"
    REVERSED = "reversed", "Reversed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DISMISSED = "dismissed", "Dismissed"


class Effect(TenantModel):
    """One thing that must happen in one Sage company's books, once.

    `effect_key` is natural and unique; `payload` and `marker` are frozen from `intent` on.
    Amounts are in `currency`, major units, above zero for every kind.
    """

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    effect_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    transaction_id = models.CharField(max_length=64)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3)
    occurred_at = models.DateTimeField()
    found_by = models.CharField(max_length=8)
    # What people search by, copied from the facts.
    invoice_reference = models.CharField(max_length=60, blank=True)
    customer_name = models.CharField(max_length=120, blank=True)
    customer_number = models.CharField(max_length=20, blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    approval_code = models.CharField(max_length=20, blank=True)
    gateway_state = models.CharField(max_length=24, blank=True)

    state = models.CharField(max_length=20, choices=EffectState.choices, default=EffectState.NEW)
    state_since = models.DateTimeField(db_default=Now())
    reason_code = models.CharField(max_length=60, blank=True)
    sentence = models.CharField(max_length=600, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # An answer to what was handed over has come since the writer was last asked.
    answered_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # What a person decided for the next walk: {"on_account": true} or {"invoice_number": "…"}.
    decision = models.JSONField(default=dict)

    marker = models.CharField(max_length=20, blank=True)
    payload = models.JSONField(null=True, blank=True)
    payload_hash = models.CharField(max_length=64, blank=True)
    accounting_date = models.DateField(null=True, blank=True)
    sage_reference = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "company", "effect_key"], name="effect_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="effect_amount_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "environment", "-occurred_at", "id"], name="effect_list"
            ),
            models.Index(fields=["tenant", "company", "state", "occurred_at"], name="effect_queue"),
            models.Index(fields=["tenant", "transaction_id"], name="effect_by_transaction"),
            models.Index(fields=["tenant", "invoice_reference"], name="effect_by_invoice"),
            # Looked at with every page that a poll reads, and next to empty.
            models.Index(
                fields=["tenant", "source"],
                condition=Q(kind="unreadable", state="parked"),
                name="effect_unreadable",
            ),
        ]

    def __str__(self) -> str:
        return self.effect_key


class PostingAttempt(TenantModel):
    """One time the company's single writer was asked. Written before asking, ended once."""

    effect = models.ForeignKey(Effect, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    fence = models.PositiveBigIntegerField()
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    sentence = models.CharField(max_length=600, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "effect", "number"], name="attempt_once")
        ]
        ordering = ("number",)

    def __str__(self) -> str:
        return f"attempt {self.number}"


class LedgerEntry(TenantModel):
    """What was posted, balanced, with Sage's reference. Append-only; corrections reverse."""

    effect = models.ForeignKey(Effect, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    accounting_date = models.DateField()
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    # Of a chargeback: what the bank took beside the amount, in the same entry.
    fee = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    currency = models.CharField(max_length=3)
    sage_reference = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "effect"], name="ledger_entry_once")
        ]

    def __str__(self) -> str:
        return self.sage_reference


class LedgerLine(TenantModel):
    """One side of a ledger entry: a debit or a credit, never both."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    account = models.CharField(max_length=24)
    debit = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    credit = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    memo = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "entry", "position"], name="line_once"),
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
                name="debit_or_credit",
            ),
        ]
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.account} {self.debit or -self.credit}"
