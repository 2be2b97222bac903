"""Alerts for support staff."""

from __future__ import annotations

from django.contrib import admin

from integrations.alerts.models import Alert
from tenants.support_admin import SupportAdmin


@admin.register(Alert)
class AlertAdmin(SupportAdmin):
    list_display = ("opened_at", "tenant", "environment", "kind", "sentence", "count", "cleared_at")
    list_filter = (("cleared_at", admin.EmptyFieldListFilter), "opened_at")
    search_fields = ("kind", "sentence", "tenant__name", "tenant__slug")
    ordering = ("-opened_at",)
