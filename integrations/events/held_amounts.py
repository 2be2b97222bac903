"""What a hold amounts to: what was told first, or what PayTrace told since of a changed one.

A hold keeps its state while its amount is changed, here or in PayTrace's own terminal, and a
fact is never rewritten: every later amount is a row of its own, and the newest counts. Inside
the open company's transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from integrations.canonical.money import Money, round_to
from integrations.canonical.transactions import GatewayTransaction, TransactionState
from integrations.events.models import GatewayFact, HeldAmount

HELD = TransactionState.AUTHORIZED


def record(
    told: Sequence[GatewayTransaction],
    *,
    connection_id: uuid.UUID,
    seen_by: GatewayFact.SeenBy,
) -> None:
    """Keep the amounts that are news. Call it after the facts of `told` are recorded: what came
    with them is no news."""
    amounts = {one.transaction_id: one.amount for one in told if one.state is HELD}
    if not amounts:
        return
    count = _that_count(list(amounts), connection_id=connection_id)
    for transaction_id, amount in amounts.items():
        if count.get(transaction_id, amount) != amount:
            HeldAmount.objects.create(
                connection_id=connection_id, transaction_id=transaction_id,
                amount=amount.amount, currency=amount.currency, seen_by=seen_by,
            )  # fmt: skip


def with_amount(holds: QuerySet[GatewayFact]) -> QuerySet[Any]:
    """The same facts, each with the amount that counts as `held`."""
    newest = HeldAmount.objects.filter(
        connection_id=OuterRef("connection_id"), transaction_id=OuterRef("transaction_id")
    ).order_by("-told_at", "-id")
    return holds.annotate(held=Coalesce(Subquery(newest.values("amount")[:1]), "amount"))


def _that_count(transaction_ids: Sequence[str], *, connection_id: uuid.UUID) -> Mapping[str, Money]:
    facts = GatewayFact.objects.filter(
        connection_id=connection_id, transaction_id__in=transaction_ids, state=HELD
    )
    found = with_amount(facts).values_list("transaction_id", "held", "currency")
    return {name: Money(round_to(held, currency), currency) for name, held, currency in found}
