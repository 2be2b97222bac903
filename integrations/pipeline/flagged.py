"""Flagged: rows that a person flags in Sage become instructions, and learn what became of them.

A row that is unflagged again takes back what was not sent of it.

One drain at a time per Sage company. Results are told first: they hold up nothing, and a row
that was answered is not read again. Whatever is cut short is done again by the next look: a
row's generation is taken in once, and an answer is written once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

import structlog
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError, NeverWorks
from integrations.canonical.flagged import FlaggedKind, FlaggedRow
from integrations.connections import clients, flagged, health
from integrations.connections.agents.connector import ASKED
from integrations.connections.models import Connection
from integrations.events import holds
from integrations.instructions import policies, sage_looks, sage_rows
from integrations.instructions.held import Held
from integrations.instructions.outcomes import ROW_REFUSED
from integrations.instructions.sage_looks import Begun
from integrations.pipeline import flagged_cases, resume
from integrations.pipeline.flagged_answers import Look, ring, tell
from integrations.sagepro.beyond_payments import BeyondPayments
from tenants import work
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.flagged")
# Rows read at once.
PAGE = 100
# Read in one turn; the look goes on in the next one, so that other companies get theirs.
MOST_PAGES = 20


def flagged_rows(
    *, tenant_id: uuid.UUID, company_id: uuid.UUID, keep: Callable[[], bool] = lambda: True
) -> bool:
    """Tell results and take in what is flagged; True when more may be due at once."""
    look = _begin(tenant_id, company_id)
    if look is None:
        return False
    try:
        connector = clients.sage_connector(tenant_id=tenant_id, connection_id=company_id)
        if not isinstance(connector, BeyondPayments):
            return False
        more = tell(look, connector)
        if _may_read(look):
            more = _read(look, connector, keep) or more
            more = tell(look, connector) or more
    except IntegrationError as error:
        _failed(look.company, error)
        return False
    with tenant_transaction(tenant_id):
        _ring_in_time(look)
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
        look = Look(tenant_id, company, accounts, takes)
        if _is_idle(look):
            _ring_in_time(look)
            return None
        return look if resume.may_go(company, WorkKind.FLAGGED) else None


def _is_idle(look: Look) -> bool:
    return (
        look.takes is None
        and not sage_looks.is_anything_unsent(accounts=look.account_ids)
        and not any(sage_rows.untold(account_id=one).exists() for one in look.account_ids)
    )


def _ring_in_time(look: Look) -> None:
    """A row that is in use in Sage is tried again by itself. This drain’s bell holds one time,
    so it is set anew at the end of each."""
    after = sage_rows.next_due(account_ids=look.account_ids)
    if after is not None:
        ring(look, after=after)


def _may_read(look: Look) -> bool:
    if look.takes is not None:
        return True
    with tenant_transaction(look.tenant_id):
        return sage_looks.is_anything_unsent(accounts=look.account_ids)


def _read(look: Look, connector: BeyondPayments, keep: Callable[[], bool]) -> bool:
    """Take in what is flagged, page by page, and at the end take back what is not any more;
    True when the look has to go on in another turn.

    Where it stands is kept with each page, so that an agent’s answer, an outage or a killed
    worker goes on there. What may be taken back was asked for before it began: a row flagged
    since is not among it.
    """
    with tenant_transaction(look.tenant_id):
        begun = sage_looks.begin(company_id=look.company.id)
    after = begun.after
    for _ in range(MOST_PAGES):
        rows = connector.flagged_rows(after=after, limit=PAGE)
        _take_in(look, rows)
        if len(rows) < PAGE:
            return _end(look, begun)
        following = _last_known(rows)
        if following is None:
            return _give_up(look)
        after = following
        with tenant_transaction(look.tenant_id):
            sage_looks.advance(company_id=look.company.id, after=after)
        if not keep():
            return False
    return True


def _last_known(rows: Sequence[FlaggedRow]) -> str | None:
    """The number to go on after. A row something was taken out of may have another number in
    Sage than here, and going on after that one could lead back."""
    return next((row.number for row in reversed(rows) if not row.holds_card), None)


def _give_up(look: Look) -> bool:
    log.warning("flagged_rows.unreadable_page")
    with tenant_transaction(look.tenant_id):
        sage_looks.end(company_id=look.company.id)
    return False


def _end(look: Look, begun: Begun) -> bool:
    """Cancel what was not sent of rows that somebody unflagged, or deleted, in Sage."""
    with tenant_transaction(look.tenant_id):
        gone = sage_looks.unflagged(began_at=begun.began_at, accounts=look.account_ids)
        sage_looks.end(company_id=look.company.id)
    for one in gone:
        with tenant_transaction(look.tenant_id):
            is_taken_back = sage_rows.take_back(one)
        if is_taken_back:
            log.info("flagged_row.taken_back", instruction_id=str(one.id))
    return False


def _take_in(look: Look, rows: Sequence[FlaggedRow]) -> None:
    """What is new on a page; a row that somebody is editing waits for the next look."""
    with tenant_transaction(look.tenant_id):
        sage_looks.note_flagged([row.number for row in rows], accounts=look.account_ids)
        if look.takes is None:
            return
        free = [row for row in rows if not row.is_locked]
        new = sage_rows.unknown(free, account=look.takes)
    for row in new:
        _take_one(look, look.takes, row)


def _take_one(look: Look, account: Connection, row: FlaggedRow) -> None:
    with tenant_transaction(look.tenant_id):
        held = _held(row, account) if row.kind is FlaggedKind.ADJUST else None
        taken = sage_rows.take_in(row, account=account, held=held)
        if taken is None:
            return
        flagged_cases.settle(row.number, account=account)
        if taken.code == ROW_REFUSED:
            flagged_cases.ask(row, taken, account=account)
    log.info("flagged_row.taken_in", instruction_id=str(taken.id), state=taken.state)


def _held(row: FlaggedRow, account: Connection) -> Held | None:
    """The hold whose amount the row shall change, as PayTrace told it."""
    found = holds.of_number(
        connection_id=account.id, transaction_id=row.transaction_id, now=timezone.now()
    )
    return Held(found.transaction.amount, found.first) if found else None


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
