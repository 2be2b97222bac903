"""Holds: what becomes of one long after it was made is found by its own number.

Lists go by the day a payment was made, and a hold may be captured weeks later: after our own
doing, and each night for those that are older than the lists that are read again.
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
    *,
    source: Connection,
    client: PayTraceClient,
    window: Window,
    now: datetime,
    keep: Callable[[], bool],
) -> Iterator[Record]:
    """Holds made before the window, as they are now, each asked for by its number. `keep` is
    called between them, to keep the drain."""
    begins = datetime.combine(window.first_day, time(), tzinfo=ZoneInfo(window.zone))
    with tenant_transaction(source.tenant_id):
        numbers = holds.ids_of(connection_id=source.id, before=begins, now=now)
    for number in numbers:
        keep()
        try:
            found = client.transaction(number)
        except UnreadableRecord as error:
            yield error.unreadable
        else:
            if found is not None:
                yield found


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
