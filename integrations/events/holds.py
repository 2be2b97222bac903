"""Holds: amounts reserved on cards, not captured or let go yet, as PayTrace told them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Sum

from integrations.canonical.money import Money, round_to
from integrations.canonical.transactions import GatewayTransaction, TransactionState
from integrations.connections.models import Connection
from integrations.events import facts, held_amounts
from integrations.events.models import GatewayFact

# Banks let most holds go after a week; the longest that card brands allow is a month.
SHOWN_FOR = timedelta(days=31)
MOST = 200
# Of those that are asked about by number in one night.
MOST_ASKED = 500


@dataclass(frozen=True)
class Hold:
    """One of them. `fact_id` names it in addresses."""

    fact_id: uuid.UUID
    connection: Connection
    transaction: GatewayTransaction
    """As it was told first, with the amount that is held now."""
    first: Money
    """What was held first, by which PayTrace measures a change."""


def holds(*, environment_id: uuid.UUID, now: datetime) -> list[Hold]:
    """Those of an environment's accounts, the oldest first, which is the first to run out."""
    return _read(_open(now).filter(connection__environment_id=environment_id))


def hold(*, environment_id: uuid.UUID, fact_id: uuid.UUID, now: datetime) -> Hold | None:
    """One of them; None when it was captured, voided or ran out meanwhile."""
    rows = _open(now).filter(connection__environment_id=environment_id, id=fact_id)
    return next(iter(_read(rows)), None)


def of_number(*, connection_id: uuid.UUID, transaction_id: str, now: datetime) -> Hold | None:
    """The hold of that number at PayTrace; None when it is none, or none any more."""
    rows = _open(now).filter(connection_id=connection_id, transaction_id=transaction_id)
    return next(iter(_read(rows)), None)


@dataclass(frozen=True)
class HeldSum:
    """Holds of one currency together."""

    count: int
    total: Money
    oldest_at: datetime


def sums(*, environment_id: uuid.UUID, after: datetime, until: datetime) -> list[HeldSum]:
    """Of those made between two moments, by currency."""
    rows = _open(until).filter(
        connection__environment_id=environment_id, created_at__gt=after, created_at__lte=until
    )
    found = (
        rows.order_by("currency")
        .values("currency")
        .annotate(count=Count("id"), total=Sum("held"), oldest_at=Min("created_at"))
    )
    return [
        HeldSum(
            row["count"],
            Money(round_to(row["total"], row["currency"]), row["currency"]),
            row["oldest_at"],
        )
        for row in found
    ]


def ids_of(*, connection_id: uuid.UUID, before: datetime, now: datetime) -> list[str]:
    """Transaction ids of an account's holds made before then."""
    rows = _open(now).filter(connection_id=connection_id, created_at__lt=before)
    return list(rows.values_list("transaction_id", flat=True)[:MOST_ASKED])


def is_hold(*, connection_id: uuid.UUID, transaction_id: str) -> bool:
    """Whether it is one by what PayTrace told last."""
    told = facts.latest(connection_id=connection_id, transaction_id=transaction_id)
    return told is not None and told.state is TransactionState.AUTHORIZED


def _open(now: datetime) -> QuerySet[GatewayFact]:
    """A hold of nothing only checked a card."""
    later = GatewayFact.objects.filter(
        connection_id=OuterRef("connection_id"), transaction_id=OuterRef("transaction_id")
    ).exclude(state=TransactionState.AUTHORIZED)
    rows = GatewayFact.objects.filter(
        state=TransactionState.AUTHORIZED, amount__gt=0, created_at__gte=now - SHOWN_FOR
    )
    open_ones = rows.filter(~Exists(later)).order_by("created_at", "id")
    return held_amounts.with_amount(open_ones)


def _read(rows: QuerySet[GatewayFact]) -> list[Hold]:
    found = rows.select_related("connection")[:MOST]
    return [_hold(row) for row in found]


def _hold(row: Any) -> Hold:
    """`row` has the amount that counts as `held` (`held_amounts`)."""
    told = facts.from_details(row.details)
    held = Money(round_to(row.held, row.currency), row.currency)
    return Hold(row.id, row.connection, replace(told, amount=held), told.amount)
