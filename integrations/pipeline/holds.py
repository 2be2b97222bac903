"""Holds: what becomes of one long after it was made is found by its own number.

Lists go by the day a payment was made, and a hold may be captured weeks later: after our own
doing, and each night for those that are older than the lists that are read again. A hold that its
bank let go is found by PayTrace's list of what can be captured, where its API has one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

import structlog

from integrations.canonical.errors import IntegrationError
from integrations.canonical.transactions import Record
from integrations.connections.models import Connection
from integrations.events import holds
from integrations.events.models import GatewayFact
from integrations.events.polling import Window
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, InstructionState
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.unreadable import UnreadableRecord
from integrations.pipeline.taking_in import take_in
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.holds")


def told_of(instruction_id: uuid.UUID, *, source: Connection, client: PayTraceClient) -> None:
    """After PayTrace has made a hold, changed it, captured it or let it go: take in what it is
    now. Outside of transactions. A failure leaves it to the next look."""
    with tenant_transaction(source.tenant_id):
        number = _number(Instruction.objects.get(id=instruction_id))
    if not number:
        return
    try:
        found = client.transaction(number)
    except IntegrationError as error:
        log.warning("holds.not_read", code=error.code)
        return
    if found is not None:
        with tenant_transaction(source.tenant_id):
            take_in([found], source=source, seen_by=GatewayFact.SeenBy.SYNC)


def older(
    *, source: Connection, client: PayTraceClient, window: Window, keep: Callable[[], bool]
) -> Iterator[Record]:
    """Holds made before the window, as they are now, each asked for by its number. `keep` is
    called between them, to keep the drain."""
    with tenant_transaction(source.tenant_id):
        found = holds.older(connection_id=source.id, before=_begin(window))
    for one in found:
        keep()
        try:
            told = client.transaction(one.transaction_id)
        except UnreadableRecord as error:
            yield error.unreadable
        else:
            if told is not None:
                yield told


def look_at_list(*, source: Connection, client: PayTraceClient, window: Window) -> None:
    """Of the same holds, which of them PayTrace lists as holds that can be captured. API v1 has no
    such list. A failure leaves it to the next night."""
    with tenant_transaction(source.tenant_id):
        found = holds.older(connection_id=source.id, before=_begin(window))
    if not found:
        return
    oldest = found[-1].created_at.astimezone(ZoneInfo(window.zone)).date()
    try:
        listed = client.capturable(start=oldest, end=window.first_day)
    except IntegrationError as error:
        if error.code != "paytrace.not_offered":
            log.warning("holds.list_not_read", code=error.code)
        return
    with tenant_transaction(source.tenant_id):
        holds.note_listed(
            connection_id=source.id,
            looked_for=[one.transaction_id for one in found],
            listed=listed,
        )


def _begin(window: Window) -> datetime:
    return datetime.combine(window.first_day, time(), tzinfo=ZoneInfo(window.zone))


def _number(row: Instruction) -> str:
    """The hold's number, where the instruction has made it, changed it, captured it or let it
    go."""
    if row.state != InstructionState.DONE:
        return ""
    if row.kind == Kind.HOLD:
        return str(row.result_id)
    if row.kind in {Kind.CAPTURE, Kind.ADJUST}:
        return str(row.transaction_id)
    is_void = row.kind == Kind.GIVE_BACK and row.result.get("way") == "void"
    if not is_void:
        return ""
    number: str = row.transaction_id
    is_hold = holds.is_hold(connection_id=row.connection_id, transaction_id=number)
    return number if is_hold else ""
