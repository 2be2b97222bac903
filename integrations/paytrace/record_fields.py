"""The fields of PayTrace's records as texts, ids, money and moments. Pure.

Where a field that is needed cannot be read, NeverWorks names it, with the code `UNREADABLE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from integrations.canonical.card_scan import contains_card_number
from integrations.canonical.errors import NeverWorks
from integrations.canonical.identifiers import is_identifier
from integrations.canonical.money import Money, without_separators
from integrations.paytrace.moments import parse_day, parse_moment

Json = Mapping[str, Any]
UNREADABLE = "paytrace.unreadable_record"
IDS = ("transaction_id", "id", "batch_number", "batch_num", "batchnum", "deposit_id")
_SHORTEST_CARD = 13


@dataclass(frozen=True)
class Reading:
    """How one account's answers are read: whose they are, in which zone and currency."""

    account: str
    zone: ZoneInfo
    currency: str


def text_of(raw: Json, *names: str) -> str:
    """The first of these fields that says something, as trimmed text; ids may be numbers."""
    for name in names:
        value = raw.get(name)
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            text = str(value).strip()
            if text:
                return text
    return ""


def id_of(raw: Json, *names: str) -> str:
    """The same of an id; empty where somebody's card number stands in its place."""
    text = text_of(raw, *names)
    # Nearly every id is shorter than any card number.
    if len(text) < _SHORTEST_CARD or is_identifier(names[0], text):
        return text
    return "" if contains_card_number(text.encode("utf-8", "replace")) else text


def object_of(raw: Json, *names: str) -> Json:
    """The first of these fields that is an object; an empty one otherwise."""
    values = (raw.get(name) for name in names)
    return next((value for value in values if isinstance(value, Mapping)), {})


def required_id(raw: Json, *names: str) -> str:
    """The same as `id_of`. Raises NeverWorks naming the first field when there is none."""
    text = id_of(raw, *names)
    if not text:
        raise unreadable_record(raw, names[0])
    return text


def required_text(raw: Json, *names: str) -> str:
    """The same as `text_of`. Raises NeverWorks naming the first field when all are empty."""
    text = text_of(raw, *names)
    if not text:
        raise unreadable_record(raw, names[0])
    return text


def amount_of(raw: Json, reading: Reading, *names: str) -> Money:
    """The export sends a number, other fields a string (PayTrace help: json-export-tranx-date)."""
    text = required_text(raw, *names)
    try:
        return Money(Decimal(without_separators(text)), reading.currency)
    except (InvalidOperation, ValueError):
        pass
    raise unreadable_record(raw, names[0])


def amount_if_told(raw: Json, reading: Reading, *names: str) -> Money | None:
    return amount_of(raw, reading, *names) if text_of(raw, *names) else None


def count_of(raw: Json, *names: str) -> int:
    text = required_text(raw, *names)
    if not (text.isascii() and text.isdigit()):
        raise unreadable_record(raw, names[0])
    return int(text)


def count_if_told(raw: Json, *names: str) -> int | None:
    return count_of(raw, *names) if text_of(raw, *names) else None


def created_at_of(raw: Json, reading: Reading) -> datetime:
    """Exports nest it (`created.at`); a flat `created` is read too."""
    text = text_of(object_of(raw, "created"), "at") or text_of(raw, "created")
    moment = moment_of({**raw, "created": text}, "created", reading)
    if moment is None:
        raise unreadable_record(raw, "created")
    return moment


def day_of(raw: Json, name: str, reading: Reading) -> date | None:
    """A day of the account's zone, from a date or a time; None when empty."""
    text = text_of(raw, name)
    try:
        return parse_day(text) if text else None
    except ValueError:
        moment = moment_of(raw, name, reading)
    return moment.astimezone(reading.zone).date() if moment else None


def moment_of(raw: Json, name: str, reading: Reading) -> datetime | None:
    """An aware time; None when empty. Raises NeverWorks naming the field."""
    text = text_of(raw, name)
    if not text:
        return None
    try:
        return parse_moment(text, zone=reading.zone)
    except ValueError:
        pass
    raise unreadable_record(raw, name)


def unreadable_record(raw: Json, name: str) -> NeverWorks:
    """Which record it is, and which field of it cannot be read."""
    which = text_of(raw, *IDS) or "without an id"
    return NeverWorks(
        f"PayTrace record {which} has no readable {name}.",
        code=UNREADABLE,
        field=name,
    )
