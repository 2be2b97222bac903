"""Unreadable: a record that cannot be read goes to a person, and holds nobody else up.

Nothing of it is guessed. It is kept as it was told, asked for once more every night and when a
person wants it, and resolves by itself once it can be read.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from integrations.canonical.ach import AchTransaction
from integrations.canonical.effects import EffectKind, effect_key
from integrations.canonical.errors import NeverWorks
from integrations.canonical.posting import marker_for
from integrations.canonical.transactions import GatewayTransaction, Record, Unreadable
from integrations.connections.models import Connection
from integrations.events.models import GatewayFact, Source
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.record_fields import UNREADABLE
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from tenants.insert import insert_once

KIND = EffectKind.UNREADABLE
CODE = "unreadable_record"
# One look that finds more than this is no look: the gateway's format has changed, and a day of
# questions helps nobody. The look fails as a whole and its watermark stays.
MOST = 100
_ACH = frozenset({Source.ACH, Source.RETURNS, Source.DEPOSITS})
# Before the name of a record that has no readable number of its own.
_NAMELESS = "record-"
# Before the name of a batch summary: its number is no transaction's, and comes round again.
_SUMMARY = {Source.BATCHES: "batch-", Source.DEPOSITS: "deposit-"}
_NOUN = {Source.BATCHES: "batch", Source.DEPOSITS: "ACH deposit"}
_FIELDS = {
    "amount": "amount",
    "created": "date",
    "processed_date": "date",
    "settled": "settlement date",
    "settled_date": "settlement date",
    "returned_date": "date of return",
    "transaction_id": "number",
    "record": "contents",
    "when": "settlement date",
    "net_amount": "net",
    "deposit_date": "date",
    "fee_amount": "fee",
}


@dataclass(frozen=True)
class Place:
    """Where a record was told: which account, by which source, of which day of its zone."""

    source: Connection
    origin: Source
    day: date
    found_by: GatewayFact.SeenBy


@dataclass(frozen=True)
class Open:
    """An unreadable record that still waits for a person or a readable answer."""

    record_id: str
    """Empty where it has no readable number."""
    origin: Source
    day: date


def ask_all(records: Sequence[Unreadable], *, where: Place) -> tuple[str, ...]:
    """Park a row of its own for each of these records and open a case, once; their names.

    Inside the tenant transaction. What was asked before costs one look-up for all, and one
    that a person has dismissed stays dismissed.
    """
    named = {_name(one): one for one in records}
    asked = _asked(named, where=where)
    for name, one in named.items():
        if name not in asked:
            _ask(one, name=name, where=where, sentence=_sentence(one, where=where))
    return tuple(_name(one) for one in records)


def ask_about_batch(one: Unreadable, *, where: Place) -> str:
    """The same of the summary of a batch or ACH deposit, whose day is `where.day`."""
    number = one.record_id or _digest(one.record)
    noun = _NOUN[where.origin]
    article = "an" if noun.startswith("A") else "a"
    what = (
        f"{noun} {one.record_id}"
        if one.record_id
        else f"{article} {noun} without a readable number"
    )
    field = _FIELDS.get(one.field, one.field.replace("_", " "))
    sentence = (
        f"PayTrace tells {what} of {where.day:%B} {where.day.day}, {where.day.year}, and its "
        f"{field} cannot be read. Nothing of the {noun} is posted; every other {noun} is taken in."
    )
    name = f"{_SUMMARY[where.origin]}{number}-{where.day}"[:64]
    if not _asked([name], where=where):
        _ask(one, name=name, where=where, sentence=sentence)
    return name


def settle_batches(
    *, source: Connection, origin: Source, first_day: date, but: Collection[str]
) -> None:
    """The batches or ACH deposits since `first_day` were listed again: those of before that can be
    read now, or are not told any more."""
    gone = _parked(source.id).filter(transaction_id__startswith=_SUMMARY[origin])
    for effect in gone.exclude(transaction_id__in=but):
        told = ExceptionCase.objects.filter(effect_id=effect.id, state=ExceptionCase.State.OPEN)
        if told.filter(evidence__day__gte=first_day.isoformat()).exists():
            _end(effect, "They were read again, and PayTrace tells this record no more.")


def _asked(names: Collection[str], *, where: Place) -> set[str]:
    """Which of these records have a row that did not end by itself."""
    if not names:
        return set()
    found = _told(where.source.id).filter(transaction_id__in=list(names))
    return set(found.exclude(state=EffectState.NOTED).values_list("transaction_id", flat=True))


def _ask(one: Unreadable, *, name: str, where: Place, sentence: str) -> None:
    row = _row(one, name=name, where=where)
    if not insert_once(row):
        return
    outbox.park(row.id, code=CODE, sentence=sentence)
    cases.open_case(
        row.id,
        code=CODE,
        sentence=sentence,
        remedy=(
            "Look the record up in PayTrace. It is read again every night; choose ‘Look again’ "
            "once it is mended there, or dismiss it when you have booked it by hand."
        ),
        evidence={
            "origin": where.origin.value,
            "day": where.day.isoformat(),
            "record_id": one.record_id,
            "unreadable_field": one.field,
            "record": one.record,
        },
    )


def settle(readable: Sequence[GatewayTransaction], *, source: Connection) -> None:
    """What could not be read can be now: the question has answered itself."""
    names = open_names(source_id=source.id) & {one.transaction_id for one in readable}
    if names:
        for effect in _parked(source.id).filter(transaction_id__in=names):
            _end(effect, "PayTrace tells this record in full now.")


def settle_nameless(*, source: Connection, day: date, but: Collection[str]) -> None:
    """A day of card payments was read whole: its nameless records that were not told again. One
    of a bank payment is for a person: its lists are of other days, and their silence says nothing.
    """
    gone = _parked(source.id).filter(transaction_id__startswith=_NAMELESS)
    of_day = {"evidence__day": day.isoformat(), "evidence__record_id": ""}
    for effect in gone.exclude(transaction_id__in=but):
        told = ExceptionCase.objects.filter(effect_id=effect.id, state=ExceptionCase.State.OPEN)
        if told.filter(**of_day).exclude(evidence__origin__in=list(_ACH)).exists():
            _end(
                effect, "The day was read again whole, and PayTrace tells no such record any more."
            )


def open_names(*, source_id: uuid.UUID) -> set[str]:
    """The names of those that wait: few, and found by an index that holds nothing else."""
    return set(_parked(source_id).values_list("transaction_id", flat=True))


def open_ones(*, source_id: uuid.UUID) -> list[Open]:
    """Those that are still open, oldest first; batch summaries are listed anew every night."""
    found = ExceptionCase.objects.filter(
        effect__source_id=source_id, effect__kind=KIND, state=ExceptionCase.State.OPEN
    ).order_by("opened_at", "id")
    for prefix in _SUMMARY.values():
        found = found.exclude(effect__transaction_id__startswith=prefix)
    return [
        Open(
            record_id=str(told["record_id"]),
            origin=Source(told["origin"]),
            day=date.fromisoformat(told["day"]),
        )
        for told in found.values_list("evidence", flat=True)[:MOST]
    ]


def fetch(
    record_id: str, *, client: PayTraceClient, origin: Source
) -> Iterable[Record | AchTransaction]:
    """The record as it is told now; nothing where it is still unreadable or not known.

    Outside of transactions. Raises what the client raises.
    """
    try:
        found = (
            client.ach.transaction(record_id) if origin in _ACH else client.transaction(record_id)
        )
    except NeverWorks as error:
        if error.code != UNREADABLE:
            raise
        return
    if found is not None:
        yield found


def check_flood(count: int, *, day: date) -> None:
    """Raises NeverWorks when this is no single record any more."""
    if count > MOST:
        raise NeverWorks(
            f"More than {MOST} of PayTrace's records of {day:%B} {day.day} cannot be read, so "
            "this look is given up. Nothing is lost; tell our support.",
            code="paytrace.unreadable_records",
        )


def _told(source_id: uuid.UUID) -> QuerySet[Effect]:
    return Effect.objects.filter(source_id=source_id, kind=KIND)


def _parked(source_id: uuid.UUID) -> QuerySet[Effect]:
    return _told(source_id).filter(state=EffectState.PARKED)


def _name(one: Unreadable) -> str:
    return (one.record_id or _NAMELESS + _digest(one.record))[:64]


def _end(effect: Effect, sentence: str) -> None:
    outbox.begin_walk(effect.id)
    outbox.note(effect.id, code="readable", sentence=sentence)
    cases.resolve(effect.id, resolution=ExceptionCase.Resolution.BY_ITSELF)


def _row(one: Unreadable, *, name: str, where: Place) -> Effect:
    """Its amount where it can be read; 0 stands for one that cannot, and is never shown as one."""
    source = where.source
    if source.posts_to_id is None:
        raise LookupError("Records are asked about only for an account that posts somewhere")
    ended = _told(source.id).filter(transaction_id=name, state=EffectState.NOTED)
    key = effect_key(account=one.account, transaction_id=name, kind=KIND, n=1 + ended.count())
    return Effect(
        environment_id=source.environment_id,
        company_id=source.posts_to_id,
        source_id=source.id,
        effect_key=key,
        kind=KIND,
        transaction_id=name,
        amount=abs(one.amount.amount) if one.amount else Decimal(0),
        currency=one.amount.currency if one.amount else str(source.settings["currency"]),
        occurred_at=one.created_at or _noon(where),
        found_by=where.found_by,
        marker=marker_for(key),
    )


def _noon(where: Place) -> datetime:
    zone = ZoneInfo(str(where.source.settings["zone"]))
    return datetime.combine(where.day, time(12), tzinfo=zone)


def _sentence(one: Unreadable, *, where: Place) -> str:
    what = f"record {one.record_id}" if one.record_id else "a record without a readable number"
    field = _FIELDS.get(one.field, one.field.replace("_", " "))
    amount = f"It is over {one.amount}." if one.amount else "Its amount is not known."
    return (
        f"PayTrace tells {what} of {where.day:%B} {where.day.day}, {where.day.year}, and its "
        f"{field} cannot be read. {amount} Nothing was posted for it; everything else of that "
        "day is taken in."
    )


def _digest(record: object) -> str:
    told = json.dumps(record, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
