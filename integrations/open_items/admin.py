"""Copies of open documents for support staff."""

from __future__ import annotations

from django.contrib import admin

from integrations.open_items.models import OpenItem, OpenItemsCopy
from tenants.support_admin import SupportAdmin

_TENANT = ("tenant__name", "tenant__slug")


@admin.register(OpenItem)
class OpenItemAdmin(SupportAdmin):
    list_display = (
        "number", "tenant", "company", "customer_number", "invoice_date", "amount", "balance",
        "currency",
    )  # fmt: skip
    search_fields = ("number", "customer_number", *_TENANT)
    ordering = ("tenant", "company", "number")


@admin.register(OpenItemsCopy)
class OpenItemsCopyAdmin(SupportAdmin):
    list_display = (
        "complete_as_of", "tenant", "company", "items", "moved", "look_began_at", "is_wished",
        "sentence",
    )  # fmt: skip
    search_fields = _TENANT
    ordering = ("-complete_as_of",)
