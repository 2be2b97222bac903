"""How far each of PayTrace's lists was read, and what the reading found."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from integrations.connections.models import Connection
from tenants.tenant_model import TenantModel


class Source(models.TextChoices):
    """What is read of PayTrace or a disputes provider, each as far as its own watermark."""

    TRANSACTIONS = "transactions", "Card payments"
    BEHIND = "behind", "Card payments that turned up late"
    BATCHES = "batches", "Batches"
    ACH = "ach", "ACH payments"
    RETURNS = "returns", "ACH returns"
    DEPOSITS = "deposits", "ACH deposits"
    STORED = "stored", "Stored cards and plans"
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
