"""Process: hints become facts, facts become effects.

A notice only says where to look; the transaction is fetched by id under the tenant's own
credential and nothing else is believed. Polling enters by the same door, and finds what no
notice told.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.canonical.ach import AchTransaction
from integrations.canonical.ach_states import to_payment
from integrations.canonical.errors import IntegrationError
from integrations.canonical.transactions import GatewayTransaction, Record, Unreadable
from integrations.connections import clients, health
from integrations.connections.models import Connection
from integrations.events import hints, inbox
from integrations.events.models import GatewayFact, InboundNotice, Source
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.unreadable import UnreadableRecord
from integrations.pipeline import unreadable
from integrations.pipeline.poll import failed, has_ach, may_go
from integrations.pipeline.taking_in import take_in
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

BATCH = 50
SeenBy = GatewayFact.SeenBy
T = TypeVar("T")


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
        take_in(fetched.readable(), source=connection, seen_by=SeenBy.NOTICE)
        _ask_about(fetched, connection)
        for notice_id, transaction_id in wanted.items():
            _mark(notice_id, transaction_id, is_known=transaction_id in fetched.told)
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


@dataclass
class _Fetched:
    """What PayTrace tells of the transactions that notices name, by the id they name."""

    told: dict[str, Record] = field(default_factory=dict)
    ach: set[str] = field(default_factory=set)

    def readable(self) -> list[GatewayTransaction]:
        return [one for one in self.told.values() if not isinstance(one, Unreadable)]


def _fetch(connection: Connection, ids: Sequence[str]) -> _Fetched | None:
    """The transactions PayTrace knows of these; None when it cannot be asked now."""
    fetched = _Fetched()
    try:
        client = clients.paytrace_client(
            tenant_id=connection.tenant_id, connection_id=connection.id
        )
        for transaction_id in ids:
            _fetch_one(transaction_id, client, fetched, has_ach=has_ach(connection))
    except IntegrationError as error:
        failed(connection, error, kind=WorkKind.PROCESS)
        return None
    return fetched


def _fetch_one(
    transaction_id: str, client: PayTraceClient, fetched: _Fetched, *, has_ach: bool
) -> None:
    found: Record | None = _tried(client.transaction, transaction_id)
    if found is None and has_ach:
        told = _tried(client.ach.transaction, transaction_id)
        found = (
            to_payment(told, seen_at=timezone.now()) if isinstance(told, AchTransaction) else told
        )
        fetched.ach.add(transaction_id)
    if found is None:
        return
    fetched.told[transaction_id] = found
    if isinstance(found, GatewayTransaction):
        fetched.told |= _original(client, found)


def _tried(ask: Callable[[str], T | None], transaction_id: str) -> T | Unreadable | None:
    """The answer, or the record that cannot be read: it holds up no other notice."""
    try:
        return ask(transaction_id)
    except UnreadableRecord as error:
        return error.unreadable


def _ask_about(fetched: _Fetched, connection: Connection) -> None:
    """What cannot be read goes to a person. Inside the tenant transaction."""
    today = timezone.now().astimezone(ZoneInfo(str(connection.settings["zone"]))).date()
    for transaction_id, one in fetched.told.items():
        if isinstance(one, Unreadable):
            origin = Source.ACH if transaction_id in fetched.ach else Source.TRANSACTIONS
            where = unreadable.Place(connection, origin, today, SeenBy.NOTICE)
            unreadable.ask_all([one], where=where)


def _original(client: PayTraceClient, transaction: GatewayTransaction) -> dict[str, Record]:
    """A refund may arrive before its sale: fetch the sale at once."""
    original = transaction.original_transaction_id
    sale = _tried(client.transaction, original) if original else None
    return {original: sale} if sale is not None else {}


def _mark(notice_id: uuid.UUID, transaction_id: str, *, is_known: bool) -> None:
    sentence = "" if is_known else f"PayTrace does not know transaction {transaction_id} (yet)."
    inbox.mark_read(
        notice_id,
        state=InboundNotice.State.READ,
        transaction_id=transaction_id,
        sentence=sentence,
    )
