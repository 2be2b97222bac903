"""GL accounts and published GL rules for support staff."""

from __future__ import annotations

from django.contrib import admin

from integrations.accounting.models import GLAccount, GLRuleVersion
from tenants.support_admin import SupportAdmin


@admin.register(GLAccount)
class AccountAdmin(SupportAdmin):
    list_display = ("number", "description", "tenant", "company", "is_active", "read_at")
    list_filter = ("is_active",)
    search_fields = ("number", "description", "tenant__name", "tenant__slug")


@admin.register(GLRuleVersion)
class RulesAdmin(SupportAdmin):
    list_display = ("tenant", "environment", "version", "published_at", "published_by", "note")
    search_fields = ("tenant__name", "tenant__slug", "published_by")
