"""Open items: look through a company's open documents each night, and move what changed.

A look is resumed by asking again: behind an agent each question is answered later, and what
was taken over before needs no second asking. Nothing is posted by it and nothing relies on it;
an invoice that a person chooses is checked in the books when it is posted.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError, NeverWorks
from integrations.canonical.open_items import Holding, OpenItemsAnswer, OpenItemsQuestion
from integrations.connections import clients, health
from integrations.connections.agents.connector import ASKED
from integrations.connections.models import Connection
from integrations.open_items import nights, operations
from integrations.pipeline import resume
from integrations.sagepro.agent import wire
from integrations.sagepro.agent.codec import encode
from integrations.sagepro.connector import Connector
from tenants import audit, work
from tenants.errors import NotPossible
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.open_items")
# An agent's answer rings; this catches one whose bell was lost.
_LOOK_AGAIN = timedelta(minutes=1)
_AFTER_A_FAILURE = timedelta(minutes=30)


@dataclass(frozen=True)
class _Look:
    """One look under way at one company."""

    company: Connection
    connector: Connector
    began_at: datetime

    def ask(self, question: OpenItemsQuestion) -> tuple[OpenItemsAnswer, int]:
        """The answer, and how many bytes moved."""
        answer = self.connector.open_items(question)
        moved = sum(len(wire.canonical(encode(one)).encode()) for one in (question, answer))
        return answer, moved


def read_open_items_now(*, company_id: uuid.UUID, actor: str) -> None:
    """Look through a company's open documents now, because a person asked.

    Raises NotPossible for what is no Sage company, and when it is paused.
    """
    company = Connection.objects.get(id=company_id)
    if company.kind != Connection.Kind.SAGEPRO:
        raise NotPossible("Only a Sage Pro company has open invoices to read.")
    if company.paused_at is not None:
        raise NotPossible(f"{company.name} is paused. Resume it first.")
    audit.record(
        "connection.open_items_asked", actor=actor, subject=company.name, subject_id=company_id
    )
    operations.wish(company_id=company_id)
    _ring(company)


def read_open_items(
    *, tenant_id: uuid.UUID, company_id: uuid.UUID, keep: Callable[[], bool] = lambda: True
) -> bool:
    """Go on with the look that is due; True when another one is due at once."""
    with tenant_transaction(tenant_id):
        company = Connection.objects.select_related("environment").get(id=company_id)
        if not resume.may_go(company, WorkKind.OPEN_ITEMS):
            return False
        zone = company.environment.zone
        began_at = operations.begin(company_id=company_id, zone=zone, now=timezone.now())
        if began_at is None:
            _ring(company, after=nights.until_next(timezone.now(), zone=zone))
            return False
        held = operations.held(company_id=company_id)
    try:
        connector = clients.sage_connector(tenant_id=tenant_id, connection_id=company_id)
        if not _compare(_Look(company, connector, began_at), held, keep):
            return False
    except IntegrationError as error:
        _failed(company, error)
        return False
    return _ended(company, began_at)


def _compare(look: _Look, held: Holding, keep: Callable[[], bool]) -> bool:
    """Take over every leaf that differs; False when somebody else goes on with it."""
    run = look.began_at.isoformat()
    told, moved = look.ask(OpenItemsQuestion(run, known=held.digest))
    wanted = held.differing(told.groups) if told.digest != held.digest else {}
    is_whole = not wanted
    if is_whole and not _take_over(look, OpenItemsAnswer(told.digest), moved):
        return False
    while not is_whole:
        if not keep():
            return False
        answer, more = look.ask(OpenItemsQuestion(run, groups=wanted))
        moved += more
        if not _take_over(look, answer, moved):
            return False
        held.take(answer.changed)
        is_whole, moved = answer.is_whole, 0
        wanted = held.differing(told.groups)
    return True


def _take_over(look: _Look, answer: OpenItemsAnswer, moved: int) -> bool:
    with tenant_transaction(look.company.tenant_id):
        try:
            return operations.take_over(
                answer.changed, company_id=look.company.id, began_at=look.began_at, moved=moved
            )
        except ValueError as error:
            raise NeverWorks(
                "What came back is no list of open invoices.", code="open_items.unreadable"
            ) from error


def _ended(company: Connection, began_at: datetime) -> bool:
    zone = company.environment.zone
    with tenant_transaction(company.tenant_id):
        operations.finish(company_id=company.id, began_at=began_at)
        health.record_ok(connection_id=company.id)
        now = timezone.now()
        if operations.is_due(company_id=company.id, zone=zone, now=now):
            return True
        _ring(company, after=nights.until_next(now, zone=zone))
    return False


def _failed(company: Connection, error: IntegrationError) -> None:
    """Come back later. What keeps a copy from being read says nothing about posting, but for a
    refused sign-in, which nobody tries a second time."""
    with tenant_transaction(company.tenant_id):
        if error.code == ASKED:
            _ring(company, after=_LOOK_AGAIN)
            return
        log.warning("open_items.unread", code=error.code)
        operations.note_failure(company_id=company.id, sentence=error.sentence)
        if isinstance(error, FixConfiguration) and error.code in health.LOGIN_REFUSED:
            health.record_failure(connection_id=company.id, error=error, now=timezone.now())
            return
        _ring(company, after=_AFTER_A_FAILURE)


def _ring(company: Connection, *, after: timedelta = work.NOW) -> None:
    work.ring(WorkKind.OPEN_ITEMS, tenant_id=company.tenant_id, subject_id=company.id, after=after)
