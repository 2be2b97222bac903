"""One table as it stood when it was read: its bytes, and records decoded only when asked for.

A table is read in one go, without a lock: FoxPro writes a record before it counts it, so every
counted record is whole. The header is the first thing read, so later appends are not seen.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from integrations.canonical.errors import TryLater
from integrations.sagepro.backends.dbf.folder import away
from integrations.sagepro.backends.dbf.header import START_SIZE, Field, Header, read_header

_DELETED = ord("*")
_ATTEMPTS = 3
Index = Mapping[bytes, Sequence[int]]


@dataclass(frozen=True)
class Sign:
    """Differs after any change that a cheap look at a file can see."""

    start: bytes
    """The header's first bytes: version, date of the last change, record count."""
    size: int
    changed_ns: int


def sign_of(path: Path) -> Sign:
    """The sign of a file as it is now. Raises TryLater when it is out of reach."""
    try:
        with path.open("rb") as file:
            start = file.read(START_SIZE)
            status = os.fstat(file.fileno())
    except OSError as error:
        raise away() from error
    return Sign(start, status.st_size, status.st_mtime_ns)


class Image:
    """The bytes of a table and where its records are."""

    def __init__(self, data: bytes, *, name: str) -> None:
        self.name = name
        self.data = data
        self.header: Header = read_header(data, name=name)
        if self.header.end_of(self.header.count) > len(data):
            raise _incomplete(self.header, len(data), name)
        self._first, self._step = self.header.size, self.header.record_size
        self._indexes: dict[str, Index] = {}

    def records(self) -> Iterator[int]:
        """Numbers, from 1, of the records that are not deleted."""
        start, step = self.header.size, self.header.record_size
        for number, at in enumerate(range(start, self.header.end_of(self.header.count), step), 1):
            if self.data[at] != _DELETED:
                yield number

    def at(self, number: int) -> int:
        """Where the record of that number begins; its first byte is the delete mark."""
        return self._first + (number - 1) * self._step

    def index(self, field: Field) -> Index:
        """Trimmed bytes of a text column → numbers of the records that hold them."""
        if field.name not in self._indexes:
            self._indexes[field.name] = self._make_index(field)
        return self._indexes[field.name]

    def _make_index(self, field: Field) -> Index:
        found: dict[bytes, list[int]] = {}
        data, width = self.data, field.width
        for number in self.records():
            at = self.at(number) + field.offset
            found.setdefault(data[at : at + width].strip(b" \0"), []).append(number)
        return found

    def is_null(self, number: int, field: Field) -> bool:
        flags = self.header.null_flags
        if field.null_bit < 0 or flags is None:
            return False
        byte = self.data[self.at(number) + flags.offset + field.null_bit // 8]
        return bool(byte >> field.null_bit % 8 & 1)


def read_image(path: Path) -> tuple[Sign, Image]:
    """Read a table now, again if it was caught half-written, and its sign from before.

    Raises TryLater when it is out of reach or holds fewer records than its header says, and
    FixConfiguration when it is no FoxPro table.
    """
    for attempt in range(_ATTEMPTS):
        sign = sign_of(path)
        try:
            return sign, Image(_read(path), name=path.name)
        except TryLater:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise away() from error


def _incomplete(header: Header, length: int, name: str) -> TryLater:
    whole = max(0, (length - header.size) // header.record_size)
    return TryLater(
        f"{name} says it has {header.count:,} records and holds {whole:,}: it is just being "
        "written, or it is damaged.",
        code="sage.table_incomplete",
        remedy="If this stays, open the table in Sage Pro or restore it from a backup.",
    )


def columns_of(fields: Sequence[Field]) -> struct.Struct:
    """A pattern that takes these fields, in their order in the file, out of a record."""
    pattern, end = "<", 0
    for field in fields:
        pattern += f"{field.offset - end}x{field.width}s"
        end = field.offset + field.width
    return struct.Struct(pattern)
