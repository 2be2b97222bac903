"""Questions about a case that only a person can answer. Nothing of it is guessed or posted.

A question is a row of its own beside the chargeback, so that answering it never ends what the
case did to the books. It is asked once for what was told, resolves by itself when the provider
tells the case clearly, and is asked anew when something else is told after it was dismissed.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from integrations.canonical.effects import EffectKind, effect_key
from integrations.canonical.money import Money
from integrations.canonical.posting import marker_for
from integrations.connections.models import Connection
from integrations.disputes.provider import Case, UnreadableCase
from integrations.events.models import GatewayFact
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from tenants.insert import insert_once

KIND = EffectKind.REVIEW
# Not that of the chargeback, which has a life of its own.
_PREFIX = "CASE-"
_NAMELESS = "record-"
_FIELDS = {
    "case_number": "case number",
    "payment_id": "payment",
    "opened_on": "day it was opened",
    "decided_on": "day it was decided",
    "respond_by": "last day to contest it",
    "case": "contents",
}


def ask_unreadable(told: UnreadableCase, *, source: Connection) -> None:
    """Its record cannot be read whole."""
    name = told.case_number or _NAMELESS + _digest(told.record)[:16]
    what = f"case {told.case_number}" if told.case_number else "a case without a readable number"
    field = _FIELDS.get(told.field, told.field)
    sentence = (
        f"The disputes provider tells {what}, and its {field} cannot be read. Nothing was posted "
        "for it; every other case is taken in."
    )
    evidence = {"unreadable_field": told.field, "record": told.record}
    _ask(name, "dispute_unreadable", sentence, evidence, source=source)


def ask_status(case: Case, *, source: Connection) -> None:
    """It is in a state nobody knows."""
    sentence = (
        f"Case {case.case_number} over {case.amount} is ‘{case.status}’ at the disputes provider, "
        "a state we do not know. Nothing was done to the books for it."
    )
    evidence = {"status": case.status, "payment": case.payment_id}
    _ask(case.case_number, "dispute_status", sentence, evidence, source=source, amount=case.amount)


def ask_contradiction(case: Case, sentence: str, *, source: Connection) -> None:
    """What the provider tells does not fit what was told of the case or its payment before."""
    said = f"{sentence} The disputes provider tells otherwise; nothing was changed for it."
    evidence = {
        "status": case.status,
        "payment": case.payment_id,
        "amount": str(case.amount),
        "fee": str(case.fee or ""),
    }
    _ask(case.case_number, "dispute_contradicts", said, evidence, source=source, amount=case.amount)


def settle(case: Case, *, source: Connection) -> None:
    """The provider tells it clearly: an open question about it has answered itself."""
    for effect in _parked(source, case.case_number):
        outbox.begin_walk(effect.id)
        outbox.note(effect.id, code="case_clear", sentence="The case is told clearly now.")
        cases.resolve(effect.id, resolution=ExceptionCase.Resolution.BY_ITSELF)


def _ask(
    name: str,
    code: str,
    sentence: str,
    evidence: dict[str, Any],
    *,
    source: Connection,
    amount: Money | None = None,
) -> None:
    if _parked(source, name).exists():
        return
    told = {**evidence, "told": _digest([code, evidence])}
    before = _rows(source, name)
    answered = ExceptionCase.objects.filter(
        effect__in=before,
        evidence__told=told["told"],
        resolution=ExceptionCase.Resolution.DISMISSED,
    )
    if answered.exists():
        return
    row = _row(name, n=1 + before.count(), source=source, amount=amount)
    if not insert_once(row):
        return
    outbox.park(row.id, code=code, sentence=sentence)
    cases.open_case(
        row.id,
        code=code,
        sentence=sentence,
        remedy="Look the case up at the provider. Enter what is right under Chargebacks or in "
        "Sage by hand, then dismiss this with a note.",
        evidence=told,
    )


def _rows(source: Connection, name: str) -> QuerySet[Effect]:
    return Effect.objects.filter(source_id=source.id, kind=KIND, transaction_id=_PREFIX + name)


def _parked(source: Connection, name: str) -> QuerySet[Effect]:
    return _rows(source, name).filter(state=EffectState.PARKED)


def _row(name: str, *, n: int, source: Connection, amount: Money | None) -> Effect:
    """Its amount where it can be read; 0 stands for one that cannot, and is never shown as one."""
    if source.posts_to_id is None:
        raise LookupError("Cases are asked about only for an account that posts somewhere")
    transaction_id = _PREFIX + name
    key = effect_key(
        account=str(source.settings["merchant_id"]), transaction_id=transaction_id, kind=KIND, n=n
    )
    return Effect(
        environment_id=source.environment_id,
        company_id=source.posts_to_id,
        source_id=source.id,
        effect_key=key,
        kind=KIND,
        transaction_id=transaction_id,
        amount=amount.amount if amount else Decimal(0),
        currency=amount.currency if amount else str(source.settings["currency"]),
        occurred_at=timezone.now(),
        found_by=GatewayFact.SeenBy.SYNC,
        marker=marker_for(key),
    )


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
