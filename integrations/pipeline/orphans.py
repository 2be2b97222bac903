"""Orphans: what takes back a payment nobody knew, and goes on by itself once it arrives."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.canonical.transactions import GatewayTransaction
from integrations.connections.models import Connection
from integrations.events import facts
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState

NO_PARENT = ("parent_not_found", "disputed_payment_not_found")


def wake(sales: Sequence[GatewayTransaction], *, source: Connection) -> None:
    """Walk again those that may belong to one of these new sales, and close their cases."""
    if not sales:
        return
    waiting = Effect.objects.filter(
        source_id=source.id, state=EffectState.PARKED, reason_code__in=NO_PARENT
    )
    for orphan in waiting:
        if _may_belong(orphan, sales) and outbox.begin_walk(orphan.id):
            cases.resolve(orphan.id, resolution=ExceptionCase.Resolution.BY_ITSELF)


def _may_belong(orphan: Effect, sales: Sequence[GatewayTransaction]) -> bool:
    """By the sale it names; where it names none, by the same card. The walk decides."""
    told = facts.latest(connection_id=orphan.source_id, transaction_id=orphan.transaction_id)
    named = told.original_transaction_id if told else ""
    if named:
        return any(sale.transaction_id == named for sale in sales)
    return any(sale.last_four == orphan.last_four for sale in sales)
