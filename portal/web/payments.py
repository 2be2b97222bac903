"""Payments: the list, the same list as a file, and one payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.canonical.effects import EffectKind
from integrations.canonical.posting import Hands
from integrations.canonical.transactions import PaymentMethod
from integrations.events import batches, deadlines
from integrations.events import queries as events
from integrations.events.facts import from_details
from integrations.events.models import ContestDeadline, GatewayBatch, GatewayFact
from integrations.exceptions import queries as exceptions
from integrations.instructions import links
from integrations.instructions import queries as instructions
from integrations.instructions.models import Instruction
from integrations.posting import queries as posting
from integrations.posting.models import Effect, EffectState, PostingAttempt
from integrations.posting.words import HANDS
from integrations.workflows import queries as workflows
from portal.access import PlacedRequest, member_view, parse_id
from portal.asked import instruction_behind
from portal.web.books import books_of, journal_of, plain_details
from portal.web.decisions import case_context
from portal.web.forms.payments import PaymentFilter, read_place, write_place
from portal.web.left import left_of
from portal.web.level_three import may_describe
from portal.web.moments import today_in
from portal.web.spreadsheet import MAX_ROWS, attached, csv_of
from portal.web.telling import tellings
from portal.web.timeline import timeline


@require_safe
@member_view()
def payments(request: PlacedRequest) -> HttpResponse:
    """Every payment of the environment that matches, newest first."""
    form = PaymentFilter(request.GET)
    environment = request.place.environment
    found = posting.effects(
        environment_id=environment.id, wanted=form.wanted(zone=environment.zone)
    )
    page = posting.page(found, after=read_place(request.GET.get("after", "")))
    backs = posting.parts_taken_back(page.rows)
    context = {
        "form": form,
        "rows": [(one, backs.get(one.id)) for one in page.rows],
        "totals": posting.totals(found),
        "older": _with(request.GET, after=write_place(page.next)) if page.next else "",
        "is_first": "after" not in request.GET,
        "query": _with(request.GET, after=""),
        "is_filtered": any(value for key, value in request.GET.items() if key != "after"),
    }
    return render(request, "payments/list.html", context)


@require_safe
@member_view()
def payments_csv(request: PlacedRequest) -> HttpResponse:
    """The list as a file, all pages of it, at most 50,000 rows."""
    environment = request.place.environment
    form = PaymentFilter(request.GET)
    found = posting.effects(
        environment_id=environment.id, wanted=form.wanted(zone=environment.zone)
    )
    text = csv_of(found[:MAX_ROWS].iterator(chunk_size=2000), zone=environment.zone)
    name = f"{request.place.tenant.slug}-payments.csv"
    return attached(text, name=name)


@require_safe
@member_view()
def payment(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """One payment: where it stands, its walk, its journal and its receipt in Sage."""
    effect = posting.effect(
        environment_id=request.place.environment.id, effect_id=parse_id(effect_id)
    )
    if effect is None:
        raise Http404("Not found")
    today = today_in(request.place.environment.zone, now=timezone.now())
    return render(request, "payments/payment.html", _story(effect) | {"today": today})


def _story(effect: Effect) -> dict[str, Any]:
    source, transaction = effect.source_id, effect.transaction_id
    facts = events.facts_of(connection_id=source, transaction_id=transaction)
    runs = workflows.runs_of(effect.id)
    attempts = posting.attempts(effect_id=effect.id)
    asked = instruction_behind(effect)
    moved = _moved(effect)
    case = exceptions.open_case_of(environment_id=effect.environment_id, effect_id=effect.id)
    is_payment = effect.kind == EffectKind.SALE
    related = posting.related(effect)
    return {
        "effect": effect,
        "left": left_of(effect) if is_payment else None,
        "about": _about(effect) if is_payment else [],
        "is_on_worksheet": effect.state == EffectState.HANDED_OVER
        and effect.reason_code == Hands.PERSON,
        "waits_for": HANDS.get(effect.reason_code, ""),
        "waits_since": next((one.started_at for one in attempts if _is_open(one)), None),
        **(case_context(case) if case else {}),
        "decided": exceptions.history_of(effect_id=effect.id),
        "timeline": timeline(
            effect,
            facts=facts,
            notices=events.notices_of(connection_id=source, transaction_id=transaction),
            runs=runs,
            steps=workflows.steps_of([run.id for run in runs[-1:]]),
            attempts=attempts,
            asked=asked,
            moved=moved,
        ),
        "journal": journal_of(effect, posting.ledger_lines(effect_id=effect.id)),
        "books": books_of(attempts),
        "attempts": attempts,
        "facts": [(fact, plain_details(fact.details)) for fact in facts],
        "batch": _batch(effect),
        "contest_by": _contest_by(effect, facts, moved),
        "tellings": tellings(effect, facts),
        "related": related,
        "waits_behind": _waits_behind(effect, related),
        "asked": asked,
        "asked_link": links.link_of(asked) if asked else None,
        "may_ask": is_payment and instructions.policy_of(effect.environment_id) is not None,
        "is_bank_payment": any(is_bank_payment(fact) for fact in facts),
        "takes_level_three": bool(facts) and may_describe(effect, from_details(facts[-1].details)),
    }


def _waits_behind(effect: Effect, related: Sequence[Effect]) -> Effect | None:
    """The payment that what takes it back waits for: often it is the one that needs somebody."""
    if effect.state != EffectState.WAITING_PARENT:
        return None
    own = (one for one in related if one.transaction_id == effect.transaction_id)
    return effect.parent or next((one for one in own if one.kind == EffectKind.SALE), None)


def _about(effect: Effect) -> list[Instruction]:
    """What was asked of PayTrace about a payment since it is known here."""
    return instructions.about_payment(
        environment_id=effect.environment_id,
        connection_id=effect.source_id,
        transaction_id=effect.transaction_id,
        since=effect.created_at,
    )


def is_bank_payment(fact: GatewayFact) -> bool:
    """Whether PayTrace told it as an ACH payment, which its API does not give back."""
    return bool(fact.details.get("method") == PaymentMethod.ACH)


def _batch(effect: Effect) -> GatewayBatch | None:
    """Of a settlement, and of a question about one."""
    if effect.kind not in (EffectKind.SETTLEMENT, EffectKind.REVIEW):
        return None
    return batches.called(effect.transaction_id, connection_id=effect.source_id)


def _moved(effect: Effect) -> list[ContestDeadline]:
    """Of a chargeback: each last day to contest it that was told after its opening."""
    if effect.kind != EffectKind.CHARGEBACK:
        return []
    return deadlines.later_words(
        connection_id=effect.source_id, transaction_id=effect.transaction_id
    )


def _contest_by(
    effect: Effect, facts: Sequence[GatewayFact], moved: Sequence[ContestDeadline]
) -> date | None:
    """Of a chargeback that is open: the last day to contest it, where that was told."""
    is_over = any(fact.state in {"won", "lost"} for fact in facts)
    if effect.kind != EffectKind.CHARGEBACK or is_over:
        return None
    if moved:
        return moved[-1].respond_by
    told = [fact.details["respond_by"] for fact in facts if fact.details.get("respond_by")]
    return date.fromisoformat(told[0]) if told else None


def _is_open(attempt: PostingAttempt) -> bool:
    """Handed over and not answered, however often it was looked after since."""
    return attempt.ended_at is None and attempt.outcome == "handed_over"


def _with(query: QueryDict, **changes: str) -> str:
    changed = query.copy()
    for key, value in changes.items():
        if value:
            changed[key] = value
        else:
            changed.pop(key, None)
    return changed.urlencode()
