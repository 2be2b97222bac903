"""The notices PayTrace sends, as they came, and those we refused."""

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
