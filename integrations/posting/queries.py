"""Reads of effects for screens and programs. Every read names its environment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from integrations.canonical.effects import EffectKind
from integrations.canonical.money import Money, round_to
from integrations.events.models import GatewayFact
from integrations.posting.models import Effect, EffectState, LedgerLine, PostingAttempt
from integrations.posting.outbox import ENDED
from integrations.posting.search import matches
from integrations.posting.words import (
    MONEY_BACK,
    POSTED,
    Word,
    states_called,
    word_of,
)

PAGE_SIZE = 50


@dataclass(frozen=True)
class Wanted:
    """What a list of effects should hold. Days are whole days in `zone`, both included."""

    zone: str
    text: str = ""
    state: str = ""
    """The slug of a word, such as `needs-you`."""
    kind: str = ""
    found_by: str = ""
    first_day: date | None = None
    last_day: date | None = None
    by_posting_day: bool = False
    """The days are those of the posting, not of the payment."""


@dataclass(frozen=True)
class Place:
    """The last row of a page: where the next one starts."""

    occurred_at: datetime
    id: uuid.UUID


@dataclass(frozen=True)
class Page:
    rows: Sequence[Effect]
    next: Place | None


@dataclass(frozen=True)
class Total:
    """How many effects, and their money in one currency: paid in, and given back."""

    count: int
    money_in: Money
    money_back: Money


@dataclass(frozen=True)
class DayShare:
    """Payments of one day that share a word; amount in the currency asked for."""

    day: date
    word: Word
    count: int
    amount: Decimal


def effects(*, environment_id: uuid.UUID, wanted: Wanted) -> QuerySet[Effect]:
    """The effects of the environment that match, newest payment first."""
    found = Effect.objects.filter(environment_id=environment_id).order_by("-occurred_at", "id")
    if wanted.text.strip():
        found = found.filter(matches(wanted.text.strip()))
    if wanted.state:
        found = found.filter(state__in=states_called(wanted.state))
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.found_by:
        found = found.filter(found_by=wanted.found_by)
    return found.filter(_days(wanted))


def page(found: QuerySet[Effect], *, after: Place | None, size: int = PAGE_SIZE) -> Page:
    """One page by place, not by number: stable while payments arrive, quick at any depth."""
    if after:
        later = Q(occurred_at=after.occurred_at, id__gt=after.id)
        found = found.filter(Q(occurred_at__lt=after.occurred_at) | later)
    rows = list(found[: size + 1])
    if len(rows) <= size:
        return Page(rows, None)
    last = rows[size - 1]
    return Page(rows[:size], Place(last.occurred_at, last.id))


def totals(found: QuerySet[Effect]) -> list[Total]:
    """Count and money of these effects, one total per currency. Declines move no money."""
    rows = (
        found.order_by()
        .values("currency")
        .annotate(
            count=Count("id"),
            money_in=Sum("amount", filter=Q(kind="sale")),
            money_back=Sum("amount", filter=Q(kind__in=MONEY_BACK)),
        )
        .order_by("currency")
    )
    return [_total(row) for row in rows]


def effect(*, environment_id: uuid.UUID, effect_id: uuid.UUID) -> Effect | None:
    """One effect with its connections and parent; None when this environment has none such."""
    return (
        Effect.objects.select_related("company", "source", "parent")
        .filter(environment_id=environment_id, id=effect_id)
        .first()
    )


def related(of: Effect) -> list[Effect]:
    """Its parent, what takes it back, and other effects of the same transaction or invoice."""
    same = Q(parent_id=of.id) | Q(transaction_id=of.transaction_id)
    if of.parent_id:
        same |= Q(id=of.parent_id) | Q(parent_id=of.parent_id)
    if of.invoice_reference:
        same |= Q(invoice_reference=of.invoice_reference)
    found = Effect.objects.filter(same, environment_id=of.environment_id).exclude(id=of.id)
    return list(found.select_related("source").order_by("occurred_at", "id")[:20])


def of_transaction(*, source_id: uuid.UUID, transaction_id: str) -> list[Effect]:
    """What one transaction of a gateway account does to the books, oldest first."""
    found = Effect.objects.filter(source_id=source_id, transaction_id=transaction_id)
    return list(found.order_by("occurred_at", "id")[:20])


def by_id(effect_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Effect]:
    """These effects by their ids."""
    return {row.id: row for row in Effect.objects.filter(id__in=list(effect_ids))}


def taken_back(source_id: uuid.UUID, transaction_id: str) -> dict[str, Decimal]:
    """What the books took back of this payment of a gateway account, or are about to: the amount
    by the transaction that did, a refund or chargeback, in the payment's currency. Of a payment
    that stands again after a won dispute too; what was taken back itself counts no more."""
    payment = Effect.objects.filter(
        source_id=source_id, transaction_id=transaction_id, kind=EffectKind.SALE
    )
    ended = [state for state in ENDED if state not in (EffectState.POSTED, EffectState.ADOPTED)]
    found = Effect.objects.filter(
        Q(parent__in=payment)
        | Q(parent__parent__parent__in=payment)
        | _will_take_back(source_id, transaction_id),
        kind__in=(EffectKind.REFUND, EffectKind.CHARGEBACK),
    ).exclude(state__in=ended)
    return {row.transaction_id: row.amount for row in found}


def _will_take_back(source_id: uuid.UUID, transaction_id: str) -> Q:
    """What no walk has tied to its payment yet, as while Sage is away: by the payment that it
    names, or that a person chose."""
    naming_it = GatewayFact.objects.filter(
        connection_id=OuterRef("source_id"),
        transaction_id=OuterRef("transaction_id"),
        details__original_transaction_id=transaction_id,
    )
    is_its = Q(Exists(naming_it)) | Q(decision__payment_id=transaction_id)
    return Q(source_id=source_id, parent=None) & is_its


def parts_taken_back(payments: Iterable[Effect]) -> dict[uuid.UUID, Decimal]:
    """Of those payments that stand in the books though a part of them was taken back, or is about
    to be: how much, in the payment's currency. One statement."""
    standing = [
        one.id for one in payments if one.state in (EffectState.POSTED, EffectState.ADOPTED)
    ]
    ended = [state for state in ENDED if state not in (EffectState.POSTED, EffectState.ADOPTED)]
    found = (
        Effect.objects.filter(
            parent_id__in=standing, kind__in=(EffectKind.REFUND, EffectKind.CHARGEBACK)
        )
        .exclude(state__in=ended)
        .values_list("parent_id")
        .annotate(Sum("amount"))
    )
    return dict(found)


def is_voided(source_id: uuid.UUID, transaction_id: str) -> bool:
    """Whether this payment of a gateway account was taken back whole before it settled, whatever
    became of that in the books."""
    return Effect.objects.filter(
        source_id=source_id, transaction_id=transaction_id, kind=EffectKind.VOID
    ).exists()


def refunds_before(source_id: uuid.UUID, amount: Money, moment: datetime) -> frozenset[str]:
    """The refunds of a gateway account over this amount that were known before that moment."""
    found = Effect.objects.filter(
        source_id=source_id, kind=EffectKind.REFUND, created_at__lt=moment,
        amount=amount.amount, currency=amount.currency,
    )  # fmt: skip
    return frozenset(found.values_list("transaction_id", flat=True))


def movements(*, source_id: uuid.UUID, transaction_ids: Sequence[str]) -> dict[str, Effect]:
    """By transaction, the payment or refund that it is in the books."""
    rows = Effect.objects.filter(
        source_id=source_id, transaction_id__in=transaction_ids, kind__in=["sale", "refund"]
    )
    return {row.transaction_id: row for row in rows}


def attempts(*, effect_id: uuid.UUID) -> list[PostingAttempt]:
    """Every time Sage was asked, in order."""
    return list(PostingAttempt.objects.filter(effect_id=effect_id))


def ledger_lines(*, effect_id: uuid.UUID) -> list[LedgerLine]:
    """The journal as posted; empty until it is."""
    return list(LedgerLine.objects.filter(entry__effect_id=effect_id))


def recent(*, environment_id: uuid.UUID, limit: int = 6) -> list[Effect]:
    """The newest payments of the environment."""
    found = Effect.objects.filter(environment_id=environment_id)
    return list(found.order_by("-occurred_at", "id")[:limit])


def shares_by_day(
    *, environment_id: uuid.UUID, zone: str, currency: str, days: int, today: date
) -> list[DayShare]:
    """Payments (no refunds, no declines) of the last `days` days, by day and word."""
    start = day_start(today - timedelta(days=days - 1), zone=zone)
    rows = (
        Effect.objects.filter(
            environment_id=environment_id, kind="sale", currency=currency, occurred_at__gte=start
        )
        .annotate(day=TruncDate("occurred_at", tzinfo=ZoneInfo(zone)))
        .values("day", "state")
        .annotate(count=Count("id"), total=Sum("amount"))
        .order_by("day")
    )
    return [DayShare(row["day"], word_of(row["state"]), row["count"], row["total"]) for row in rows]


def day_start(day: date, *, zone: str) -> datetime:
    """The first moment of the day in the zone."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def is_posted(state: str) -> bool:
    return word_of(state) is POSTED


def states_of(words: Iterable[Word]) -> list[EffectState]:
    """Every effect state these words stand for."""
    return [state for word in words for state in states_called(word.slug)]


def _days(wanted: Wanted) -> Q:
    column = "posted_at" if wanted.by_posting_day else "occurred_at"
    found = Q()
    if wanted.first_day:
        found &= Q(**{f"{column}__gte": day_start(wanted.first_day, zone=wanted.zone)})
    if wanted.last_day:
        end = day_start(wanted.last_day + timedelta(days=1), zone=wanted.zone)
        found &= Q(**{f"{column}__lt": end})
    return found


def _total(row: Mapping[str, object]) -> Total:
    currency = str(row["currency"])

    def money(value: object) -> Money:
        amount = value if isinstance(value, Decimal) else Decimal(0)
        return Money(round_to(amount, currency), currency)

    return Total(int(str(row["count"])), money(row["money_in"]), money(row["money_back"]))
