"""The outbox: effects enter once, and every move between states is one conditional update.

Each function below is the only one that sets its state. They return whether this caller won;
a loser does nothing. All run inside a tenant transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Now

from integrations.canonical.effects import EffectKind, EffectSpec, happened_at
from integrations.canonical.posting import Hands, PostingRequest, marker_for
from integrations.canonical.transactions import GatewayTransaction
from integrations.posting import attempts
from integrations.posting.models import Effect, EffectState
from tenants.insert import insert_all

S = EffectState

# Where a walk may begin: nothing has been asked of Sage that is still unanswered.
WALKABLE = (
    S.NEW, S.READY, S.PARKED, S.WAITING_PARENT, S.WAITING_PERIOD, S.WAITING_MAPPING,
    S.WAITING_CREDENTIAL, S.WAITING_ERP,
)  # fmt: skip
WAITING = (
    S.WAITING_PARENT, S.WAITING_PERIOD, S.WAITING_MAPPING, S.WAITING_CREDENTIAL,
    S.WAITING_ERP,
)  # fmt: skip
# Nothing of it is in Sage, or is to be asked of Sage next.
FREE = tuple(state for state in WALKABLE if state != S.READY)
_WAITING_FOR_SAGE = (S.WAITING_ERP, S.WAITING_CREDENTIAL)
IN_SAGE = (S.POSTED, S.ADOPTED, S.REVERSED)
ENDED = (*IN_SAGE, S.NOTED, S.WITHDRAWN, S.DISMISSED)
# Kinds whose parent is only what they wait for: a fee its chargeback, a settlement a transaction
# of its batch. They take nothing of it back.
ONLY_WAIT = (EffectKind.FEE, EffectKind.SETTLEMENT)


def add(
    specs: Sequence[tuple[EffectSpec, GatewayTransaction]],
    *,
    environment_id: uuid.UUID,
    company_id: uuid.UUID,
    source_id: uuid.UUID,
    found_by: str,
) -> list[tuple[str, str]]:
    """Enter effects with the transactions that tell them; `(transaction id, kind)` of the new.

    A key that is there already, by whichever way it came, is left alone.
    """
    rows = [
        Effect(
            environment_id=environment_id,
            company_id=company_id,
            source_id=source_id,
            found_by=found_by,
            **_told(spec, transaction),
        )
        for spec, transaction in specs
    ]
    return [(row[0], row[1]) for row in insert_all(rows, telling=("transaction_id", "kind"))]


def _told(spec: EffectSpec, transaction: GatewayTransaction) -> dict[str, Any]:
    return {
        "effect_key": spec.effect_key,
        "kind": spec.kind,
        "transaction_id": transaction.transaction_id,
        "amount": spec.amount.amount,
        "currency": spec.amount.currency,
        "occurred_at": happened_at(transaction, spec.kind),
        "invoice_reference": transaction.invoice_reference[:60],
        "customer_name": transaction.customer_name[:120],
        "customer_number": transaction.customer_id[:20],
        "last_four": transaction.last_four[:4],
        "card_brand": transaction.card_brand[:20],
        "approval_code": transaction.approval_code[:20],
        "gateway_state": transaction.state,
        "marker": marker_for(spec.effect_key),
    }


def note_gateway_state(*, source_id: uuid.UUID, transaction: GatewayTransaction) -> None:
    """Show the gateway's newest state beside every effect of the transaction."""
    Effect.objects.filter(source_id=source_id, transaction_id=transaction.transaction_id).update(
        gateway_state=transaction.state
    )


def make_ready(effect_id: uuid.UUID, *, request: PostingRequest, marker: str) -> bool:
    """The walk ended with something to post. The payload is frozen from `intent` on."""
    return _move(
        effect_id,
        S.READY,
        (S.NEW,),
        payload=request.as_json(),
        payload_hash=request.payload_hash,
        accounting_date=request.accounting_date,
        customer_number=request.customer_number,
        marker=marker,
        reason_code="",
        sentence="",
    )


def begin_walk(effect_id: uuid.UUID, *, decision: dict[str, Any] | None = None) -> bool:
    """Back to the start of the workflow, from any state where Sage owes no answer."""
    fields: dict[str, Any] = {} if decision is None else {"decision": decision}
    return _move(effect_id, S.NEW, WALKABLE, **fields)


def wait(effect_id: uuid.UUID, *, state: EffectState, code: str, sentence: str) -> bool:
    """Wait for something that comes by itself or by a change elsewhere; uses no attempt."""
    if state not in WAITING:
        raise ValueError(f"{state} is not a waiting state")
    return _move(effect_id, state, (S.NEW,), reason_code=code, sentence=sentence[:600])


def ride(effect_id: uuid.UUID, *, on: uuid.UUID, code: str, sentence: str) -> bool:
    """Wait for another effect whose entry in Sage will hold this one too."""
    return _move(
        effect_id, S.WAITING_PARENT, FREE,
        parent_id=on, reason_code=code, sentence=sentence[:600],
    )  # fmt: skip


def park(
    effect_id: uuid.UUID, *, code: str, sentence: str, frm: Sequence[EffectState] = (S.NEW,)
) -> bool:
    """Stop until a person decides."""
    return _move(effect_id, S.PARKED, frm, reason_code=code, sentence=sentence[:600])


def note(effect_id: uuid.UUID, *, code: str, sentence: str, reference: str = "") -> bool:
    """End an effect that has nothing to post, such as a decline."""
    return _move(
        effect_id, S.NOTED, (S.NEW,),
        reason_code=code, sentence=sentence[:600], sage_reference=reference,
    )  # fmt: skip


def dismiss(effect_id: uuid.UUID, *, sentence: str) -> bool:
    """End a parked effect by a person's word; who and why stand in its case."""
    return _move(effect_id, S.DISMISSED, (S.PARKED,), sentence=sentence[:600])


def ask_again(effect_id: uuid.UUID) -> bool:
    """Put the same frozen question about a half-written posting to Sage once more."""
    return _move(effect_id, S.READY, (S.PARTIAL,))


def note_answers(*, company_id: uuid.UUID, effect_keys: Collection[str]) -> int:
    """What was handed over has its answer: the next drain asks. How many that were, without
    keys that are unknown or have ended.

    Kept whatever the effect's state, because the answer may come before the hand-over is
    recorded.
    """
    of_keys = Effect.objects.filter(company_id=company_id, effect_key__in=effect_keys)
    return of_keys.exclude(state__in=ENDED).update(answered_at=Now())


def under_way(*, company_id: uuid.UUID) -> int:
    """How many postings only the company's writer of now can answer for.

    What a person has on the worksheet is the same whoever writes.
    """
    asked = Effect.objects.filter(company_id=company_id)
    by_a_machine = Q(state=S.HANDED_OVER) & ~Q(reason_code=Hands.PERSON)
    return asked.filter(by_a_machine | Q(state__in=(S.CLAIMED, S.INTENT, S.UNKNOWN))).count()


def withdraw(effect_id: uuid.UUID, *, sentence: str) -> bool:
    """End an effect for which Sage now holds a tombstone."""
    moved = _move(
        effect_id, S.WITHDRAWN, (*WALKABLE, S.CLAIMED, S.INTENT, S.UNKNOWN, S.HANDED_OVER),
        reason_code="withdrawn", sentence=sentence[:600], fence_up=True,
    )  # fmt: skip
    if moved:
        attempts.end_hand_over(effect_id=effect_id, outcome="withdrawn")
    return moved


def reverse(effect_id: uuid.UUID) -> bool:
    """A posting that later effects have taken back whole."""
    return _move(effect_id, S.REVERSED, (S.POSTED, S.ADOPTED))


def wake(*, company_id: uuid.UUID, state: EffectState) -> list[uuid.UUID]:
    """Send everything of a company that waits in `state` on a new walk."""
    waiting = Effect.objects.filter(company_id=company_id, state=state)
    ids = list(waiting.values_list("id", flat=True))
    return [effect_id for effect_id in ids if begin_walk(effect_id)]


def wait_for_sage(*, company_id: uuid.UUID, sentence: str, is_credential: bool = False) -> int:
    """Sage cannot be asked: what would go on waits, visibly. Uses no attempt.

    For its sign-in to be repaired where that is what is wrong, and otherwise for Sage itself.
    """
    state, code = S.WAITING_ERP, "sage_away"
    if is_credential:
        state, code = S.WAITING_CREDENTIAL, "sign_in_refused"
    would_go_on = {S.NEW, S.READY, *_WAITING_FOR_SAGE} - {state}
    return Effect.objects.filter(company_id=company_id, state__in=would_go_on).update(
        state=state, state_since=Now(), reason_code=code, sentence=sentence[:600]
    )


def walk_after_waiting(*, company_id: uuid.UUID) -> int:
    """Sage can be asked again: what had not been walked yet is new once more."""
    return Effect.objects.filter(
        company_id=company_id, state__in=_WAITING_FOR_SAGE, payload__isnull=True
    ).update(state=S.NEW, state_since=Now(), reason_code="", sentence="")


def _move(
    effect_id: uuid.UUID,
    to: EffectState,
    frm: Sequence[EffectState],
    *,
    fence_up: bool = False,
    **fields: Any,
) -> bool:
    if fence_up:
        fields["fence"] = F("fence") + 1
    moved = Effect.objects.filter(id=effect_id, state__in=frm).update(
        state=to, state_since=Now(), lease_until=None, **fields
    )
    return moved == 1
