"""What came in, for support staff: never a notice's body, never a fact's details."""

from __future__ import annotations

from django.contrib import admin

from integrations.events.models import (
    Backfill,
    ContestDeadline,
    DayCount,
    DepositPart,
    GatewayBatch,
    GatewayFact,
    HeldAmount,
    HoldLook,
    InboundNotice,
    NoticeRefusal,
    SyncRun,
    Watermark,
)
from tenants.support_admin import SupportAdmin


@admin.register(InboundNotice)
class NoticeAdmin(SupportAdmin):
    hidden = ("body", "body_hmac")
    list_display = (
        "received_at",
        "tenant",
        "connection",
        "source",
        "state",
        "transaction_id",
        "body_length",
        "redactions",
        "sentence",
    )
    list_filter = ("state", "source", "received_at")
    search_fields = ("transaction_id", "tenant__name", "tenant__slug")
    ordering = ("-received_at",)


@admin.register(GatewayFact)
class FactAdmin(SupportAdmin):
    hidden = ("details",)
    list_display = (
        "seen_at",
        "tenant",
        "connection",
        "transaction_id",
        "type",
        "state",
        "amount",
        "currency",
        "seen_by",
    )
    list_filter = ("seen_by", "seen_at")
    search_fields = ("transaction_id", "tenant__name", "tenant__slug")
    ordering = ("-seen_at",)


@admin.register(ContestDeadline)
class DeadlineAdmin(SupportAdmin):
    list_display = (
        "told_at", "tenant", "connection", "transaction_id", "respond_by", "seen_by", "told_by"
    )  # fmt: skip
    list_filter = ("seen_by", "told_at")
    search_fields = ("transaction_id", "tenant__name", "tenant__slug")
    ordering = ("-told_at",)


@admin.register(HeldAmount)
class HeldAmountAdmin(SupportAdmin):
    list_display = (
        "told_at", "tenant", "connection", "transaction_id", "amount", "currency", "seen_by"
    )  # fmt: skip
    list_filter = ("seen_by", "told_at")
    search_fields = ("transaction_id", "tenant__name", "tenant__slug")
    ordering = ("-told_at",)


@admin.register(HoldLook)
class HoldLookAdmin(SupportAdmin):
    list_display = ("looked_at", "tenant", "connection", "transaction_id", "is_listed")
    list_filter = ("is_listed", "looked_at")
    search_fields = ("transaction_id", "tenant__name", "tenant__slug")
    ordering = ("-looked_at",)


@admin.register(NoticeRefusal)
class RefusalAdmin(SupportAdmin):
    list_display = ("day", "tenant", "connection", "reason", "count")
    list_filter = ("day",)
    search_fields = ("reason", "tenant__name", "tenant__slug")
    ordering = ("-day",)


@admin.register(SyncRun)
class SyncRunAdmin(SupportAdmin):
    list_display = (
        "started_at",
        "tenant",
        "connection",
        "source",
        "state",
        "first_day",
        "last_day",
        "seen",
        "new",
        "sentence",
    )
    list_filter = ("source", "state", "started_at")
    search_fields = ("connection__name", "tenant__name", "tenant__slug")
    ordering = ("-started_at",)


@admin.register(Watermark)
class WatermarkAdmin(SupportAdmin):
    list_display = ("connection", "tenant", "source", "complete_up_to")
    search_fields = ("connection__name", "tenant__name", "tenant__slug")


@admin.register(DayCount)
class DayCountAdmin(SupportAdmin):
    list_display = ("day", "tenant", "connection", "told", "oldest_unseen_at", "read_at")
    list_filter = ("day",)
    search_fields = ("connection__name", "tenant__name", "tenant__slug")
    ordering = ("-day",)


@admin.register(GatewayBatch)
class BatchAdmin(SupportAdmin):
    list_display = (
        "settled_on",
        "tenant",
        "connection",
        "method",
        "number",
        "transaction_count",
        "listed",
        "net",
        "currency",
    )
    list_filter = ("method", "settled_on")
    search_fields = ("number", "connection__name", "tenant__name", "tenant__slug")
    ordering = ("-settled_at",)


@admin.register(DepositPart)
class DepositPartAdmin(SupportAdmin):
    list_display = ("told_at", "tenant", "deposit", "transaction_id", "kind", "amount", "currency")
    list_filter = ("kind", "told_at")
    search_fields = ("transaction_id", "deposit__number", "tenant__name", "tenant__slug")
    ordering = ("-told_at",)


@admin.register(Backfill)
class BackfillAdmin(SupportAdmin):
    list_display = (
        "requested_at",
        "tenant",
        "connection",
        "name",
        "state",
        "first_day",
        "next_day",
        "last_day",
        "new",
        "sentence",
    )
    list_filter = ("state", "requested_at")
    search_fields = ("name", "connection__name", "tenant__name", "tenant__slug")
    ordering = ("-requested_at",)
