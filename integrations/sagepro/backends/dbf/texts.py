"""Values as the texts in which our tables carry them, and back, exactly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from integrations.sagepro.backends.dbf.decoding import blank_for
from integrations.sagepro.columns import ColumnType

_MONEY = 4


def text_of(kind: ColumnType, value: object) -> str:
    """`18.5000`, `3`, `2026-11-20`, `T`, or trimmed text; nothing for what is blank."""
    if kind.letter in "YNFB":
        decimals = _MONEY if kind.letter == "Y" else kind.decimals
        return f"{Decimal(str(value or 0)):.{decimals}f}"
    if kind.letter == "I":
        return str(int(str(value or 0)))
    if kind.letter == "L":
        return "T" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return str(value or "").strip(" ")


def value_of(kind: ColumnType, text: str) -> object:
    """The value as reading the column gives it."""
    if not text:
        return blank_for(kind.letter)
    if kind.letter in "YNFB":
        return Decimal(text)
    if kind.letter == "I":
        return int(text)
    if kind.letter == "L":
        return text == "T"
    return date.fromisoformat(text) if kind.letter == "D" else text


def stands(kind: ColumnType, value: object) -> object:
    """The value as the column will hold it."""
    return value_of(kind, text_of(kind, value))
