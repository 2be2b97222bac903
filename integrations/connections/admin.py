"""Connections and their tests, without anything secret. The portal registers `ConnectionAdmin`,
because one of its actions walks the pipeline."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from integrations.connections import operations
from integrations.connections.models import Connection, ConnectionTest
from integrations.connections.queries import public_settings
from tenants.support_admin import SupportAction, SupportAdmin, offered


def _pause(*, row: Connection, actor: str, reason: str) -> None:
    operations.pause(connection_id=row.id, reason=reason, actor=actor)


def _resume(*, row: Connection, actor: str, reason: str) -> None:  # noqa: ARG001 audited
    operations.resume(connection_id=row.id, actor=actor)


PAUSE = SupportAction(
    name="pause_connection",
    label="Pause connection",
    sentence="Nothing is read from it or posted to it until it is resumed. Nothing is lost.",
    fact="support.connection_paused",
    run=_pause,
)
RESUME = SupportAction(
    name="resume_connection",
    label="Resume connection",
    sentence="What has been waiting for it goes on by itself.",
    fact="support.connection_resumed",
    run=_resume,
)


class ConnectionAdmin(SupportAdmin):
    list_display = (
        "name",
        "tenant",
        "kind",
        "environment",
        "state",
        "state_since",
        "last_ok_at",
        "failures_in_a_row",
        "paused_at",
        "halted_at",
    )
    list_filter = ("kind", "state", ("paused_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "tenant__name", "tenant__slug", "state_sentence")
    fields = (
        "id",
        "tenant",
        "environment",
        "kind",
        "name",
        "posts_to",
        "state",
        "state_since",
        "state_sentence",
        "last_ok_at",
        "failures_in_a_row",
        "try_again_at",
        "paused_at",
        "paused_reason",
        "halted_at",
        "halted_reason",
        "shown_settings",
        "created_at",
    )
    actions = (offered(PAUSE), offered(RESUME))

    @admin.display(description="Settings")
    def shown_settings(self, connection: Connection) -> SafeString:
        """The settings that a screen may show; never a secret."""
        return format_html_join("", "<div>{}: {}</div>", public_settings(connection).items())


@admin.register(ConnectionTest)
class ConnectionTestAdmin(SupportAdmin):
    list_display = ("requested_at", "tenant", "connection", "state", "requested_by", "finished_at")
    list_filter = ("state",)
    search_fields = ("connection__name", "tenant__name", "tenant__slug")
