"""Review: a transaction in a state nobody knows goes to a person, never to a guess."""

from __future__ import annotations

import uuid

from integrations.canonical.effects import EffectKind, effect_key
from integrations.canonical.posting import marker_for
from integrations.canonical.transactions import GatewayTransaction
from integrations.connections.models import Connection
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from tenants.insert import insert_once

KIND = EffectKind.REVIEW
# Characters of a sentence that a row holds.
_LONGEST = 600


def ask(transaction: GatewayTransaction, *, source: Connection, reason: str, found_by: str) -> None:
    """Park a row of its own for this transaction and open a case, once for each reason; another
    one while that case is open is told in it."""
    if source.posts_to_id is None:
        return
    asked = Effect.objects.filter(
        source_id=source.id, transaction_id=transaction.transaction_id, kind=KIND
    )
    open_one = asked.filter(state=EffectState.PARKED).first()
    if open_one is not None:
        _tell_anew(open_one, reason=reason, status=transaction.status_code)
        return
    if ExceptionCase.objects.filter(effect__in=asked, sentence=reason[:_LONGEST]).exists():
        return
    row = _row(
        transaction, source=source, company_id=source.posts_to_id, found_by=found_by,
        n=1 + asked.count(),
    )  # fmt: skip
    if not insert_once(row):
        return
    outbox.park(row.id, code="unknown_status", sentence=reason)
    cases.open_case(
        row.id,
        code="unknown_status",
        sentence=reason,
        remedy="Look at the transaction in PayTrace; dismiss this when it is dealt with.",
        evidence={"status": transaction.status_code},
    )


def _tell_anew(open_one: Effect, *, reason: str, status: str) -> None:
    """The same question, for what makes it one by now."""
    sentence = reason[:_LONGEST]
    if open_one.sentence == sentence:
        return
    still_open = Effect.objects.filter(id=open_one.id, state=EffectState.PARKED)
    if not still_open.update(sentence=sentence):
        return
    ExceptionCase.objects.filter(effect=open_one, state=ExceptionCase.State.OPEN).update(
        sentence=sentence, evidence={"status": status}
    )


def settle(transaction: GatewayTransaction, *, source: Connection) -> None:
    """The gateway tells a state we know now: the question has answered itself."""
    waiting = Effect.objects.filter(
        source_id=source.id,
        transaction_id=transaction.transaction_id,
        kind=KIND,
        state=EffectState.PARKED,
    ).first()
    if waiting is None:
        return
    outbox.begin_walk(waiting.id)
    outbox.note(waiting.id, code="state_known", sentence="PayTrace tells a known status now.")
    cases.resolve(waiting.id, resolution=ExceptionCase.Resolution.BY_ITSELF)


def _row(
    transaction: GatewayTransaction,
    *,
    source: Connection,
    company_id: uuid.UUID,
    found_by: str,
    n: int,
) -> Effect:
    plain_key = effect_key(
        account=transaction.account,
        transaction_id=transaction.transaction_id,
        kind=KIND,
        n=n,
    )
    return Effect(
        environment_id=source.environment_id,
        company_id=company_id,
        source_id=source.id,
        effect_key=plain_key,
        kind=KIND,
        transaction_id=transaction.transaction_id,
        amount=abs(transaction.amount.amount),
        currency=transaction.amount.currency,
        occurred_at=transaction.created_at,
        found_by=found_by,
        invoice_reference=transaction.invoice_reference[:60],
        customer_name=transaction.customer_name[:120],
        last_four=transaction.last_four[:4],
        gateway_state=transaction.state,
        marker=marker_for(plain_key),
    )
