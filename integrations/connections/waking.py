"""Ringing the drains of a connection that can be used again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from integrations.connections.models import Connection
from tenants.models import DueWork, WorkKind
from tenants.scope import current_tenant_id
from tenants.work import ring, schedule

# Notices are hints and may never come, so every account is looked through this often.
POLL_EVERY = timedelta(minutes=3)


def wake(connection: Connection) -> None:
    """Make everything that waited for this connection due now."""
    tenant_id = current_tenant_id()
    if connection.kind == Connection.Kind.SAGEPRO:
        ring(WorkKind.DELIVER, tenant_id=tenant_id, subject_id=connection.id)
        gateways = Connection.objects.filter(posts_to=connection)
        for gateway_id in gateways.order_by("id").values_list("id", flat=True):
            ring(WorkKind.PROCESS, tenant_id=tenant_id, subject_id=gateway_id)
        return
    _poll(connection)
    ring(WorkKind.PROCESS, tenant_id=tenant_id, subject_id=connection.id)
    if connection.posts_to_id is not None:
        ring(WorkKind.DELIVER, tenant_id=tenant_id, subject_id=connection.posts_to_id)


def _poll(connection: Connection) -> None:
    """Poll now, and from now on unless somebody has chosen how often already."""
    repeats = DueWork.objects.filter(
        kind=WorkKind.POLL, subject_id=connection.id, every_seconds__gt=0
    )
    if repeats.exists():
        ring(WorkKind.POLL, tenant_id=current_tenant_id(), subject_id=connection.id)
        return
    schedule(
        WorkKind.POLL,
        tenant_id=current_tenant_id(),
        subject_id=connection.id,
        every=POLL_EVERY,
    )


def wake_companies(environment_id: UUID) -> None:
    """Make the Sage companies of an environment due: its rules or mapping are new."""
    tenant_id = current_tenant_id()
    companies = Connection.objects.filter(
        environment_id=environment_id, kind=Connection.Kind.SAGEPRO
    )
    for company_id in companies.order_by("id").values_list("id", flat=True):
        ring(WorkKind.DELIVER, tenant_id=tenant_id, subject_id=company_id)
