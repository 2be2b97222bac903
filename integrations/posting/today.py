"""The numbers the day starts with, each one the sum of rows that a list can show."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Min, Q, Sum

from integrations.canonical.money import Money, round_to
from integrations.posting.models import Effect
from integrations.posting.queries import Total, day_start, states_of
from integrations.posting.words import (
    CHECKING,
    MONEY_BACK,
    NEEDS_YOU,
    POSTED,
    POSTING,
    READY,
    RECEIVED,
    WAITING,
)

LAG_WINDOW = timedelta(hours=24)
_OF_BATCHES = Q(kind="settlement") | Q(kind="review", reason_code="batch_changed")
_MOVING = (RECEIVED, CHECKING, READY, POSTING)


class _Median(Aggregate):
    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()
    allow_distinct = False


@dataclass(frozen=True)
class Numbers:
    """One total per currency for each place money can be."""

    received: tuple[Total, ...]
    """Payments of today, whatever became of them."""
    posted: tuple[Total, ...]
    """Everything whose posting was today."""
    moving: tuple[Total, ...]
    waiting: tuple[Total, ...]
    needs_you: tuple[Total, ...]
    batches: int = 0
    """Of what needs a person: batches and ACH deposits that did not agree, or wait for a
    decision."""


@dataclass(frozen=True)
class Lag:
    """How long it takes from arrival to Sage, over the last 24 hours."""

    typical: timedelta | None
    count: int
    oldest_moving: datetime | None


def numbers(*, environment_id: uuid.UUID, zone: str, today: date) -> Numbers:
    """All of today's numbers in one read."""
    parts = _parts(zone=zone, today=today)
    measures: dict[str, Any] = {}
    anything = Q()
    for name, part in parts.items():
        anything |= part
        measures[f"{name}_count"] = Count("id", filter=part)
        measures[f"{name}_in"] = Sum("amount", filter=part & Q(kind="sale"))
        measures[f"{name}_back"] = Sum("amount", filter=part & Q(kind__in=MONEY_BACK))
    measures["batches"] = Count("id", filter=parts["needs_you"] & _OF_BATCHES)
    rows: list[Any] = list(
        Effect.objects.filter(anything, environment_id=environment_id)
        .values("currency")
        .annotate(**measures)
        .order_by("currency")
    )
    totals = {name: _totals(rows, name) for name in parts}
    return Numbers(**totals, batches=sum(row["batches"] for row in rows))


def lag(*, environment_id: uuid.UUID, now: datetime) -> Lag:
    """Typical time to Sage, and since when the oldest payment has been on its way."""
    posted_lately = Q(state__in=states_of([POSTED]), posted_at__gte=now - LAG_WINDOW)
    moving = Q(state__in=states_of(_MOVING))
    found = Effect.objects.filter(posted_lately | moving, environment_id=environment_id).aggregate(
        typical=_Median(F("posted_at") - F("created_at"), filter=posted_lately),
        count=Count("id", filter=posted_lately),
        oldest=Min("created_at", filter=moving),
    )
    return Lag(found["typical"], found["count"], found["oldest"])


def _parts(*, zone: str, today: date) -> dict[str, Q]:
    start = day_start(today, zone=zone)
    end = day_start(today + timedelta(days=1), zone=zone)
    return {
        "received": Q(kind="sale", occurred_at__gte=start, occurred_at__lt=end),
        "posted": Q(state__in=states_of([POSTED]), posted_at__gte=start, posted_at__lt=end),
        "moving": Q(state__in=states_of(_MOVING)),
        "waiting": Q(state__in=states_of([WAITING])),
        "needs_you": Q(state__in=states_of([NEEDS_YOU])),
    }


def _totals(rows: list[dict[str, Any]], name: str) -> tuple[Total, ...]:
    found: list[Total] = []
    for row in rows:
        count = row[f"{name}_count"]
        if count:
            money_in = _money(row[f"{name}_in"], row["currency"])
            money_back = _money(row[f"{name}_back"], row["currency"])
            found.append(Total(count, money_in, money_back))
    return tuple(found)


def _money(amount: Decimal | None, currency: str) -> Money:
    return Money(round_to(amount or Decimal(0), currency), currency)
