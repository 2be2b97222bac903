"""Poll: look through everything the gateway tells, source by source, and miss nothing.

A source that fails leaves its watermark where its last whole day put it, and ends the look:
the others are read when waiting is over.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError, NeverWorks
from integrations.connections import clients, disputes, health
from integrations.connections.models import Connection
from integrations.events import polling, rhythm
from integrations.events.models import Source
from integrations.pipeline import resume, settled_sources, sources
from integrations.pipeline.sources import Look
from integrations.pipeline.stored import has_vault, read_stored
from tenants import audit, work
from tenants.errors import NotPossible
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.poll")
_READERS = {**sources.READERS, **settled_sources.READERS, Source.STORED: read_stored}
_ACH = frozenset({Source.ACH, Source.RETURNS, Source.DEPOSITS})


def poll(
    *, tenant_id: uuid.UUID, connection_id: uuid.UUID, keep: Callable[[], bool] = lambda: True
) -> None:
    """Read every source that is due. `keep` is called between chunks, to keep the drain."""
    with tenant_transaction(tenant_id):
        connection = Connection.objects.select_related("environment").get(id=connection_id)
        if not may_go(connection, WorkKind.POLL):
            return
    try:
        client = clients.paytrace_client(tenant_id=tenant_id, connection_id=connection_id)
    except IntegrationError as error:
        failed(connection, error, kind=WorkKind.POLL)
        return
    look = Look(connection, client, now=timezone.now(), keep=keep)
    for source in _READERS:
        if _is_offered(source, connection) and not _read(look, source):
            return
    with tenant_transaction(tenant_id):
        rhythm.work_out(connection_id=connection_id, zone=look.zone, now=look.now)


def poll_now(*, connection_id: uuid.UUID, actor: str) -> None:
    """Look for payments now, the nightly sources and disputes included, because a person asked.

    Raises NotPossible when paused.
    """
    connection = Connection.objects.get(id=connection_id)
    if connection.kind == Connection.Kind.SAGEPRO:
        raise NotPossible("Nothing is looked for in Sage Pro; choose a PayTrace account.")
    if connection.paused_at is not None:
        raise NotPossible(f"{connection.name} is paused. Resume it first.")
    audit.record(
        "connection.poll_asked", actor=actor, subject=connection.name, subject_id=connection_id
    )
    polling.wish(connection_id=connection_id)
    asked = [connection, *disputes.of_account(connection_id)]
    work.ring_all([(WorkKind.POLL, one.id) for one in asked], tenant_id=connection.tenant_id)


def may_go(connection: Connection, kind: WorkKind) -> bool:
    """Whether to ask PayTrace now; if waiting helps, the drain comes back when it is over.

    An account that posts nowhere yet is not read: its payments would find no books. Inside the
    tenant transaction.
    """
    if connection.posts_to_id is None:
        return False
    return resume.may_go(connection, kind)


def has_ach(connection: Connection) -> bool:
    """Whether the last test found that ACH payments can be listed."""
    told = connection.capabilities.get("ach", {})
    return bool(told.get("available"))


def _is_offered(source: Source, connection: Connection) -> bool:
    if source is Source.STORED:
        return has_vault(connection)
    return source not in _ACH or has_ach(connection)


def has_batches(connection: Connection) -> bool:
    """Whether batches can be read, as far as is known."""
    told = connection.capabilities.get("batches", {})
    return told.get("available") is not False


def failed(connection: Connection, error: IntegrationError, *, kind: WorkKind) -> None:
    """Keep the failure on the connection and come back when waiting may have helped.

    After a refused sign-in nothing comes back by itself: one attempt, then a person.
    """
    log.warning(f"{connection.kind}.unavailable", code=error.code)
    with tenant_transaction(connection.tenant_id):
        wait = health.record_failure(connection_id=connection.id, error=error, now=timezone.now())
        if not isinstance(error, FixConfiguration):
            work.ring(kind, tenant_id=connection.tenant_id, subject_id=connection.id, after=wait)


def _read(look: Look, source: Source) -> bool:
    """Read one source if it is due; False when the gateway cannot be asked for more now."""
    connection = look.source
    with tenant_transaction(connection.tenant_id):
        window = polling.window(
            connection_id=connection.id, source=source, zone=look.zone, now=look.now
        )
        if window is None:
            return True
        run = polling.begin(connection_id=connection.id, source=source, window=window)
    try:
        found = _READERS[source](look, window)
    except IntegrationError as error:
        with tenant_transaction(connection.tenant_id):
            polling.fail(run, sentence=error.sentence)
        failed(connection, error, kind=WorkKind.POLL)
        # A refused question says nothing about the others.
        return isinstance(error, NeverWorks)
    with tenant_transaction(connection.tenant_id):
        health.record_ok(connection_id=connection.id)
        polling.finish(run, asked_at=window.asked_at, seen=found.seen, new=found.new)
    return True
