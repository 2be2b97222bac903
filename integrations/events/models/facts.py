"""What the gateway said of a transaction, kept as it came."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from integrations.connections.models import Connection
from tenants.tenant_model import TenantModel


class GatewayFact(TenantModel):
    """A state of a transaction as the gateway itself told it. Append-only."""

    class SeenBy(models.TextChoices):
        NOTICE = "notice", "Notice"
        SYNC = "sync", "Found by sync"
        PERSON = "person", "Told by a person"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    transaction_id = models.CharField(max_length=64)
    type = models.CharField(max_length=20)
    state = models.CharField(max_length=24)
    seen_by = models.CharField(max_length=8, choices=SeenBy.choices)
    seen_at = models.DateTimeField(db_default=Now(), editable=False)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    # Of a settled one: repeated from the details, where no index reaches it behind the walls.
    batch_number = models.CharField(max_length=20, blank=True, default="")
    details = models.JSONField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "transaction_id", "state"], name="fact_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "connection", "created_at"], name="fact_by_day"),
            models.Index(
                fields=["tenant", "connection", "batch_number"],
                name="fact_by_batch",
                condition=~models.Q(batch_number=""),
            ),
            models.Index(
                fields=["tenant", "connection", "created_at"],
                name="fact_held",
                condition=models.Q(state="authorized"),
            ),
        ]
        ordering = ("seen_at",)

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.state}"


class HoldLook(TenantModel):
    """What PayTrace's list of holds that can be captured said last of an old hold (API v3)."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    transaction_id = models.CharField(max_length=64)
    is_listed = models.BooleanField()
    looked_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "transaction_id"], name="hold_look_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {'listed' if self.is_listed else 'not listed'}"


class ContestDeadline(TenantModel):
    """A last day to contest a case that was told after its opening. Append-only; the newest
    counts (`deadlines`)."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    transaction_id = models.CharField(max_length=64)
    respond_by = models.DateField()
    told_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_by = models.CharField(max_length=8, choices=GatewayFact.SeenBy.choices)
    # The person's e-mail, or the name of the disputes provider.
    told_by = models.CharField(max_length=254)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["tenant", "connection", "transaction_id", "told_at"],
                name="deadline_of_case",
            )
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} until {self.respond_by}"


class HeldAmount(TenantModel):
    """What a hold amounts to since it was changed at PayTrace. Append-only; the newest counts
    (`held_amounts`)."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    transaction_id = models.CharField(max_length=64)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3)
    told_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_by = models.CharField(max_length=8, choices=GatewayFact.SeenBy.choices)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["tenant", "connection", "transaction_id", "told_at"],
                name="amount_of_hold",
            )
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.amount} {self.currency}"


class GatewayBatch(TenantModel):
    """A settlement batch as the gateway told it: card payments, or an ACH deposit. A card batch's
    number wraps, so the day is in the key."""

    class Method(models.TextChoices):
        CARD = "card", "Cards"
        ACH = "ach", "ACH"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=4, choices=Method.choices, default=Method.CARD)
    # Of an ACH deposit: its id.
    number = models.CharField(max_length=50)
    settled_on = models.DateField()
    settled_at = models.DateTimeField()
    transaction_count = models.PositiveIntegerField()
    net = models.DecimalField(max_digits=19, decimal_places=4)
    # Above zero; empty where the gateway does not tell them apart.
    sales = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    refunds = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    # What the processor kept back of it: above zero, and not in the net. Empty where untold.
    fees = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3)
    # Its settlement in the books, and what the batch came to when that was entered.
    effect_id = models.UUIDField(null=True, blank=True, db_index=True)
    entered = models.JSONField(default=dict, blank=True)
    # Its own transactions that the gateway listed when asked for them; empty before that.
    listed = models.PositiveIntegerField(null=True, blank=True)
    read_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "method", "number", "settled_on"],
                name="batch_once",
            ),
            # Its id never comes round: a deposit told of another day is no second one.
            models.UniqueConstraint(
                fields=["tenant", "connection", "number"],
                condition=models.Q(method="ach"),
                name="deposit_once",
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.number} of {self.settled_on}"


class DepositPart(TenantModel):
    """One line of an ACH deposit as the gateway listed it. Append-only."""

    class Kind(models.TextChoices):
        SALE = "sale", "Payment"
        REFUND = "refund", "Refund"
        RETURN = "return", "Return"

    deposit = models.ForeignKey(GatewayBatch, on_delete=models.PROTECT, related_name="+")
    transaction_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    # As it was deposited or kept back, above zero.
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3)
    told_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "deposit", "transaction_id", "kind"], name="deposit_part_once"
            )
        ]
        indexes = [models.Index(fields=["tenant", "transaction_id"], name="part_by_transaction")]

    def __str__(self) -> str:
        return f"{self.kind} {self.transaction_id}"
