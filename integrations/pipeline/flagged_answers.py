"""Flagged, told: what became of an instruction is written back into its row in Sage.

A row that is in use there is tried again after a pause that grows. It holds up no other, and
uses up no attempt.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from integrations.canonical.errors import NeverWorks
from integrations.canonical.flagged import FlagAnswer
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.connections.models import Connection
from integrations.instructions import sage_rows
from integrations.instructions.models import Instruction
from integrations.instructions.sage_words import FINAL, WORDS, message
from integrations.sagepro.beyond_payments import BeyondPayments
from tenants import work
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.flagged")
# Results told in one turn.
PAGE = 100
_SOON = timedelta(seconds=10)
_TOLD = frozenset({ChangeOutcome.DONE, ChangeOutcome.MATCHED, ChangeOutcome.EXISTS})


@dataclass(frozen=True)
class Look:
    """One look at a company: its account, and its books."""

    tenant_id: uuid.UUID
    company: Connection
    accounts: list[Connection]
    """Whose results are told."""
    takes: Connection | None
    """The account that new rows go to; None while that is off."""
    waits: set[uuid.UUID] = field(default_factory=set)
    """Instructions whose row cannot be told yet. Asked again in the same look, an agent that
    answers at once would be asked without end."""

    @property
    def account_ids(self) -> list[uuid.UUID]:
        return [one.id for one in self.accounts]


def ring(look: Look, *, after: timedelta) -> None:
    """Have the drain run again by then. Inside the transaction."""
    work.ring(WorkKind.FLAGGED, tenant_id=look.tenant_id, subject_id=look.company.id, after=after)


def tell(look: Look, connector: BeyondPayments) -> bool:
    """Write back what is new; True when there was more than fits one turn."""
    more = False
    for account in look.accounts:
        with tenant_transaction(look.tenant_id):
            untold = list(sage_rows.untold(account_id=account.id)[: PAGE + 1])
        page = [one for one in untold[:PAGE] if one.id not in look.waits]
        for one in page:
            _tell_one(look, connector, one)
        told = any(one.id not in look.waits for one in page)
        more = more or (told and len(untold) > PAGE)
    return more


def _tell_one(look: Look, connector: BeyondPayments, one: Instruction) -> None:
    if one.told_sage and WORDS[one.told_sage] == WORDS[one.state] and one.state not in FINAL:
        with tenant_transaction(look.tenant_id):
            sage_rows.note_told(one)
        return
    try:
        result = connector.answer_flagged(_answer(one))
    except NeverWorks as error:
        _note(look, one, problem=error.sentence)
        return
    if result.outcome is ChangeOutcome.WAIT:
        with tenant_transaction(look.tenant_id):
            sage_rows.put_off(one)
        return
    if result.outcome is ChangeOutcome.HANDED_OVER:
        look.waits.add(one.id)
        with tenant_transaction(look.tenant_id):
            ring(look, after=_SOON)
        return
    _note(look, one, problem=_problem(result))


def _note(look: Look, one: Instruction, *, problem: str) -> None:
    log.info("flagged_row.told", instruction_id=str(one.id), state=one.state, problem=bool(problem))
    with tenant_transaction(look.tenant_id):
        sage_rows.note_told(one, problem=problem)


def _problem(result: ChangeResult) -> str:
    """Why the row will not show it, in a sentence; empty when it does."""
    if result.outcome in _TOLD:
        return ""
    if result.refusal is not None:
        return result.refusal.sentence
    return "Sage holds another answer to this row already, so this one was not written over it."


def _answer(one: Instruction) -> FlagAnswer:
    """What the row is told. Paid after all, though the row was told that nothing was done: the
    row is at its next generation by then, and only its words are put right."""
    generation = sage_rows.generation_of(one)
    is_correction = one.told_sage in FINAL
    at = generation + 1 if is_correction else generation
    return FlagAnswer(
        key=f"flagged:{one.idempotency_key.rpartition(':')[0].rpartition(':')[2]}:{at}",
        number=one.sage_row,
        generation=at,
        status=WORDS[one.state],
        result_id=one.result_id,
        message=message(state=one.state, sentence=one.sentence, reason=one.reason),
        is_final=one.state in FINAL and not is_correction,
    )
