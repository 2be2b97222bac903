"""What came in: notices as bytes, facts fetched from the gateway, and how far we looked."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from integrations.connections.models import Connection
from tenants.models import Tenant
from tenants.tenant_model import TenantModel


class NoticeKey(TenantModel):
    """Makes a notice arrive once: the sender's event id, or a keyed hash of the bytes."""

    # Implied by the composite key to the connection. On the way in every check locks a row that
    # all notices share, and every index is written.
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    key = models.BinaryField(max_length=32)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "connection", "key"], name="notice_once")
        ]

    def __str__(self) -> str:
        return "notice key"


class InboundNotice(TenantModel):
    """One delivery as it arrived, redacted. A hint and never a fact."""

    class Source(models.TextChoices):
        SIGNED = "signed", "Signed notice"
        SILENT_POST = "silent_post", "Silent post"

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        READ = "read", "Read"
        UNREADABLE = "unreadable", "Could not be read"

    # Implied by the composite key to the connection. On the way in every check locks a row that
    # all notices share, and every index is written.
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    source = models.CharField(max_length=12, choices=Source.choices)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField()
    body_length = models.PositiveIntegerField()
    body_hmac = models.BinaryField(max_length=32)
    redactions = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    transaction_id = models.CharField(max_length=64, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    sentence = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "connection", "received_at"], name="notice_by_time"),
            models.Index(fields=["tenant", "transaction_id"], name="notice_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"


class NoticeRefusal(TenantModel):
    """Notices refused per connection, day and reason: counted, never stored."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    reason = models.CharField(max_length=40)
    count = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "day", "reason"], name="refusal_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} ×{self.count}"


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
        ]
        ordering = ("seen_at",)

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.state}"


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


class Source(models.TextChoices):
    """What is read of PayTrace or a disputes provider, each as far as its own watermark."""

    TRANSACTIONS = "transactions", "Card payments"
    BEHIND = "behind", "Card payments that turned up late"
    BATCHES = "batches", "Batches"
    ACH = "ach", "ACH payments"
    RETURNS = "returns", "ACH returns"
    DISPUTES = "disputes", "Disputes"


class Watermark(TenantModel):
    """How far one source of one connection has been read completely."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=20, choices=Source.choices, default=Source.TRANSACTIONS)
    complete_up_to = models.DateTimeField()
    # Somebody asked for a nightly source by day.
    is_wished = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "source"], name="watermark_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} up to {self.complete_up_to}"


class SyncRun(TenantModel):
    """One look through the gateway's export: which days, what was new."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=20, choices=Source.choices, default=Source.TRANSACTIONS)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    seen = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    sentence = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "connection", "started_at"], name="sync_by_time")]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


class DayCount(TenantModel):
    """How many transactions the gateway has of one day, when we last looked.

    What we know of them is counted from the facts.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    told = models.PositiveIntegerField(default=0)
    # Of those that could not be taken in; empty when all are.
    oldest_unseen_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "connection", "day"], name="day_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.told} on {self.day}"


class GatewayBatch(TenantModel):
    """A settlement batch as the gateway told it. Its number wraps, so the day is in the key."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    settled_on = models.DateField()
    settled_at = models.DateTimeField()
    transaction_count = models.PositiveIntegerField()
    net = models.DecimalField(max_digits=19, decimal_places=4)
    # Above zero; empty where the gateway does not tell them apart.
    sales = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    refunds = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
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
                fields=["tenant", "connection", "number", "settled_on"], name="batch_once"
            )
        ]

    def __str__(self) -> str:
        return f"batch {self.number} of {self.settled_on}"


class Backfill(TenantModel):
    """A named look through past days, oldest first; stopped, it goes on where it was."""

    class State(models.TextChoices):
        RUNNING = "running", "Reading"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    first_day = models.DateField()
    last_day = models.DateField()
    next_day = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    requested_by = models.CharField(max_length=254)
    requested_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Time spent reading: what the estimate of the rest is made from.
    worked_ms = models.PositiveBigIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    sentence = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection"],
                condition=models.Q(state__in=["running", "paused"]),
                name="one_open_backfill",
            )
        ]
        ordering = ("-requested_at",)

    def __str__(self) -> str:
        return self.name


class Rhythm(TenantModel):
    """How much usually comes in at each hour of the week, so that silence is noticed."""

    class Stream(models.TextChoices):
        PAYMENTS = "payments", "Payments"
        NOTICES = "notices", "Notices"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    stream = models.CharField(max_length=10, choices=Stream.choices)
    # Average count of each hour, Monday 00:00 first, in the gateway's zone: 168 numbers.
    hours = models.JSONField(default=list)
    worked_out_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "connection", "stream"], name="rhythm_once")
        ]

    def __str__(self) -> str:
        return f"rhythm of {self.stream}"
