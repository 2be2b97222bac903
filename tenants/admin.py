"""Companies, people, keys and the audit trail, for support staff."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tenants.models import (
    ApiKey,
    AuditEvent,
    Environment,
    Invitation,
    Membership,
    Tenant,
    User,
)
from tenants.pausing import pause_company, resume_company
from tenants.support_admin import SupportAction, SupportAdmin, offered

admin.site.site_title = "Tieout support"
# Companies are in many zones; support compares them in one, and has to know in which.
admin.site.site_header = "Tieout support · all times in UTC"
admin.site.index_title = "Every company, read-only"
# Who is support staff is decided where the portal is run, not in the browser.
admin.site.unregister(Group)

_LISTS = (
    ("Payments", "admin:posting_effect_changelist"),
    ("Connections", "admin:connections_connection_changelist"),
    ("Exceptions", "admin:exceptions_exceptioncase_changelist"),
    ("Notices", "admin:events_inboundnotice_changelist"),
    ("People", "admin:tenants_membership_changelist"),
    ("Audit", "admin:tenants_auditevent_changelist"),
)


def _pause(*, row: Tenant, actor: str, reason: str) -> None:  # noqa: ARG001 the open company
    pause_company(reason=reason, actor=actor)


def _resume(*, row: Tenant, actor: str, reason: str) -> None:  # noqa: ARG001
    resume_company(actor=actor)


PAUSE = SupportAction(
    name="pause_company",
    label="Pause company",
    sentence="Nothing of this company is posted or polled until it is resumed. Nothing is lost.",
    fact="support.company_paused",
    run=_pause,
)
RESUME = SupportAction(
    name="resume_company",
    label="Resume company",
    sentence="What has been waiting goes on by itself.",
    fact="support.company_resumed",
    run=_resume,
)


@admin.register(Tenant)
class TenantAdmin(SupportAdmin):
    list_display = ("name", "slug", "created_at", "paused_at", "paused_reason")
    search_fields = ("name", "slug")
    fields = ("id", "name", "slug", "created_at", "paused_at", "paused_reason", "lists")
    actions = (offered(PAUSE), offered(RESUME))

    @admin.display(description="See its")
    def lists(self, tenant: Tenant) -> SafeString:
        """Links to this company's rows in the other lists."""
        links = ((reverse(name), tenant.pk, label) for label, name in _LISTS)
        row = format_html_join(" · ", '<a href="{}?tenant__id__exact={}">{}</a>', links)
        return format_html("<nav>{}</nav>", row)


@admin.register(Environment)
class EnvironmentAdmin(SupportAdmin):
    list_display = ("tenant", "kind", "base_currency", "zone", "cutoff_time")
    list_filter = ("kind",)
    search_fields = ("tenant__name", "tenant__slug")


@admin.register(Membership)
class MembershipAdmin(SupportAdmin):
    list_display = ("user", "tenant", "role", "created_at")
    list_filter = ("role",)
    search_fields = ("user__email", "user__name", "tenant__name", "tenant__slug")


@admin.register(User)
class PersonAdmin(SupportAdmin):
    hidden = ("password",)
    list_display = ("email", "name", "is_active", "is_staff", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")


@admin.register(Invitation)
class InvitationAdmin(SupportAdmin):
    hidden = ("token_hash",)
    list_display = ("email", "tenant", "role", "created_at", "expires_at", "accepted_at")
    list_filter = ("role",)
    search_fields = ("email", "tenant__name", "tenant__slug")


@admin.register(ApiKey)
class ApiKeyAdmin(SupportAdmin):
    hidden = ("key_hash",)
    list_display = ("name", "last_four", "tenant", "created_at", "last_used_at", "revoked_at")
    search_fields = ("name", "last_four", "tenant__name", "tenant__slug")


@admin.register(AuditEvent)
class AuditAdmin(SupportAdmin):
    list_display = ("at", "tenant", "actor", "action", "subject", "reason")
    list_filter = ("at",)
    search_fields = ("actor", "action", "subject", "subject_id", "tenant__name", "tenant__slug")
    ordering = ("-at",)

    @admin.display
    def reason(self, event: AuditEvent) -> str:
        details: dict[str, Any] = event.details
        return str(details.get("reason", ""))
