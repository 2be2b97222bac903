"""What is due, and whether those who do it are alive."""

from __future__ import annotations

from django.db import models

from tenants.models.people import Tenant


class WorkKind(models.TextChoices):
    PROCESS = "process", "Read notices"
    DELIVER = "deliver", "Post to Sage"
    POLL = "poll", "Look for payments"
    TEST = "test", "Test a connection"
    BACKFILL = "backfill", "Read past days"
    CALIBRATE = "calibrate", "Look at a test company"
    INSTRUCT = "instruct", "Send to PayTrace"
    OPEN_ITEMS = "open_items", "Read open invoices"
    FLAGGED = "flagged", "Look for flagged rows"


class DueWork(models.Model):
    """A drain for one connection: when it is due, and who holds it. Order and fairness only;
    no promise about money rests on this lease."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=WorkKind.choices)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField()
    due_at = models.DateTimeField(null=True, blank=True)
    every_seconds = models.PositiveIntegerField(default=0)
    rung_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="one_drain_per_subject")
        ]
        indexes = [models.Index(fields=["due_at"], name="due_work_due_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class DueNotice(models.Model):
    """A stored notice nobody has read yet. Appended by intake, removed by its reader."""

    id = models.BigAutoField(primary_key=True)
    # Written beside a notice whose keys are checked.
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    connection_id = models.UUIDField()
    notice_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["connection_id", "id"], name="due_notice_queue")]

    def __str__(self) -> str:
        return str(self.notice_id)


class Heartbeat(models.Model):
    """When a background process last said that it is alive."""

    name = models.CharField(max_length=60, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
