"""The batch behind a settlement: what was entered of it, and our transactions of it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.canonical.effects import EffectKind
from integrations.canonical.fields import record_of
from integrations.canonical.money import Money, round_to
from integrations.canonical.transactions import (
    GatewayTransaction,
    PartKind,
    TransactionState,
    TransactionType,
)
from integrations.events import batches, held
from integrations.events.held import Held
from integrations.events.models import GatewayBatch
from integrations.matching.batches import Member, SettledBatch
from integrations.posting.models import Effect, EffectState, LedgerLine
from integrations.posting.outbox import ENDED

_KINDS = {
    PartKind.SALE: EffectKind.SALE,
    PartKind.REFUND: EffectKind.REFUND,
    PartKind.RETURN: EffectKind.ACH_RETURN,
}
_MONEY = tuple(_KINDS.values())


@dataclass(frozen=True)
class Found:
    """A batch with its transactions, and the effect it waits for."""

    batch: SettledBatch
    transaction: GatewayTransaction
    """The batch told like a transaction, for the rules and the timeline."""
    waits_for: uuid.UUID | None


def find(effect: Effect) -> Found:
    """Read what stands behind a settlement; inside the tenant transaction."""
    row = GatewayBatch.objects.select_related("connection").get(effect_id=effect.id)
    settings = row.connection.settings
    zone = str(settings["zone"])
    told = held.held(row, zone=zone)
    effects = _effects(row.connection_id, told)
    open_ones = [one for of in effects.values() for one in of if one.state not in ENDED]
    last = max(open_ones, key=lambda one: (one.occurred_at, one.id), default=None)
    return Found(
        batch=SettledBatch(
            number=row.number,
            settled_on=row.settled_on,
            told=batches.totals(row),
            method=batches.method_of(row),
            members=members(told, effects, zone=zone),
            is_wanted=batches.is_wanted(row, settings),
        ),
        transaction=_as_transaction(row, account=str(settings["merchant_id"])),
        waits_for=last.id if last else None,
    )


def is_as_read(effect: Effect, batch: SettledBatch) -> bool:
    """Whether the batch still is what a walk went by; holds what PayTrace tells of it off until
    the transaction ends."""
    GatewayBatch.objects.select_for_update().get(effect_id=effect.id)
    return find(effect).batch == batch


def members_of(row: GatewayBatch, *, zone: str) -> tuple[Member, ...]:
    """Our transactions of a batch, in order of time; inside the tenant transaction."""
    told = held.held(row, zone=zone)
    return members(told, _effects(row.connection_id, told), zone=zone)


def members(
    told: Sequence[Held], effects: Mapping[str, Sequence[Effect]], *, zone: str
) -> tuple[Member, ...]:
    booked = _booked([one for of in effects.values() for one in of if one.kind in _MONEY])
    return tuple(
        _member(one, effects.get(one.transaction.transaction_id, ()), booked, zone) for one in told
    )


def _member(
    line: Held,
    effects: Sequence[Effect],
    booked: Mapping[uuid.UUID, Mapping[str, Decimal]],
    zone: str,
) -> Member:
    told = line.transaction
    own = next((one for one in effects if one.kind == _KINDS[line.kind]), None)
    still = next((one for one in effects if one.state not in ENDED), None)
    shown = still or own
    return Member(
        transaction_id=told.transaction_id,
        amount=line.amount,
        kind=line.kind,
        method=told.method,
        record=record_of(told, zone=zone),
        label=EffectState(shown.state).label if shown else "Nothing to post",
        is_over=still is None,
        booked=booked.get(own.id, {}) if own else {},
    )


def _effects(source_id: uuid.UUID, told: Sequence[Held]) -> dict[str, list[Effect]]:
    """By transaction, whatever it does to the books."""
    rows = Effect.objects.filter(
        source_id=source_id, transaction_id__in={one.transaction.transaction_id for one in told}
    ).order_by("occurred_at", "id")
    found: dict[str, list[Effect]] = defaultdict(list)
    for row in rows:
        found[row.transaction_id].append(row)
    return found


def _booked(effects: Sequence[Effect]) -> dict[uuid.UUID, dict[str, Decimal]]:
    """Of each posting, what stands on the clearing side: a payment debits it, a refund or return
    credits."""
    given_back = {one.id for one in effects if one.kind != EffectKind.SALE}
    currency = {one.id: one.currency for one in effects}
    rows = LedgerLine.objects.filter(entry__effect_id__in=list(currency)).values_list(
        "entry__effect_id", "account", "debit", "credit"
    )
    found: dict[uuid.UUID, dict[str, Decimal]] = {}
    for effect_id, account, debit, credit in rows:
        amount = -credit if effect_id in given_back else debit
        if amount:
            sums = found.setdefault(effect_id, {})
            sums[account] = sums.get(account, Decimal(0)) + round_to(amount, currency[effect_id])
    return found


def _as_transaction(row: GatewayBatch, *, account: str) -> GatewayTransaction:
    return GatewayTransaction(
        account=account,
        transaction_id=batches.name_of(row),
        type=TransactionType.BATCH,
        state=TransactionState.SETTLED,
        method=batches.method_of(row),
        amount=Money(abs(round_to(row.net, row.currency)), row.currency),
        created_at=row.settled_at,
        settled_at=row.settled_at,
        batch_number=row.number,
    )
