"""What stands at the beginning of a DBF file: version, record count, fields.

Layout as documented by Microsoft for Visual FoxPro's table files, and seen in files of 0x30
(plain), 0x31 (with autoincrement) and 0x32 (with Varchar); FoxPro 2.x tables are 0x03 and 0xF5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from integrations.canonical.errors import FixConfiguration

VERSIONS = frozenset({0x03, 0x30, 0x31, 0x32, 0xF5})
_START = struct.Struct("<BBBBLHH16xBB2x")
_FIELD = struct.Struct("<11sc4xBBB13x")
_END_OF_FIELDS = 0x0D
_HAS_INDEX, _NULLABLE, _SYSTEM = 0x01, 0x02, 0x01
START_SIZE = _START.size
LONGEST = 16_384
"""More bytes than the header of a table with 255 columns has."""


@dataclass(frozen=True)
class Field:
    """One column as the file declares it; `offset` counts from the record's delete mark."""

    name: str
    letter: str
    width: int
    decimals: int
    offset: int
    null_bit: int = -1
    """Its bit in the hidden _NullFlags field; -1 when it cannot be NULL."""


@dataclass(frozen=True)
class Header:
    """The declared shape of one table. `changed_on` is None where the bytes are no date."""

    version: int
    changed_on: date | None
    count: int
    size: int
    record_size: int
    has_index: bool
    """A structural compound index (.CDX) belongs to it: FoxPro then locks other byte ranges."""
    fields: tuple[Field, ...]

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def null_flags(self) -> Field | None:
        return next((field for field in self.fields if field.letter == "0"), None)

    def end_of(self, count: int) -> int:
        """Where the record after `count` records begins."""
        return self.size + count * self.record_size


def read_header(data: bytes, *, name: str) -> Header:
    """The header of a table file. Raises FixConfiguration for anything else, naming the file."""
    if len(data) < START_SIZE or data[0] not in VERSIONS:
        raise not_a_table(name)
    version, year, month, day, count, size, record_size, flags, _ = _START.unpack_from(data)
    if size > len(data) or size <= START_SIZE:
        raise not_a_table(name)
    fields = tuple(_fields(data[START_SIZE:size]))
    if not fields or fields[-1].offset + fields[-1].width > record_size:
        raise not_a_table(name)
    return Header(
        version=version,
        changed_on=_changed_on(year, month, day),
        count=count,
        size=size,
        record_size=record_size,
        has_index=bool(flags & _HAS_INDEX),
        fields=fields,
    )


def _fields(data: bytes) -> Iterator[Field]:
    offset, bit = 1, 0
    for at in range(0, len(data) - _FIELD.size + 1, _FIELD.size):
        if data[at] == _END_OF_FIELDS:
            return
        raw, letter, width, decimals, flags = _FIELD.unpack_from(data, at)
        name = raw.split(b"\0")[0].decode("ascii", "replace").upper()
        kind = letter.decode("ascii", "replace")
        if kind in "VQ":
            bit += 1  # says whether the last byte is the length
        is_nullable = bool(flags & _NULLABLE) and not flags & _SYSTEM
        yield Field(name, kind, width, decimals, offset, bit if is_nullable else -1)
        bit += is_nullable
        offset += width


def _changed_on(year: int, month: int, day: int) -> date | None:
    try:
        return date((2000 if year < 80 else 1900) + year, month, day)
    except ValueError:
        return None


def not_a_table(name: str) -> FixConfiguration:
    return FixConfiguration(
        f"{name} is not a FoxPro table, or its header is damaged.",
        code="sage.not_a_table",
        remedy="Open the table in Sage Pro; if that fails too, restore it from a backup.",
    )
