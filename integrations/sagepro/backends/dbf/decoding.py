"""Bytes of a record as values: text, Decimal, date, bool, int. Never a float for money."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from integrations.sagepro.backends.dbf.header import Field

Decoder = Callable[[bytes], object]

_ZERO = Decimal(0)
# FoxPro's day numbers are Julian; Python's ordinals begin 1721425 days later.
_JULIAN = 1_721_425
_KINDS = {"C": "CV", "V": "CV", "M": "M", "L": "L", "D": "DT", "T": "T"}
_NUMBERS = "NFYIB"


class UnreadableError(ValueError):
    """The bytes are no value of the column's type; the text shows them."""


def fits(wanted: str, field: Field) -> bool:
    """Whether a column of the file can be read as the type letter a profile names."""
    return field.letter in _KINDS.get(wanted, _NUMBERS)


def decoder_for(field: Field, *, wanted: str, code_page: str) -> Decoder:
    """How to read this field; memo fields are read elsewhere. A blank number is 0."""
    if wanted in "CV":
        # Bytes the code page does not define show as a replacement mark; the rest stays readable.
        return lambda data: data.strip(b" \0").decode(code_page, "replace")
    if wanted == "D":
        return _day if field.letter == "D" else _day_of_moment
    if wanted == "T":
        return _moment
    if wanted == "L":
        return lambda data: data in b"TtYy"
    number = _NUMBER_DECODERS[field.letter]
    return (lambda data: int(number(data))) if wanted == "I" else number


@lru_cache(maxsize=4096)
def _day(data: bytes) -> date | None:
    if not data.strip(b" \0"):
        return None
    try:
        return date(int(data[:4]), int(data[4:6]), int(data[6:8]))
    except ValueError:
        raise UnreadableError(_shown(data)) from None


def _moment(data: bytes) -> datetime | None:
    days, milliseconds = struct.unpack("<ll", data)
    if days <= _JULIAN:
        return None
    midnight = datetime.fromordinal(days - _JULIAN).replace(tzinfo=UTC)
    return midnight + timedelta(milliseconds=milliseconds)


def _day_of_moment(data: bytes) -> date | None:
    moment = _moment(data)
    return moment.date() if moment else None


def _digits(data: bytes) -> Decimal:
    text = data.strip(b" \0")
    if not text:
        return _ZERO
    try:
        value = Decimal(text.decode("ascii"))
    except (InvalidOperation, UnicodeDecodeError):
        raise UnreadableError(_shown(data)) from None
    if not value.is_finite():
        raise UnreadableError(_shown(data))
    return value


def _currency(data: bytes) -> Decimal:
    return Decimal(int.from_bytes(data, "little", signed=True)).scaleb(-4)


def _integer(data: bytes) -> Decimal:
    return Decimal(int.from_bytes(data, "little", signed=True))


def _double(data: bytes) -> Decimal:
    return Decimal(repr(struct.unpack("<d", data)[0]))


_NUMBER_DECODERS: dict[str, Callable[[bytes], Decimal]] = {
    "N": _digits,
    "F": _digits,
    "Y": _currency,
    "I": _integer,
    "B": _double,
}


def _shown(data: bytes) -> str:
    return data.decode("ascii", "replace").strip()


def blank_for(wanted: str) -> object:
    """What NULL reads as: the same as blank, which is what Sage Pro writes."""
    if wanted in "CVM":
        return ""
    if wanted in "DT":
        return None
    return False if wanted == "L" else 0 if wanted == "I" else _ZERO
