"""Published field mappings for support staff."""

from __future__ import annotations

from django.contrib import admin

from integrations.mapping.models import MappingVersion
from tenants.support_admin import SupportAdmin


@admin.register(MappingVersion)
class MappingAdmin(SupportAdmin):
    list_display = ("tenant", "environment", "version", "published_at", "published_by", "note")
    search_fields = ("tenant__name", "tenant__slug", "published_by")
