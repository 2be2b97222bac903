"""FoxPro column types as SQL ones, and the blank each of them holds instead of NULL."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CHAR,
    VARCHAR,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Numeric,
    String,
    Text,
    cast,
)
from sqlalchemy.types import TypeEngine

from integrations.sagepro.columns import ColumnType


class _PlainKey(VARCHAR):
    """A key to search for, sent to SQL Server as plain text of the column's own kind.

    Its driver writes every text as Unicode, and a Unicode value against a plain column makes
    the server read the whole table instead of its index, and wait for any row locked in it.
    Never narrower than the key: a cut one would find another document.
    """

    def bind_expression(self, bindvalue: BindParameter[Any]) -> ColumnElement[Any]:
        return cast(bindvalue, VARCHAR(400))


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
        # Servers before 2008 know no datetimeoffset; the company's clock says the moment.
        "T": DateTime(timezone=True).with_variant(DateTime(), "mssql"),
    }
    return types[kind.letter]


@lru_cache
def key_type(kind: ColumnType) -> TypeEngine[Any]:
    """The type of a value that a text column of this kind is compared with."""
    return sql_type(kind).with_variant(_PlainKey(), "mssql")


def blank(kind: ColumnType, *, empty_date: date) -> object:
    """What FoxPro writes for nothing: spaces, 0, the empty date, false; never NULL."""
    if kind.is_text:
        return ""
    if kind.letter == "L":
        return False
    if kind.letter in "DT":
        return datetime.combine(empty_date, time())
    return 0 if kind.letter == "I" else Decimal(0)
