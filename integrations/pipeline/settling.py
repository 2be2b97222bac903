"""Settling: a settled batch becomes one effect, once, and a change of it never a second one.

An ACH deposit is a batch like any other.

It is entered after its transactions were read. What PayTrace tells otherwise before its journal
is on the way to Sage is walked again; afterwards it is a question to a person.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from integrations.canonical.effects import EffectKind, effect_key
from integrations.canonical.posting import marker_for
from integrations.canonical.transactions import GatewayTransaction, PaymentMethod, TransactionState
from integrations.connections.models import Connection
from integrations.events import batches, held
from integrations.events.models import GatewayBatch, GatewayFact
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.matching.batches import difference, name_of, noun_of
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from integrations.workflows import settled
from tenants import work
from tenants.insert import insert_once
from tenants.models import WorkKind

CHANGED = "batch_changed"
_BY_ITSELF = ExceptionCase.Resolution.BY_ITSELF


def enter(*, source: Connection, method: PaymentMethod) -> None:
    """The settlement of every batch of cards, or ACH deposit, that is to be posted and has none.

    Inside the tenant transaction, after their transactions were read.
    """
    account = Connection.objects.get(id=source.id)
    if account.posts_to_id is None:
        return
    for batch in batches.to_enter(account.id, account.settings, method=method):
        row = _row(
            batch, source=account, company_id=account.posts_to_id, kind=EffectKind.SETTLEMENT
        )
        if insert_once(row):
            batches.note_entered(batch, effect_id=row.id)
            _ring(row)


def look_again(batch: GatewayBatch, *, source: Connection, has_more: bool = False) -> None:
    """PayTrace has told a batch once more, or more of it (`has_more`). Inside the transaction that
    kept what it told."""
    if batch.effect_id is None:
        return
    if batches.figures(batch) == batch.entered and not has_more:
        _ask_if_changed(batch, source=source)
    else:
        _again(batch, source=source)


def told_of(fresh: Sequence[GatewayTransaction], *, source: Connection) -> None:
    """Settled transactions are new here: their batches may agree now, or agree no more."""
    zone = str(source.settings["zone"])
    for batch in held.entered_of(fresh, connection_id=source.id, zone=zone):
        _again(batch, source=source)


def _again(batch: GatewayBatch, *, source: Connection) -> None:
    """Walk it with what is known now, or ask a person where its journal is under way already."""
    assert batch.effect_id is not None  # noqa: S101 the callers looked; this tells the type
    if not outbox.begin_walk(batch.effect_id):
        _ask_if_changed(batch, source=source)
        return
    amount = abs(batches.totals(batch).net.amount)
    Effect.objects.filter(id=batch.effect_id, state=EffectState.NEW).update(amount=amount)
    batches.note_entered(batch, effect_id=batch.effect_id)
    cases.resolve(batch.effect_id, resolution=_BY_ITSELF)
    _ring(Effect.objects.get(id=batch.effect_id))


def _ask_if_changed(batch: GatewayBatch, *, source: Connection) -> None:
    """Open a case where a journal was made of something else; close it where that has passed."""
    assert batch.effect_id is not None  # noqa: S101 the callers looked; this tells the type
    effect = Effect.objects.get(id=batch.effect_id)
    if effect.state in outbox.WALKABLE:
        return
    told = batches.totals(batch)
    zone = str(source.settings["zone"])
    # What a person ended without a journal did not agree then either.
    is_in_hand = effect.state in (EffectState.DISMISSED, EffectState.NOTED)
    differs = "" if is_in_hand else difference(told, settled.members_of(batch, zone=zone))
    now = {"told": batches.figures(batch), "difference": differs}
    open_one = _questions(batch, source=source).filter(state=EffectState.PARKED).first()
    if now["told"] == batch.entered and not differs:
        if open_one is not None:
            _close(open_one)
        return
    last = ExceptionCase.objects.filter(
        effect__in=_questions(batch, source=source)
    ).order_by("-opened_at").first()  # fmt: skip
    sentence = _sentence(batch, effect, differs)
    if open_one is not None:
        _tell_anew(open_one, batch, now=now, sentence=sentence)
    elif not (last is not None and last.evidence.get("now") == now):
        _ask(batch, source=source, now=now, sentence=sentence)


def _questions(batch: GatewayBatch, *, source: Connection) -> Any:
    return Effect.objects.filter(
        source_id=source.id, transaction_id=batches.name_of(batch), kind=EffectKind.REVIEW
    )


def _ask(batch: GatewayBatch, *, source: Connection, now: dict[str, Any], sentence: str) -> None:
    assert source.posts_to_id is not None  # noqa: S101 it was entered; this tells the type
    before = _questions(batch, source=source).count()
    row = _row(
        batch, source=source, company_id=source.posts_to_id, kind=EffectKind.REVIEW, n=before + 1
    )
    if not insert_once(row):
        return
    outbox.park(row.id, code=CHANGED, sentence=sentence)
    cases.open_case(
        row.id,
        code=CHANGED,
        sentence=sentence,
        remedy=f"Compare the {noun_of(batches.method_of(batch))} in PayTrace with its journal in "
        "Sage and book the difference by hand; then dismiss this with a note.",
        evidence={"entered": batch.entered, "now": now},
    )


def _tell_anew(
    open_one: Effect, batch: GatewayBatch, *, now: dict[str, Any], sentence: str
) -> None:
    """The same question, over what PayTrace tells by now."""
    Effect.objects.filter(id=open_one.id).update(sentence=sentence[:600])
    ExceptionCase.objects.filter(effect=open_one, state=ExceptionCase.State.OPEN).update(
        sentence=sentence[:600], evidence={"entered": batch.entered, "now": now}
    )


def _sentence(batch: GatewayBatch, effect: Effect, differs: str) -> str:
    where = effect.sage_reference or f"‘{EffectState(effect.state).label.lower()}’"
    count = int(batch.entered["count"])
    noun = "transaction" if count == 1 else "transactions"
    before = f"{count} {noun} over {batch.entered['net']} {batch.currency}"
    told = batches.totals(batch)
    name = name_of(batches.method_of(batch), batch.number, batch.settled_on)
    sentence = (
        f"{name} has changed. Its settlement ({where}) was made of {before}; PayTrace now tells "
        f"{told.words}."
    )
    return f"{sentence} {differs}".strip()


def _close(open_one: Effect) -> None:
    outbox.begin_walk(open_one.id)
    outbox.note(open_one.id, code="batch_agrees", sentence="PayTrace tells it as posted again.")
    cases.resolve(open_one.id, resolution=_BY_ITSELF)


def _row(
    batch: GatewayBatch,
    *,
    source: Connection,
    company_id: uuid.UUID,
    kind: EffectKind,
    n: int = 1,
) -> Effect:
    name = batches.name_of(batch)
    key = effect_key(
        account=str(source.settings["merchant_id"]), transaction_id=name, kind=kind, n=n
    )
    return Effect(
        environment_id=source.environment_id,
        company_id=company_id,
        source_id=source.id,
        effect_key=key,
        kind=kind,
        transaction_id=name,
        amount=abs(batches.totals(batch).net.amount),
        currency=batch.currency,
        occurred_at=batch.settled_at,
        found_by=GatewayFact.SeenBy.SYNC,
        customer_name=_short_name(batch),
        gateway_state=TransactionState.SETTLED,
        marker=marker_for(key),
    )


def _short_name(batch: GatewayBatch) -> str:
    """Without its year: it stands beside its date."""
    return name_of(batches.method_of(batch), batch.number, batch.settled_on).rpartition(",")[0]


def _ring(effect: Effect) -> None:
    work.ring(WorkKind.DELIVER, tenant_id=effect.tenant_id, subject_id=effect.company_id)
