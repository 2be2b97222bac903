"""Cases for support staff: what stopped, why, and what a person decided."""

from __future__ import annotations

from django.contrib import admin

from integrations.exceptions.models import ExceptionCase
from tenants.support_admin import SupportAdmin


@admin.register(ExceptionCase)
class CaseAdmin(SupportAdmin):
    hidden = ("evidence",)
    list_display = (
        "opened_at",
        "tenant",
        "code",
        "amount",
        "currency",
        "state",
        "resolution",
        "resolved_by",
        "sentence",
    )
    list_filter = ("state", "resolution", "opened_at")
    search_fields = ("code", "sentence", "effect__transaction_id", "tenant__name", "tenant__slug")
    ordering = ("-opened_at",)
