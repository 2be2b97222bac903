"""Holds: amounts reserved on cards, not captured or let go yet, as PayTrace told them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from integrations.canonical.money import Money, round_to
from integrations.canonical.transactions import GatewayTransaction, TransactionState
from integrations.connections.models import Connection
from integrations.events import facts, held_amounts
from integrations.events.models import GatewayFact, HoldLook
from tenants.scope import current_tenant_id

# Banks let most holds go after a week; the longest that card brands allow is a month.
OLD_AFTER = timedelta(days=30)
MOST = 200
# Of those that are asked about by number in one night.
MOST_ASKED = 500
# One that PayTrace lists no more is asked about as long as this after it was made: a list may have
# been cut short, and then it is a hold still.
UNLISTED_ASKED = timedelta(days=90)


@dataclass(frozen=True)
class Hold:
    """One of them. `fact_id` names it in addresses."""

    fact_id: uuid.UUID
    connection: Connection
    transaction: GatewayTransaction
    """As it was told first, with the amount that is held now."""
    first: Money
    """What was held first, by which PayTrace measures a change."""
    is_old: bool = False
    """Older than any bank keeps one; PayTrace still shows it as held."""


def holds(*, environment_id: uuid.UUID, now: datetime) -> list[Hold]:
    """Those of an environment's accounts: first the oldest of the last month, which is the next to
    run out; then those that are older than that, the newest first. 200 at most."""
    rows = _open().filter(connection__environment_id=environment_id)
    young = rows.filter(created_at__gte=now - OLD_AFTER).order_by("created_at", "id")
    found = _read(young[:MOST], now)
    old = rows.filter(created_at__lt=now - OLD_AFTER).order_by("-created_at", "-id")
    return found + _read(old[: MOST - len(found)], now)


def hold(*, environment_id: uuid.UUID, fact_id: uuid.UUID, now: datetime) -> Hold | None:
    """One of them; None when it was captured or let go meanwhile."""
    rows = _open().filter(connection__environment_id=environment_id, id=fact_id)
    return next(iter(_read(rows, now)), None)


def of_number(*, connection_id: uuid.UUID, transaction_id: str, now: datetime) -> Hold | None:
    """The hold of that number at PayTrace; None when it is none, or none any more."""
    rows = _open().filter(connection_id=connection_id, transaction_id=transaction_id)
    return next(iter(_read(rows, now)), None)


@dataclass(frozen=True)
class HeldSum:
    """Holds of one currency together."""

    count: int
    total: Money
    oldest_at: datetime


def sums(*, environment_id: uuid.UUID, after: datetime, until: datetime) -> list[HeldSum]:
    """Of those made between two moments, by currency."""
    rows = _open().filter(
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


@dataclass(frozen=True)
class Old:
    """A hold that the lists which are read again do not show any more."""

    transaction_id: str
    created_at: datetime


def older(*, connection_id: uuid.UUID, before: datetime) -> list[Old]:
    """An account's holds made before then, the newest first, as many as are asked about: those
    too that PayTrace listed no more when they were looked for."""
    rows = _held().filter(connection_id=connection_id, created_at__lt=before)
    rows = rows.filter(~Exists(_unlisted()) | Q(created_at__gte=before - UNLISTED_ASKED))
    found = rows.order_by("-created_at", "-id").values_list("transaction_id", "created_at")
    return [Old(*row) for row in found[:MOST_ASKED]]


def note_listed(
    *, connection_id: uuid.UUID, looked_for: Collection[str], listed: Collection[str]
) -> None:
    """Keep which of these PayTrace lists as holds that can be captured. What it lists no more is
    shown no more, until it lists it again."""
    rows = [
        HoldLook(
            tenant_id=current_tenant_id(),
            connection_id=connection_id,
            transaction_id=number,
            is_listed=number in listed,
            looked_at=Now(),
        )
        for number in looked_for
    ]
    HoldLook.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["tenant", "connection", "transaction_id"],
        update_fields=["is_listed", "looked_at"],
    )


def is_hold(*, connection_id: uuid.UUID, transaction_id: str) -> bool:
    """Whether it is one by what PayTrace told last."""
    told = facts.latest(connection_id=connection_id, transaction_id=transaction_id)
    return told is not None and told.state is TransactionState.AUTHORIZED


_SAME = {
    "connection_id": OuterRef("connection_id"),
    "transaction_id": OuterRef("transaction_id"),
}


def _open() -> QuerySet[GatewayFact]:
    """Those that PayTrace lists still where it has a list, with the amount that is held now."""
    return held_amounts.with_amount(_held().filter(~Exists(_unlisted())))


def _held() -> QuerySet[GatewayFact]:
    """What PayTrace told no later state of. A hold of nothing only checked a card."""
    later = GatewayFact.objects.filter(**_SAME).exclude(state=TransactionState.AUTHORIZED)
    rows = GatewayFact.objects.filter(state=TransactionState.AUTHORIZED, amount__gt=0)
    return rows.filter(~Exists(later))


def _unlisted() -> QuerySet[HoldLook]:
    return HoldLook.objects.filter(**_SAME, is_listed=False)


def _read(rows: QuerySet[GatewayFact], now: datetime) -> list[Hold]:
    return [_hold(row, now) for row in rows.select_related("connection")]


def _hold(row: Any, now: datetime) -> Hold:
    """`row` has the amount that counts as `held` (`held_amounts`)."""
    told = facts.from_details(row.details)
    held = Money(round_to(row.held, row.currency), row.currency)
    return Hold(
        row.id,
        row.connection,
        replace(told, amount=held),
        told.amount,
        is_old=row.created_at < now - OLD_AFTER,
    )
