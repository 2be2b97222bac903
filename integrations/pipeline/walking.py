"""Walking: gather, run the workflow, write down the walk and move the effect."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import Error as DatabaseError
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from integrations.accounting.models import GLRuleVersion
from integrations.canonical.errors import IntegrationError, NeverWorks
from integrations.canonical.posting import WithdrawOutcome
from integrations.connections.models import Connection
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.mapping.models import MappingVersion
from integrations.pipeline import reversal
from integrations.posting import claiming, outbox
from integrations.posting.models import Effect, EffectState
from integrations.workflows import operations as workflows
from integrations.workflows import settled
from integrations.workflows.engine import Walk, walk
from integrations.workflows.gathering import Company, Loaded, load, look, markers_of, subject_of
from integrations.workflows.steps import disputes
from integrations.workflows.subject import (
    NeedsPerson,
    Nothing,
    Ready,
    Subject,
    Verdict,
    Waits,
    Withdraws,
)
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.walking")
_INSIDE = NeedsPerson(
    code="inside",
    sentence="Tieout stumbled over this payment; nothing was written. Our support has been told.",
    remedy="Try again later; support will say when it is mended.",
)


def new_effects(
    *, company_id: uuid.UUID, limit: int, but: Collection[uuid.UUID] = ()
) -> list[uuid.UUID]:
    """Effects that no walk has looked at since they came or were sent back, oldest first."""
    found = Effect.objects.filter(company_id=company_id, state=EffectState.NEW)
    if but:
        found = found.exclude(id__in=but)
    return list(found.order_by("occurred_at", "id").values_list("id", flat=True)[:limit])


def wake_waiting(*, company_id: uuid.UUID) -> None:
    """Walk again what waited for a mapping or rule published since, for a period to open, or for
    a payment that ended just while it was walked.
    """
    waiting = Effect.objects.filter(company_id=company_id)
    published = [
        version.published_at
        for model in (GLRuleVersion, MappingVersion)
        if (version := model.objects.filter(environment__id__in=_environment(company_id)).first())
    ]
    due = Q(state=EffectState.WAITING_PERIOD, state_since__lt=Now() - claiming.LOOK_AGAIN)
    due |= Q(state=EffectState.WAITING_PARENT, parent__state__in=outbox.ENDED)
    if published:
        due |= Q(state=EffectState.WAITING_MAPPING, state_since__lt=max(published))
    for effect_id in waiting.filter(due).values_list("id", flat=True):
        outbox.begin_walk(effect_id)


def _environment(company_id: uuid.UUID) -> Any:
    return Connection.objects.filter(id=company_id).values("environment_id")


def walk_effect(effect_id: uuid.UUID, *, tenant_id: uuid.UUID, company: Company) -> None:
    """Take one effect through the workflow in force.

    Raises IntegrationError when Sage cannot be read: the effect stays new and is walked again.
    Anything unforeseen parks this one effect, so that it never blocks those behind it.
    """
    structlog.contextvars.bind_contextvars(effect_id=str(effect_id))
    try:
        _walk(effect_id, tenant_id=tenant_id, company=company)
    except (IntegrationError, DatabaseError):
        raise
    except Exception:
        log.exception("walk.failed_inside")
        with tenant_transaction(tenant_id):
            _ask_person(effect_id, _INSIDE)


def _walk(effect_id: uuid.UUID, *, tenant_id: uuid.UUID, company: Company) -> None:
    started_at = timezone.now()
    thought = _think(effect_id, tenant_id=tenant_id, company=company)
    if thought.by_kept_policy and not isinstance(thought.taken.verdict, Ready):
        # Somebody may have published meanwhile, and what waits for that has missed it.
        company.policies.clear()
        thought = _think(effect_id, tenant_id=tenant_id, company=company)
    loaded, taken = thought.loaded, thought.taken
    told = _tell_sage(taken.verdict, company)
    with tenant_transaction(tenant_id):
        _write_down(loaded, taken, started_at=started_at)
        _act(loaded, thought.subject, taken.verdict, told=told)
    log.info("walk.ended", result=taken.steps[-1].result)


@dataclass(frozen=True)
class _Thought:
    """A walk that was thought through; nothing of it is written yet."""

    loaded: Loaded
    subject: Subject
    taken: Walk
    by_kept_policy: bool


def _think(effect_id: uuid.UUID, *, tenant_id: uuid.UUID, company: Company) -> _Thought:
    kept = dict(company.policies)
    with tenant_transaction(tenant_id):
        loaded = load(effect_id, policies=company.policies)
    seen = look(loaded, company)
    ours: dict[str, str] = {}
    if seen.receipts:
        with tenant_transaction(tenant_id):
            ours = markers_of(seen.receipts)
    subject = subject_of(loaded, seen, ours=ours)
    taken = walk(subject, steps=loaded.policy.workflow.steps)
    by_kept_policy = kept.get(loaded.effect.environment_id) is loaded.policy
    return _Thought(loaded, subject, taken, by_kept_policy)


def _tell_sage(verdict: Verdict, company: Company) -> str:
    """What a verdict needs said in Sage before our rows move; outside any transaction."""
    if isinstance(verdict, Withdraws):
        return company.connector.withdraw(verdict.effect_key).value
    if isinstance(verdict, Nothing) and verdict.status and verdict.invoice_number:
        return _note_status(verdict, company)
    return ""


def _note_status(verdict: Nothing, company: Company) -> str:
    try:
        is_noted = company.connector.note_status(
            invoice_number=verdict.invoice_number, status=verdict.status
        )
    except NeverWorks as error:
        log.warning("status.not_noted", code=error.code)
        return ""
    if not is_noted:
        return ""
    return f"Payment status ‘{verdict.status}’ on invoice {verdict.invoice_number}"


def _write_down(loaded: Loaded, taken: Walk, *, started_at: datetime) -> None:
    decision = loaded.effect.decision
    workflows.record_walk(
        taken,
        effect_id=loaded.effect.id,
        version=loaded.policy.workflow,
        mapping_version=loaded.policy.mapping.version,
        gl_rules_version=loaded.policy.rules.version,
        profile_version=loaded.policy.profile_version,
        trigger=str(decision.get("trigger", "arrival")),
        started_at=started_at,
    )


def _act(loaded: Loaded, subject: Subject, verdict: Verdict, *, told: str) -> None:
    effect_id = loaded.effect.id
    if loaded.batch is not None:
        reversal.wait_on(effect_id, parent_id=loaded.parent_id)
    elif loaded.parent_id is not None:
        reversal.link(effect_id, parent_id=loaded.parent_id)
    if isinstance(verdict, Ready):
        # Otherwise somebody decided about the fee meanwhile, or PayTrace told more of the batch.
        # The effect stays new: the next walk sees it.
        if _still_holds(loaded, verdict):
            outbox.make_ready(effect_id, request=verdict.request, marker=subject.marker)
    elif isinstance(verdict, Waits):
        state = EffectState(verdict.state)
        outbox.wait(effect_id, state=state, code=verdict.code, sentence=verdict.sentence)
    elif isinstance(verdict, NeedsPerson):
        _ask_person(effect_id, verdict)
    elif isinstance(verdict, Withdraws):
        _withdrawn(loaded, verdict, told=told)
    else:
        outbox.note(effect_id, code=verdict.code, sentence=verdict.sentence, reference=told)
        reversal.wake_children(effect_id)


def _still_holds(loaded: Loaded, verdict: Ready) -> bool:
    """Whether what the walk went by is so at this moment too, where it is told bit by bit."""
    if verdict.request.fee:
        return _takes_fee_along(loaded)
    return loaded.batch is None or settled.is_as_read(loaded.effect, loaded.batch)


def _takes_fee_along(loaded: Loaded) -> bool:
    """The fee waits for its chargeback, whose entry holds it; False when it cannot any more."""
    fee = loaded.beside
    if fee is None:
        return False
    sentence = "It is posted with its chargeback, in one entry."
    if not outbox.ride(fee.id, on=loaded.effect.id, code=disputes.TOGETHER, sentence=sentence):
        return False
    cases.resolve(fee.id, resolution=ExceptionCase.Resolution.BY_ITSELF)
    return True


def _ask_person(effect_id: uuid.UUID, verdict: NeedsPerson) -> None:
    if not outbox.park(effect_id, code=verdict.code, sentence=verdict.sentence):
        return
    cases.open_case(
        effect_id,
        code=verdict.code,
        sentence=verdict.sentence,
        field=verdict.field,
        remedy=verdict.remedy,
        evidence=verdict.evidence,
    )


def _withdrawn(loaded: Loaded, verdict: Withdraws, *, told: str) -> None:
    """The parent never reaches Sage; or it is there after all, and the void waits to reverse."""
    effect_id = loaded.effect.id
    if told == WithdrawOutcome.PENDING:
        outbox.wait(
            effect_id,
            state=EffectState.WAITING_PARENT,
            code="parent_handed_over",
            sentence=(
                "The payment has been handed over to be written into Sage and cannot be taken "
                "back yet. This goes on once its answer is here."
            ),
        )
        return
    if told != WithdrawOutcome.WITHDRAWN:
        outbox.wait(
            effect_id,
            state=EffectState.WAITING_PARENT,
            code="parent_in_sage",
            sentence="The payment reached Sage meanwhile; it is taken back once that is recorded.",
        )
        return
    if loaded.parent_id is not None:
        outbox.withdraw(loaded.parent_id, sentence="Voided in PayTrace before it reached Sage.")
        cases.resolve(loaded.parent_id, resolution=ExceptionCase.Resolution.BY_ITSELF)
    outbox.note(effect_id, code="withdrawn", sentence=verdict.sentence)
