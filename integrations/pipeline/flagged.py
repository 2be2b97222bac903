"""Flagged: rows that a person flags in Sage become instructions, and learn what became of them.

A row that is unflagged again takes back what was not sent of it.

One drain at a time per Sage company. Results are told first: they hold up nothing, and a row
that was answered is not read again. Whatever is cut short is done again by the next look: a
row's generation is taken in once, and an answer is written once.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError, NeverWorks
from integrations.canonical.flagged import FlagAnswer, FlaggedRow
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.connections import clients, flagged, health
from integrations.connections.agents.connector import ASKED
from integrations.connections.models import Connection
from integrations.instructions import policies, sage_rows
from integrations.instructions.models import Instruction
from integrations.instructions.outcomes import ROW_REFUSED
from integrations.instructions.sage_words import FINAL, WORDS, message
from integrations.pipeline import flagged_cases, resume
from integrations.sagepro.beyond_payments import BeyondPayments
from tenants import work
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.flagged")
# Rows read at once, and results told in one turn.
PAGE = 100
MOST_PAGES = 20
_SOON = timedelta(seconds=10)
_TOLD = frozenset({ChangeOutcome.DONE, ChangeOutcome.MATCHED, ChangeOutcome.EXISTS})
_LATER = frozenset({ChangeOutcome.WAIT, ChangeOutcome.HANDED_OVER})


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


def flagged_rows(*, tenant_id: uuid.UUID, company_id: uuid.UUID) -> bool:
    """Tell results and take in what is flagged; True when more may be due at once."""
    look = _begin(tenant_id, company_id)
    if look is None:
        return False
    try:
        connector = clients.sage_connector(tenant_id=tenant_id, connection_id=company_id)
        if not isinstance(connector, BeyondPayments):
            return False
        more = _tell(look, connector)
        if _read(look, connector):
            more = _tell(look, connector) or more
    except IntegrationError as error:
        _failed(look.company, error)
        return False
    return more


def ring_for(connection: Connection) -> None:
    """Ring when an account's instruction has something to tell its row in Sage. Inside the
    transaction."""
    if connection.posts_to_id and sage_rows.untold(account_id=connection.id).exists():
        work.ring(
            WorkKind.FLAGGED, tenant_id=connection.tenant_id, subject_id=connection.posts_to_id
        )


def _begin(tenant_id: uuid.UUID, company_id: uuid.UUID) -> Look | None:
    with tenant_transaction(tenant_id):
        company = Connection.objects.get(id=company_id)
        accounts = list(
            Connection.objects.filter(kind=Connection.Kind.PAYTRACE, posts_to_id=company_id)
        )
        takes = flagged.account_of(company_id)
        if takes is not None and policies.policy_of(takes.environment_id) is None:
            takes = None
        is_idle = takes is None and not any(
            sage_rows.untold(account_id=one.id).exists() or sage_rows.unsent(account_id=one.id)
            for one in accounts
        )
        if is_idle or not resume.may_go(company, WorkKind.FLAGGED):
            return None
    return Look(tenant_id, company, accounts, takes)


def _read(look: Look, connector: BeyondPayments) -> bool:
    """Take in what is flagged, and take back what is not any more; False with nothing to do.

    What may be taken back is listed before Sage is read: a row flagged in between is not among
    it, and one that was listed has been flagged before.
    """
    with tenant_transaction(look.tenant_id):
        unsent = [row for one in look.accounts for row in sage_rows.unsent(account_id=one.id)]
    if look.takes is None and not unsent:
        return False
    still = _take_in(look, connector)
    if still is not None:
        _take_back(look, [one for one in unsent if one.sage_row not in still])
    return True


def _take_in(look: Look, connector: BeyondPayments) -> set[str] | None:
    """Every flagged row, page by page; one that somebody is editing waits for the next look.

    The numbers of all that are flagged; None when there are more than one look reads.
    """
    numbers: set[str] = set()
    after = ""
    for _ in range(MOST_PAGES):
        rows = connector.flagged_rows(after=after, limit=PAGE)
        numbers |= {row.number for row in rows}
        for row in rows:
            if look.takes is not None and not row.is_locked:
                _take_one(look, look.takes, row)
        if len(rows) < PAGE:
            return numbers
        after = rows[-1].number
    return None


def _take_one(look: Look, account: Connection, row: FlaggedRow) -> None:
    with tenant_transaction(look.tenant_id):
        taken = sage_rows.take_in(row, account=account)
        if taken is None:
            return
        flagged_cases.settle(row.number, account=account)
        if taken.code == ROW_REFUSED:
            flagged_cases.ask(row, taken, account=account)
    log.info("flagged_row.taken_in", instruction_id=str(taken.id), state=taken.state)


def _take_back(look: Look, gone: Sequence[Instruction]) -> None:
    """Cancel what was not sent of rows that somebody unflagged, or deleted, in Sage."""
    for one in gone:
        with tenant_transaction(look.tenant_id):
            is_taken_back = sage_rows.take_back(one)
        if is_taken_back:
            log.info("flagged_row.taken_back", instruction_id=str(one.id))


def _tell(look: Look, connector: BeyondPayments) -> bool:
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
    if result.outcome in _LATER:
        look.waits.add(one.id)
        with tenant_transaction(look.tenant_id):
            work.ring(
                WorkKind.FLAGGED,
                tenant_id=look.tenant_id,
                subject_id=look.company.id,
                after=_SOON,
            )
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


def _failed(company: Connection, error: IntegrationError) -> None:
    """Sage cannot be asked now. What an agent was asked rings when it is answered."""
    log.warning("flagged_rows.unavailable", code=error.code)
    if error.code == ASKED or isinstance(error, NeverWorks):
        return
    with tenant_transaction(company.tenant_id):
        wait = health.record_failure(connection_id=company.id, error=error, now=timezone.now())
        if not isinstance(error, FixConfiguration):
            work.ring(
                WorkKind.FLAGGED, tenant_id=company.tenant_id, subject_id=company.id, after=wait
            )
