"""FoxPro column types as SQL ones, and the blank each of them holds instead of NULL."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, Boolean, DateTime, Integer, Numeric, String, Text
from sqlalchemy.types import TypeEngine

from integrations.sagepro.columns import ColumnType


def sql_type(kind: ColumnType) -> TypeEngine[Any]:
    """The SQL type of a FoxPro type in the SQL edition; money is numeric(18,4)."""
    types: dict[str, TypeEngine[Any]] = {
        "C": CHAR(kind.width),
        "V": String(kind.width),
        "M": Text(),
        "Y": Numeric(18, 4),
        "N": Numeric(max(kind.width, 1), kind.decimals),
        "I": Integer(),
        "L": Boolean(),
        "D": DateTime(),
        "T": DateTime(timezone=True),
    }
    return types[kind.letter]


def blank(kind: ColumnType, *, empty_date: date) -> object:
    """What FoxPro writes for nothing: spaces, 0, the empty date, false; never NULL."""
    if kind.is_text:
        return ""
    if kind.letter == "L":
        return False
    if kind.letter in "DT":
        return datetime.combine(empty_date, time())
    return 0 if kind.letter == "I" else Decimal(0)
