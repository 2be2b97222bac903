"""A connection of the open company, ready to be changed, and the audit of the change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from integrations.connections import health
from integrations.connections.models import AccessToken, Connection
from tenants.audit import record
from tenants.errors import NotPossible


def locked_connection(connection_id: UUID) -> Connection:
    """The row, nobody else's to change until the end. Raises NotPossible when there is none."""
    connection = Connection.objects.select_for_update(no_key=True).filter(pk=connection_id).first()
    if connection is None:
        raise NotPossible("This connection does not exist.")
    return connection


def record_change(action: str, connection: Connection, actor: str, **details: Any) -> None:
    """Write what was done to a connection, by whom; `details` holds no secret."""
    record(
        action,
        actor=actor,
        subject=connection.name,
        subject_id=connection.id,
        details=details,
    )


def start_over(connection: Connection) -> None:
    """Wait for a test: a token or table layout of before says nothing about what is now."""
    AccessToken.objects.filter(connection=connection).delete()
    Connection.objects.filter(pk=connection.pk).update(fingerprint="", capabilities={})
    health.mark_untested(connection_id=connection.id)
    connection.refresh_from_db()
