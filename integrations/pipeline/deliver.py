"""Deliver: walk what is new, then ask the company's single writer, oldest first.

One drain at a time per company, bounded by time, then it gives way. The network is only
ever touched between two transactions.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import connection as database
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError, OutcomeUnknown
from integrations.canonical.posting import PostingResult
from integrations.connections import clients, health, worksheet_changes
from integrations.connections.agents.connector import ASKED
from integrations.connections.models import Connection
from integrations.connections.worksheet_changes import Said
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.pipeline import resume, reversal, walking, worksheet
from integrations.posting import claiming, outbox, protocol
from integrations.posting.models import EffectState
from integrations.sagepro.connector import Connector
from integrations.workflows.gathering import Company
from tenants import work
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.deliver")
# A drain gives way after this long at the latest; once it had its turn, as soon as another
# company waits for a worker, so that a flood of one delays no other.
DRAIN_SECONDS = 20.0
TURN_SECONDS = 1.0
_INSIDE = "Tieout stumbled while posting this; our support has been told."
BATCH = 10
# How many walks of a company may wait for its agent at once; those behind them are walked when
# its answers come, so that no answer grows old before its walk has the others it needs.
ASKED_AT_ONCE = 50


@dataclass
class Drain:
    """One run through one company's work."""

    tenant_id: uuid.UUID
    company: Connection
    connector: Connector
    began_at: datetime
    """Database time: what waited on Sage since then is left for the next drain."""
    began: float
    """The same moment in monotonic seconds."""
    asked: set[uuid.UUID] = field(default_factory=set)
    """Effects whose walk waits for an answer of the company's agent."""
    said: Sequence[Said] = ()
    """Changes beside payments that a person says are keyed."""

    def gives_way(self) -> bool:
        """Whether this drain must leave the rest to the next one. Outside transactions."""
        had = time.monotonic() - self.began
        if had < TURN_SECONDS:
            return False
        return had >= DRAIN_SECONDS or work.is_another_waiting(subject_id=self.company.id)


def deliver(*, tenant_id: uuid.UUID, company_id: uuid.UUID) -> bool:
    """Work through what is due for one Sage company; True when more may be due at once."""
    drain = _begin(tenant_id, company_id)
    if drain is None:
        return False
    try:
        more = _walk_new(drain)
        more = _post_ready(drain) or more
        is_left = worksheet.look_for_said(
            drain.said, drain.connector, tenant_id=tenant_id, company_id=company_id
        )
    except IntegrationError as error:
        _away(drain, error)
        return False
    if not more:
        with tenant_transaction(tenant_id):
            resume.come_back(drain.company, asked=bool(drain.asked) or is_left)
    return more


def _begin(tenant_id: uuid.UUID, company_id: uuid.UUID) -> Drain | None:
    with tenant_transaction(tenant_id):
        company = Connection.objects.get(id=company_id)
        if not resume.may_go(company, WorkKind.DELIVER):
            resume.show_waiting(company_id)
            return None
        with database.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            began_at = cursor.fetchone()[0]
        said = worksheet_changes.said(company_id)
    began = time.monotonic()
    try:
        connector = clients.sage_connector(tenant_id=tenant_id, connection_id=company_id)
    except IntegrationError as error:
        with tenant_transaction(tenant_id):
            _keep_failure(company, error)
        return None
    return Drain(tenant_id, company, connector, began_at, began, said=said)


def _walk_new(drain: Drain) -> bool:
    """Take every new effect through its workflow; True when time ran out first."""
    company = Company(drain.connector)
    with tenant_transaction(drain.tenant_id):
        outbox.walk_after_waiting(company_id=drain.company.id)
        walking.wake_waiting(company_id=drain.company.id)
    while not drain.gives_way():
        with tenant_transaction(drain.tenant_id):
            waiting = walking.new_effects(company_id=drain.company.id, limit=BATCH, but=drain.asked)
        if not waiting or len(drain.asked) >= ASKED_AT_ONCE:
            return False
        company.policies.clear()
        for effect_id in waiting:
            _walk_one(effect_id, drain, company)
    return True


def _walk_one(effect_id: uuid.UUID, drain: Drain, company: Company) -> None:
    """Walk one effect; one that waits for an agent's answer stays new and uses no attempt."""
    try:
        walking.walk_effect(effect_id, tenant_id=drain.tenant_id, company=company)
    except IntegrationError as error:
        if error.code != ASKED:
            raise
        drain.asked.add(effect_id)


def _post_ready(drain: Drain) -> bool:
    """Ask the writer about everything ready, batch by batch; True when time ran out first."""
    is_first = True
    while not drain.gives_way():
        with tenant_transaction(drain.tenant_id):
            claimed = claiming.claim(
                company_id=drain.company.id, since=drain.began_at, limit=1 if is_first else BATCH
            )
        if not claimed:
            return False
        for position, one in enumerate(claimed):
            if not post_one(one, drain=drain):
                _give_back(claimed[position + 1 :], drain)
                return False
        is_first = False
    return True


def _give_back(claimed: list[claiming.Claimed], drain: Drain) -> None:
    with tenant_transaction(drain.tenant_id):
        for one in claimed:
            protocol.give_back(one)


def post_one(claimed: claiming.Claimed, *, drain: Drain) -> bool:
    """Claimed → intent → the one network call → recorded; False when Sage is away."""
    with tenant_transaction(drain.tenant_id):
        asked = protocol.intend(claimed)
    if asked is None:
        return True
    structlog.contextvars.bind_contextvars(effect_id=str(asked.effect_id))
    try:
        answer = drain.connector.post_if_absent(asked.request)
    except IntegrationError as error:
        with tenant_transaction(drain.tenant_id):
            _act_on(protocol.record_error(asked, error), asked, drain)
            _keep_failure(drain.company, error)
        return False
    except Exception:
        # A fault of ours must not block the payments behind this one. What happened in Sage
        # is unknown, so it stays a question that the next drain asks again.
        log.exception("posting.failed_inside")
        with tenant_transaction(drain.tenant_id):
            protocol.record_error(asked, OutcomeUnknown(_INSIDE, code="inside"))
        return True
    with tenant_transaction(drain.tenant_id):
        _record(asked, answer, drain)
    return True


def _record(asked: protocol.Asked, answer: PostingResult, drain: Drain) -> None:
    recorded = protocol.record_result(asked, answer)
    health.record_ok(connection_id=drain.company.id)
    log.info("posting.answered", outcome=str(answer.outcome), state=str(recorded.state))
    _act_on(recorded, asked, drain)


def _act_on(recorded: protocol.Recorded, asked: protocol.Asked, drain: Drain) -> None:
    """What a recorded answer sets off, in the same transaction."""
    if recorded.state is None:
        log.warning("posting.fence_passed")
        return
    if recorded.needs_person:
        cases.open_case(
            asked.effect_id,
            code=recorded.code,
            sentence=recorded.sentence,
            field=recorded.field,
            remedy=recorded.remedy,
            evidence=recorded.evidence,
        )
    if recorded.is_conflict:
        health.halt(connection_id=drain.company.id, reason=recorded.sentence)
    if recorded.state == EffectState.POSTED:
        cases.resolve(asked.effect_id, resolution=ExceptionCase.Resolution.BY_ITSELF)
        reversal.after_posting(asked.effect_id)
    if recorded.state in outbox.ENDED:
        reversal.wake_children(asked.effect_id)
    if recorded.code == protocol.RECORD_IN_USE:
        work.ring(
            WorkKind.DELIVER,
            tenant_id=drain.tenant_id,
            subject_id=drain.company.id,
            after=health.BACK_OFF[1],
        )


def _away(drain: Drain, error: IntegrationError) -> None:
    with tenant_transaction(drain.tenant_id):
        _keep_failure(drain.company, error)


def _keep_failure(company: Connection, error: IntegrationError) -> None:
    """One failure stops the company's drain; it comes back by itself when waiting may help."""
    log.warning("sage.unavailable", code=error.code)
    wait = health.record_failure(connection_id=company.id, error=error, now=timezone.now())
    resume.show_waiting(company.id)
    if not isinstance(error, FixConfiguration):
        work.ring(WorkKind.DELIVER, tenant_id=company.tenant_id, subject_id=company.id, after=wait)
