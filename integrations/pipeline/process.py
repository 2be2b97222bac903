"""Process: hints become facts, facts become effects.

A notice only says where to look; the transaction is fetched by id under the tenant's own
credential and nothing else is believed. Polling enters by the same door, and finds what no
notice told.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils import timezone

from integrations.canonical.ach_states import to_payment
from integrations.canonical.errors import IntegrationError
from integrations.canonical.transactions import GatewayTransaction
from integrations.connections import clients, health
from integrations.connections.models import Connection
from integrations.events import hints, inbox
from integrations.events.models import GatewayFact, InboundNotice
from integrations.paytrace.client import PayTraceClient
from integrations.pipeline.poll import failed, has_ach, may_go
from integrations.pipeline.taking_in import take_in
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

BATCH = 50
SeenBy = GatewayFact.SeenBy


def process(*, tenant_id: uuid.UUID, connection_id: uuid.UUID) -> bool:
    """Read one batch of waiting notices; True when more may be waiting."""
    with tenant_transaction(tenant_id):
        connection = Connection.objects.get(id=connection_id)
        notices = inbox.unread(connection_id=connection_id, limit=BATCH)
        if not notices or not may_go(connection, WorkKind.PROCESS):
            return False
        wanted = _transaction_ids(notices)
    fetched = _fetch(connection, sorted(set(wanted.values())))
    if fetched is None:
        return False
    with tenant_transaction(tenant_id):
        health.record_ok(connection_id=connection_id)
        take_in(list(fetched.values()), source=connection, seen_by=SeenBy.NOTICE)
        for notice_id, transaction_id in wanted.items():
            _mark(notice_id, transaction_id, is_known=transaction_id in fetched)
    return len(notices) == BATCH


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


def _fetch(connection: Connection, ids: Sequence[str]) -> dict[str, GatewayTransaction] | None:
    """The transactions PayTrace knows of these; None when it cannot be asked now."""
    fetched: dict[str, GatewayTransaction] = {}
    try:
        client = clients.paytrace_client(
            tenant_id=connection.tenant_id, connection_id=connection.id
        )
        for transaction_id in ids:
            found = client.transaction(transaction_id) or _ach(client, connection, transaction_id)
            if found is not None:
                fetched[transaction_id] = found
                fetched |= _original(client, found)
    except IntegrationError as error:
        failed(connection, error, kind=WorkKind.PROCESS)
        return None
    return fetched


def _ach(
    client: PayTraceClient, connection: Connection, transaction_id: str
) -> GatewayTransaction | None:
    found = client.ach.transaction(transaction_id) if has_ach(connection) else None
    return to_payment(found, seen_at=timezone.now()) if found else None


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
