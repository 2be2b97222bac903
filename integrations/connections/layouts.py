"""What a company's tables looked like when they were accepted, and what waits for a person.

The fingerprint of a connection names the layout in force. A test that finds another one keeps
it here; posting waits until somebody accepts it or changes the posting profile.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from integrations.connections.models import Connection, TableLayout
from integrations.connections.rows import locked_connection, record_change
from integrations.sagepro.layout import Layout, changes, from_json, to_json
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction


def expected(*, tenant_id: UUID, connection_id: UUID) -> Layout | None:
    """The layout accepted last; None before the first. Opens a transaction of its own."""
    with tenant_transaction(tenant_id):
        return accepted(connection_id)


def accepted(connection_id: UUID) -> Layout | None:
    """The same, inside the open company's transaction."""
    rows = TableLayout.objects.filter(connection_id=connection_id, accepted_at__isnull=False)
    row = rows.order_by("-accepted_at").first()
    return from_json(row.tables) if row else None


def waiting(connection_id: UUID) -> TableLayout | None:
    """A changed layout that nobody has accepted: the newest found, if it still waits."""
    row = TableLayout.objects.filter(connection_id=connection_id).first()
    return row if row is not None and row.accepted_at is None else None


def waiting_changes(connection_id: UUID) -> list[str]:
    """What that layout has otherwise than the accepted one, one sentence each."""
    row, before = waiting(connection_id), accepted(connection_id)
    return changes(before or {}, from_json(row.tables)) if row else []


def hold(*, connection_id: UUID, fingerprint: str, layout: Layout) -> None:
    """Keep a changed layout for a person to look at, once."""
    row = waiting(connection_id)
    if row is None or row.fingerprint != fingerprint:
        _keep(connection_id, fingerprint, layout)


def keep(*, connection_id: UUID, fingerprint: str, layout: Layout, actor: str) -> None:
    """Keep the layout that a passed test found, unless it is the one accepted last."""
    row = TableLayout.objects.filter(connection_id=connection_id).first()
    if row is not None and row.accepted_at is not None and row.fingerprint == fingerprint:
        return
    made = _keep(connection_id, fingerprint, layout)
    _accept(made, actor=actor, reason="Found by the test of the connection")


def accept(*, connection_id: UUID, layout_id: UUID, actor: str, reason: str) -> None:
    """A person says that the change does not matter; a test makes sure of it next.

    Raises NotPossible without a reason, and when another layout waits by now.
    """
    connection = locked_connection(connection_id)
    if not reason.strip():
        raise NotPossible("Say why the change does not matter, so that others understand.")
    row = waiting(connection_id)
    if row is None or row.id != layout_id:
        raise NotPossible("These are not the changes that wait. Look at the page again.")
    told = waiting_changes(connection_id)
    _accept(row, actor=actor, reason=reason)
    Connection.objects.filter(pk=connection_id).update(fingerprint=row.fingerprint)
    record_change(
        "connection.tables_accepted", connection, actor, changes=told, reason=reason.strip()[:300]
    )


def _keep(connection_id: UUID, fingerprint: str, layout: Layout) -> TableLayout:
    return TableLayout.objects.create(
        connection_id=connection_id, fingerprint=fingerprint, tables=to_json(layout)
    )


def _accept(row: TableLayout, *, actor: str, reason: str) -> None:
    waits = TableLayout.objects.filter(pk=row.pk, accepted_at=None)
    waits.update(accepted_at=Now(), accepted_by=actor, reason=reason.strip()[:300])
