"""Writing one of our own tables: locks as FoxPro's, a record before it is counted, fsync.

Refuses any file that is not one of ours, so that no live table is ever opened for writing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from io import FileIO
from pathlib import Path

from integrations.canonical.errors import OutcomeUnknown, TryLater
from integrations.sagepro.backends.dbf import encoding
from integrations.sagepro.backends.dbf.encoding import END_MARK, Shape
from integrations.sagepro.backends.dbf.folder import away, look
from integrations.sagepro.backends.dbf.header import Header, read_header
from integrations.sagepro.backends.dbf.locks import holding
from integrations.sagepro.backends.dbf.ranges import APPEND
from integrations.sagepro.backends.dbf.staging_shape import SHAPES
from integrations.sagepro.backends.sentences import schema_changed

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_COUNT_AT = 1


class OwnTable:
    """An open table of ours. Made by `open_own`; the caller holds the staging lock."""

    def __init__(self, file: FileIO, shape: Shape, *, name: str, patience: timedelta) -> None:
        self.file = file
        self.name = name
        self._shape = shape
        self._patience = patience
        self.header = self._read_header()
        names = {field.name.lower(): (field.letter, field.width) for field in self.header.fields}
        wanted = {
            column: (kind.letter, encoding.width_of(kind)) for column, kind in shape.columns.items()
        }
        if names != wanted:
            raise schema_changed(f"{name} is not the table this version of Tieout makes.")

    def count(self) -> int:
        """How many records count now."""
        self.header = self._read_header()
        return self.header.count

    def identity(self) -> tuple[int, int]:
        """Which file this is; another one after it was restored from a copy."""
        status = os.fstat(self.file.fileno())
        return status.st_dev, status.st_ino

    def append(self, rows: Sequence[Mapping[str, object]], *, today: date) -> int:
        """Add records and give the number of the first.

        A crash before the count leaves bytes that do not count; the next append writes over
        them. Raises TryLater when nothing counts, OutcomeUnknown when only the last step failed.
        """
        with holding(self.file, APPEND, patience=self._patience, what=self.name):
            before = self.count()
            data = b"".join(encoding.record(self._shape, row) for row in rows)
            with _nothing_counts():
                self._write(self.header.end_of(before), data + END_MARK)
            with _may_count():
                start = encoding.counted(count=before + len(rows), on=today)
                self._write(_COUNT_AT, start)
            return before + 1

    def change(self, number: int, values: Mapping[str, object]) -> None:
        """Set columns of one record. Raises OutcomeUnknown when the disk refused."""
        at = self.header.end_of(number - 1)
        data = bytearray(self._read(at, self.header.record_size))
        for name, value in values.items():
            field = self.header.by_name[name.upper()]
            kind = self._shape.columns[name]
            new = encoding.field(kind, value, code_page=self._shape.code_page)
            data[field.offset : field.offset + field.width] = new
        with _may_count():
            self._write(at, bytes(data))

    def row(self, number: int) -> dict[str, object]:
        """The record of that number, by column name: trimmed text, int, date or bool."""
        data = self._read(self.header.end_of(number - 1), self.header.record_size)
        return decoded(self._shape, self.header, data)

    def rows(self, first: int, count: int) -> list[dict[str, object]]:
        """Records from a number on, read in one go."""
        size = self.header.record_size
        data = self._read(self.header.end_of(first - 1), size * count)
        return [
            decoded(self._shape, self.header, data[at : at + size])
            for at in range(0, size * count, size)
        ]

    def _read_header(self) -> Header:
        return read_header(self._read(0, self._shape.header_size), name=self.name)

    def _read(self, at: int, size: int) -> bytes:
        try:
            self.file.seek(at)
            data = self.file.read(size)
        except OSError as error:
            raise away() from error
        if len(data) < size:
            raise schema_changed(f"{self.name} is shorter than its header says.")
        return data

    def _write(self, at: int, data: bytes) -> None:
        self.file.seek(at)
        while data:
            # A disk that is nearly full takes a part, and refuses the rest at the next call.
            data = data[self.file.write(data) :]
        os.fsync(self.file.fileno())


def decoded(shape: Shape, header: Header, data: bytes) -> dict[str, object]:
    values: dict[str, object] = {}
    for field in header.fields:
        raw, name = data[field.offset : field.offset + field.width], field.name.lower()
        letter = shape.columns[name].letter
        values[name] = _value(letter, raw, shape.code_page)
    return values


def _value(letter: str, raw: bytes, code_page: str) -> object:
    if letter == "I":
        return int.from_bytes(raw, "little", signed=True)
    if letter == "L":
        return raw == b"T"
    text = raw.decode(code_page, "replace").strip(" \0")
    if letter == "D":
        return date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}") if text else None
    return text


@contextmanager
def open_own(folder: Path, table: str, *, company: str, patience: timedelta) -> Iterator[OwnTable]:
    """Open one of our tables for reading and writing.

    Raises FixConfiguration when it is not there or not ours, TryLater when out of reach.
    """
    name = file_name(table, company=company)
    path = look(folder, name)
    if path is None:
        raise schema_changed(f"Our table {name} is not in the company's folder.")
    try:
        # Without a buffer of our own, what is read is what is there.
        file = path.open("r+b", buffering=0)
    except OSError as error:
        raise away() from error
    with file:
        yield OwnTable(file, SHAPES[table], name=name, patience=patience)


def create_own(folder: Path, table: str, *, company: str, today: date) -> bool:
    """Make one of our tables, empty; False when it is there already."""
    name = file_name(table, company=company)
    if look(folder, name):
        return False
    with (folder / name).open("xb") as file:
        file.write(encoding.table(SHAPES[table], [], on=today))
        file.flush()
        os.fsync(file.fileno())
    return True


def file_name(table: str, *, company: str) -> str:
    """`PTPOST01.DBF`. Raises KeyError for a table that is not ours."""
    SHAPES[table]
    return f"{table}{company}.dbf".upper()


@contextmanager
def _nothing_counts() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise TryLater(
                "The disk of the Sage Pro company is full; nothing was handed over.",
                code="sage.disk_full",
                remedy="Free some space on the disk that holds the company's folder.",
            ) from error
        raise away() from error


@contextmanager
def _may_count() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutcomeUnknown(
            "The company's folder failed while our staging table was written.",
            code="sage.commit_lost",
            remedy="Ask again: the answer is read from the table.",
        ) from error
