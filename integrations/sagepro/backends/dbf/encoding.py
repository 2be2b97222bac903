"""Values as bytes of a record, and the header of a new table. For tables of our own making.

Live tables are never written; the sample company's are made with this too.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from integrations.sagepro.columns import ColumnType

_VERSION = 0x30
# A Visual FoxPro header ends with room for the name of a database container.
_NO_CONTAINER = bytes(263)
_CODE_PAGE_MARKS = {"cp1252": 0x03, "cp437": 0x01, "cp850": 0x02}
_WIDTHS = {"Y": 8, "D": 8, "T": 8, "I": 4, "L": 1, "M": 4}
_JULIAN = 1_721_425
END_MARK = b"\x1a"


@dataclass(frozen=True)
class Shape:
    """The columns of a table to make: name → type."""

    columns: Mapping[str, ColumnType]
    code_page: str = "cp1252"

    @classmethod
    def of(cls, text: str) -> Shape:
        """Read `effkey C200, nlines I`."""
        pairs = (column.split() for column in text.split(", "))
        return cls({name: ColumnType.parse(kind) for name, kind in pairs})

    @property
    def record_size(self) -> int:
        return 1 + sum(width_of(kind) for kind in self.columns.values())

    @property
    def header_size(self) -> int:
        return 32 * (1 + len(self.columns)) + 1 + len(_NO_CONTAINER)


def width_of(kind: ColumnType) -> int:
    return _WIDTHS.get(kind.letter, kind.width)


def header(shape: Shape, *, count: int, on: date) -> bytes:
    """The header of a table with `count` records, last changed on that day."""
    has_memo = any(kind.letter == "M" for kind in shape.columns.values())
    start = struct.pack(
        "<BBBBLHH16xBB2x",
        _VERSION,
        on.year % 100,
        on.month,
        on.day,
        count,
        shape.header_size,
        shape.record_size,
        0x02 if has_memo else 0,
        _CODE_PAGE_MARKS.get(shape.code_page, 0x03),
    )
    return start + _fields(shape) + b"\x0d" + _NO_CONTAINER


def counted(*, count: int, on: date) -> bytes:
    """Bytes 1 to 7 of the header: when it changed, and how many records count."""
    return struct.pack("<BBBL", on.year % 100, on.month, on.day, count)


def _fields(shape: Shape) -> bytes:
    out, offset = b"", 1
    for name, kind in shape.columns.items():
        width = width_of(kind)
        decimals = 4 if kind.letter == "Y" else kind.decimals
        out += struct.pack(
            "<11s1sLBBB13x", name.upper().encode(), kind.letter.encode(), offset, width, decimals, 0
        )
        offset += width
    return out


def record(shape: Shape, values: Mapping[str, object]) -> bytes:
    """A record; what `values` leaves out is blank. Raises ValueError for what does not fit."""
    parts = [
        field(kind, values.get(name), code_page=shape.code_page)
        for name, kind in shape.columns.items()
    ]
    return b" " + b"".join(parts)


def field(kind: ColumnType, value: object, *, code_page: str) -> bytes:
    """One value as its column holds it. Raises ValueError when it does not fit."""
    if value is None:
        return bytes(width_of(kind)) if kind.letter in "YTIM" else b" " * width_of(kind)
    data = _encoded(kind, value, code_page)
    if len(data) > width_of(kind):
        raise ValueError(f"{value!r} is wider than {kind}")
    return data.ljust(width_of(kind))


def _encoded(kind: ColumnType, value: object, code_page: str) -> bytes:
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return f"{value:%Y%m%d}".encode()
    if kind.letter == "L":
        return b"T" if value else b"F"
    if kind.letter in "IMYN":
        return _number(kind, Decimal(str(value)))
    return str(value).encode(code_page)


def _number(kind: ColumnType, value: Decimal) -> bytes:
    if kind.letter == "N":
        return f"{value:.{kind.decimals}f}".rjust(kind.width).encode()
    if kind.letter == "Y":
        return int(value.scaleb(4)).to_bytes(8, "little", signed=True)
    return int(value).to_bytes(4, "little", signed=True)


def _moment(value: datetime) -> bytes:
    midnight = value.replace(hour=0, minute=0, second=0, microsecond=0)
    milliseconds = (value - midnight).seconds * 1000
    return struct.pack("<ll", value.toordinal() + _JULIAN, milliseconds)


def table(shape: Shape, rows: Sequence[Mapping[str, object]], *, on: date) -> bytes:
    """A whole table file."""
    records = b"".join(record(shape, row) for row in rows)
    return header(shape, count=len(rows), on=on) + records + END_MARK
