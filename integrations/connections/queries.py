"""Reads on connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from integrations.connections import logins
from integrations.connections.models import Connection, ConnectionTest
from integrations.connections.notices import NoticeTarget, distrust, known_target, notice_target
from integrations.connections.secrets import secret_fields

__all__ = [
    "NoticeTarget",
    "companies_like",
    "company_of",
    "connections",
    "disputes_providers",
    "distrust",
    "failed_logins",
    "known_target",
    "latest_test",
    "notice_target",
    "paytrace_connections",
    "public_settings",
    "sage_companies",
    "secret_fields",
]

_SHOWN = {
    Connection.Kind.PAYTRACE: (
        "api_version",
        "gateway_environment",
        "base_url",
        "username_hint",
        "merchant_id",
        "zone",
        "currency",
        "settle_from",
        "deposit_from",
    ),
    Connection.Kind.SAGEPRO: (
        "edition",
        "company_number",
        "server",
        "database",
        "folder",
    ),
    Connection.Kind.DISPUTES: ("provider", "base_url"),
}


def connections(environment_id: UUID) -> list[Connection]:
    """All of an environment, by kind and name, each with its `posts_to` and `tells_of`."""
    rows = Connection.objects.select_related("posts_to", "tells_of", "environment")
    return list(rows.filter(environment_id=environment_id).order_by("kind", "name"))


def paytrace_connections(environment_id: UUID) -> list[Connection]:
    """The PayTrace accounts of an environment, by name, each with its `posts_to`."""
    return [c for c in connections(environment_id) if c.kind == Connection.Kind.PAYTRACE]


def disputes_providers(environment_id: UUID) -> list[Connection]:
    """The disputes providers of an environment, by name, each with its `tells_of`."""
    return [c for c in connections(environment_id) if c.kind == Connection.Kind.DISPUTES]


def sage_companies(environment_id: UUID) -> list[Connection]:
    """The Sage Pro companies of an environment, by name."""
    return [c for c in connections(environment_id) if c.kind == Connection.Kind.SAGEPRO]


def companies_like(connection: Connection) -> QuerySet[Connection]:
    """The other Sage Pro companies of this edition, of every environment, by name."""
    rows = Connection.objects.select_related("environment").exclude(pk=connection.pk)
    like = {"kind": Connection.Kind.SAGEPRO, "settings__edition": connection.settings["edition"]}
    return rows.filter(**like).order_by("name", "environment_id")


def company_of(connection: Connection) -> Connection | None:
    """The Sage company a connection's payments go to; a Sage connection is its own."""
    if connection.kind == Connection.Kind.SAGEPRO:
        return connection
    return connection.posts_to


def latest_test(connection_id: UUID) -> ConnectionTest | None:
    """The newest test, whatever its state; None when nobody ever tested."""
    rows = ConnectionTest.objects.filter(connection_id=connection_id)
    return rows.order_by("-requested_at", "-id").first()


def failed_logins(connection: Connection) -> int:
    """Failed sign-ins in a row of this connection's PayTrace user, wherever they were made."""
    key = connection.settings.get("login_key", "")
    return logins.failed_logins(key) if key else 0


def public_settings(connection: Connection) -> Mapping[str, Any]:
    """The settings a screen or a program may see, in the order they are shown."""
    shown = _SHOWN[Connection.Kind(connection.kind)]
    return {name: connection.settings.get(name, "") for name in shown}
