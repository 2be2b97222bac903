"""Walks and their steps for support staff: sentences and traces, never what a step was given."""

from __future__ import annotations

from django.contrib import admin

from integrations.workflows.models import StepRun, WorkflowRun, WorkflowVersion
from tenants.support_admin import SupportAdmin


@admin.register(WorkflowVersion)
class VersionAdmin(SupportAdmin):
    list_display = ("tenant", "environment", "version", "published_at", "published_by")
    search_fields = ("tenant__name", "tenant__slug")


@admin.register(WorkflowRun)
class RunAdmin(SupportAdmin):
    list_display = (
        "ended_at",
        "tenant",
        "effect_id",
        "number",
        "trigger",
        "result",
        "version",
        "mapping_version",
        "gl_rules_version",
        "profile_version",
    )
    list_filter = ("ended_at",)
    search_fields = ("effect_id", "tenant__name", "tenant__slug")
    ordering = ("-ended_at",)


@admin.register(StepRun)
class StepAdmin(SupportAdmin):
    hidden = ("input", "output")
    list_display = ("run", "tenant", "position", "step", "result", "sentence")
    search_fields = ("run__effect_id", "sentence", "tenant__name", "tenant__slug")
