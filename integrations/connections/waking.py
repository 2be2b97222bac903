"""Ringing the drains of a connection that can be used again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from integrations.connections.models import Connection
from tenants.models import DueWork, WorkKind
from tenants.scope import current_tenant_id
from tenants.work import ring_all

# Notices are hints and may never come, so every account is looked through this often.
POLL_EVERY = timedelta(minutes=3)
# Acquirers tell cases once or a few times a day.
DISPUTES_EVERY = timedelta(minutes=15)


_EVERY = {
    str(Connection.Kind.PAYTRACE): POLL_EVERY,
    str(Connection.Kind.DISPUTES): DISPUTES_EVERY,
}


def wake(connection: Connection) -> None:
    """Make everything that waited for this connection due now."""
    ring_all(_bells(connection), tenant_id=current_tenant_id())
    every = _EVERY.get(connection.kind)
    if every is not None:
        _repeat_polling(connection, every)


def wake_companies(environment_id: UUID) -> None:
    """Make the Sage companies of an environment due: its rules or mapping are new."""
    companies = Connection.objects.filter(
        environment_id=environment_id, kind=Connection.Kind.SAGEPRO
    )
    bells = [(WorkKind.DELIVER, company.id) for company in companies]
    ring_all(bells, tenant_id=current_tenant_id())


def _bells(connection: Connection) -> list[tuple[WorkKind, UUID]]:
    if connection.kind == Connection.Kind.SAGEPRO:
        gateways = Connection.objects.filter(posts_to=connection)
        return [
            (WorkKind.DELIVER, connection.id),
            (WorkKind.OPEN_ITEMS, connection.id),
            *((WorkKind.PROCESS, gateway.id) for gateway in gateways),
        ]
    if connection.kind == Connection.Kind.DISPUTES:
        return [(WorkKind.POLL, connection.id)]
    kinds = (WorkKind.PROCESS, WorkKind.POLL, WorkKind.INSTRUCT)
    bells = [(kind, connection.id) for kind in kinds]
    if connection.posts_to_id is not None:
        bells.append((WorkKind.DELIVER, connection.posts_to_id))
    return bells


def _repeat_polling(connection: Connection, every: timedelta) -> None:
    """Poll from now on, unless somebody has chosen how often already."""
    DueWork.objects.filter(kind=WorkKind.POLL, subject_id=connection.id, every_seconds=0).update(
        every_seconds=int(every.total_seconds())
    )
