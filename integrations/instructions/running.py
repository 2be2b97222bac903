"""One instruction taken through: said, told, recorded; or its missing answer looked for.

Outside of transactions: each step is a short one of its own, with the network between them.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import date

from integrations.canonical.errors import IntegrationError, NeverWorks, OutcomeUnknown
from integrations.instructions import looking, protocol, sending, unanswered
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.instructions.protocol import Claimed, Told
from integrations.instructions.subjects import (
    RefundsBefore,
    Subject,
    TakenBack,
    nothing_taken_back,
    subject_of,
)
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import HostedFields
from tenants.scope import tenant_transaction

# A worker that was held up this long between its commit and the call does not send any more:
# by the time the call arrived, a look-up might have said that nothing was done. Seconds.
LATEST_SEND = 20.0


@dataclass(frozen=True)
class Desk:
    """Where instructions of one PayTrace account are sent. `today` is in the gateway's zone."""

    tenant_id: uuid.UUID
    client: PayTraceClient
    today: date
    taken_back: TakenBack = nothing_taken_back
    """Of the books, before money is given back; a desk for card forms gives none."""
    refunds_before: RefundsBefore | None = None
    """The same, before one is looked for."""


def send_one(claimed: Claimed, *, desk: Desk) -> Outcome | None:
    """Send a claimed instruction; None when somebody else has it. Raises IntegrationError when
    the account cannot be used now: then nothing was sent and it is ready again."""
    began = time.monotonic()
    with tenant_transaction(desk.tenant_id):
        told = protocol.intend(claimed, gateway_day=desk.today)
        if told is None:
            return None
        subject = subject_of(told.instruction_id, today=desk.today, taken_back=desk.taken_back)
    return tell(told, subject, desk=desk, began=began)


def tell(
    told: Told,
    subject: Subject,
    *,
    desk: Desk,
    began: float,
    hosted: HostedFields | None = None,
) -> Outcome:
    """Tell PayTrace what stands on record, and record the answer. `began` is the monotonic
    moment before it was put on record. Raises as `send_one`."""
    if time.monotonic() - began > LATEST_SEND:
        outcome = Outcome(InstructionState.READY, "instruction.held_up", "It is sent again soon.")
        return _recorded(told, outcome, desk)
    try:
        outcome = sending.send(told, subject, client=desk.client, hosted=hosted)
    except IntegrationError as error:
        ready = Outcome(InstructionState.READY, error.code, _waits(error))
        _recorded(told, ready, desk)
        raise
    return _recorded(told, outcome, desk)


def look_for(claimed: Claimed, *, desk: Desk) -> Outcome | None:
    """Ask what became of an instruction whose answer is missing. Raises IntegrationError when
    the account cannot be asked now."""
    with tenant_transaction(desk.tenant_id):
        told = protocol.open_question(claimed)
        if told is None:
            return None
        subject = subject_of(
            told.instruction_id, today=desk.today, refunds_before=desk.refunds_before
        )
    try:
        found = looking.look(told, subject, client=desk.client)
    except (NeverWorks, OutcomeUnknown):
        found = unanswered.cannot_look()
    with tenant_transaction(desk.tenant_id):
        protocol.record_look(told, found)
    return found


def _recorded(told: Told, outcome: Outcome, desk: Desk) -> Outcome:
    with tenant_transaction(desk.tenant_id):
        protocol.record(told, outcome)
    return outcome


def _waits(error: IntegrationError) -> str:
    return f"{error.sentence} Nothing was sent; it goes on by itself."
