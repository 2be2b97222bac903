"""Process: hints become facts, facts become effects.

A notice only says where to look; the transaction is fetched by id under the tenant's own
credential and nothing else is believed. Polling enters by the same door, and finds what no
notice told.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import structlog
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError
from integrations.canonical.transactions import GatewayTransaction
from integrations.connections import clients, health
from integrations.connections.models import Connection
from integrations.events import hints, inbox, polling
from integrations.events.models import GatewayFact, InboundNotice
from integrations.paytrace.client import PayTraceClient
from integrations.pipeline import resume
from integrations.pipeline.taking_in import take_in
from tenants import audit, work
from tenants.errors import NotPossible
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.process")
BATCH = 50
SeenBy = GatewayFact.SeenBy


def process(*, tenant_id: uuid.UUID, connection_id: uuid.UUID) -> bool:
    """Read one batch of waiting notices; True when more may be waiting."""
    with tenant_transaction(tenant_id):
        connection = Connection.objects.get(id=connection_id)
        notices = inbox.unread(connection_id=connection_id, limit=BATCH)
        if not notices or not _may_go(connection, WorkKind.PROCESS):
            return False
        wanted = _transaction_ids(notices)
    fetched = _fetch(tenant_id, connection_id, sorted(set(wanted.values())))
    if fetched is None:
        return False
    with tenant_transaction(tenant_id):
        health.record_ok(connection_id=connection_id)
        take_in(list(fetched.values()), source=connection, seen_by=SeenBy.NOTICE)
        for notice_id, transaction_id in wanted.items():
            _mark(notice_id, transaction_id, is_known=transaction_id in fetched)
    return len(notices) == BATCH


def poll(*, tenant_id: uuid.UUID, connection_id: uuid.UUID) -> None:
    """Look through the export for everything since the watermark, with overlap."""
    with tenant_transaction(tenant_id):
        connection = Connection.objects.get(id=connection_id)
        if not _may_go(connection, WorkKind.POLL):
            return
        zone = str(connection.settings.get("zone", "America/Los_Angeles"))
        window = polling.window(connection_id=connection_id, zone=zone, now=timezone.now())
        run = polling.begin(connection_id=connection_id, window=window)
    try:
        client = clients.paytrace_client(tenant_id=tenant_id, connection_id=connection_id)
        found = client.transactions(start=window.first_day, end=window.last_day)
    except IntegrationError as error:
        _failed(tenant_id, connection_id, error, kind=WorkKind.POLL)
        with tenant_transaction(tenant_id):
            polling.fail(run.id, sentence=error.sentence)
        return
    new = 0
    for start in range(0, len(found), polling.CHUNK):
        with tenant_transaction(tenant_id):
            fresh = take_in(
                found[start : start + polling.CHUNK], source=connection, seen_by=SeenBy.SYNC
            )
            new += len(fresh)
    with tenant_transaction(tenant_id):
        health.record_ok(connection_id=connection_id)
        polling.finish(run.id, connection_id=connection_id, window=window, seen=len(found), new=new)


def _may_go(connection: Connection, kind: WorkKind) -> bool:
    """Whether to ask PayTrace now; if waiting helps, the drain comes back when it is over.

    An account that posts nowhere yet is not read: its payments would find no books.
    """
    if connection.posts_to_id is None:
        return False
    return resume.may_go(connection, kind)


def poll_now(*, connection_id: uuid.UUID, actor: str) -> None:
    """Look for payments now, because a person asked. Raises NotPossible when paused."""
    connection = Connection.objects.get(id=connection_id)
    if connection.kind != Connection.Kind.PAYTRACE:
        raise NotPossible("Only a PayTrace connection can be searched for payments.")
    if connection.paused_at is not None:
        raise NotPossible(f"{connection.name} is paused. Resume it first.")
    audit.record(
        "connection.poll_asked", actor=actor, subject=connection.name, subject_id=connection_id
    )
    work.ring(WorkKind.POLL, tenant_id=connection.tenant_id, subject_id=connection_id)


def _transaction_ids(notices: Sequence[InboundNotice]) -> dict[uuid.UUID, str]:
    """Which transaction each notice points at; unreadable ones are marked and left out."""
    wanted: dict[uuid.UUID, str] = {}
    for notice in notices:
        try:
            wanted[notice.id] = hints.transaction_id(notice)
        except hints.Unreadable as error:
            inbox.mark_read(
                notice.id, state=InboundNotice.State.UNREADABLE, sentence=error.sentence
            )
    return wanted


def _fetch(
    tenant_id: uuid.UUID, connection_id: uuid.UUID, ids: Sequence[str]
) -> dict[str, GatewayTransaction] | None:
    """The transactions PayTrace knows of these; None when it cannot be asked now."""
    fetched: dict[str, GatewayTransaction] = {}
    try:
        client = clients.paytrace_client(tenant_id=tenant_id, connection_id=connection_id)
        for transaction_id in ids:
            found = client.transaction(transaction_id)
            if found is not None:
                fetched[transaction_id] = found
                fetched |= _original(client, found)
    except IntegrationError as error:
        _failed(tenant_id, connection_id, error, kind=WorkKind.PROCESS)
        return None
    return fetched


def _original(
    client: PayTraceClient, transaction: GatewayTransaction
) -> dict[str, GatewayTransaction]:
    """A refund may arrive before its sale: fetch the sale at once."""
    original = transaction.original_transaction_id
    sale = client.transaction(original) if original else None
    return {original: sale} if sale is not None else {}


def _mark(notice_id: uuid.UUID, transaction_id: str, *, is_known: bool) -> None:
    sentence = "" if is_known else f"PayTrace does not know transaction {transaction_id} (yet)."
    inbox.mark_read(
        notice_id,
        state=InboundNotice.State.READ,
        transaction_id=transaction_id,
        sentence=sentence,
    )


def _failed(
    tenant_id: uuid.UUID, connection_id: uuid.UUID, error: IntegrationError, *, kind: WorkKind
) -> None:
    """Keep the failure on the connection and come back when waiting may have helped.

    After a refused sign-in nothing comes back by itself: one attempt, then a person.
    """
    log.warning("paytrace.unavailable", code=error.code)
    with tenant_transaction(tenant_id):
        wait = health.record_failure(connection_id=connection_id, error=error, now=timezone.now())
        if not isinstance(error, FixConfiguration):
            work.ring(kind, tenant_id=tenant_id, subject_id=connection_id, after=wait)
