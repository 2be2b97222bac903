"""As much of FoxPro's engine as the model of our program needs: USE, RLOCK, REPLACE, INSERT.

It writes live tables of a *copy* and keeps no index, so it belongs to tests and nowhere else.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from integrations.canonical.errors import TryLater
from integrations.sagepro.backends.dbf import encoding, memo, ranges
from integrations.sagepro.backends.dbf.decoding import decoder_for
from integrations.sagepro.backends.dbf.header import Field, Header, read_header
from integrations.sagepro.backends.dbf.locks import holding
from integrations.sagepro.backends.dbf.ranges import Range
from integrations.sagepro.columns import ColumnType

NO_PATIENCE = timedelta(0)


class Table:
    """One table open in shared mode. Records are numbered from 1; deleted ones are skipped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("r+b", buffering=0)
        self._locks = ExitStack()
        self.header: Header = read_header(self._file.read(1 << 16), name=path.name)
        self._decoders: dict[str, Callable[[bytes], object]] = {}

    @property
    def count(self) -> int:
        self._file.seek(4)
        return int(struct.unpack("<L", self._file.read(4))[0])

    def numbers(self) -> list[int]:
        return [number for number, _ in self._records()]

    def texts(self, names: Sequence[str]) -> list[dict[str, str]]:
        """These columns of every record, trimmed; read in one go."""
        fields = [(name, self.header.by_name[name.upper()]) for name in names]
        return [
            {name: str(self._decoded(data, field)).strip() for name, field in fields}
            for _, data in self._records()
        ]

    def found(self, texts: Mapping[str, str]) -> list[int]:
        """LOCATE FOR ALLTRIM(column) == text, for all of these columns; read in one go."""
        fields = [(self.header.by_name[name.upper()], text) for name, text in texts.items()]
        return [
            number
            for number, data in self._records()
            if all(str(self._decoded(data, field)).strip() == text for field, text in fields)
        ]

    def _records(self) -> Iterator[tuple[int, bytes]]:
        count, size = self.count, self.header.record_size
        self._file.seek(self.header.size)
        data = self._file.read(count * size)
        for number in range(1, count + 1):
            record = data[(number - 1) * size : number * size]
            if record[:1] != b"*":
                yield number, record

    def value(self, number: int, name: str) -> object:
        """A column of a record: trimmed text, Decimal, date, bool."""
        return self._decoded(self._bytes(number), self.header.by_name[name.upper()])

    def text(self, number: int, name: str) -> str:
        return str(self.value(number, name)).strip()

    def replace(self, number: int, values: Mapping[str, object]) -> None:
        """REPLACE ... FLUSH"""
        header = self.header
        for name, value in values.items():
            field = header.by_name[name.upper()]
            given = self._given(field, {name.lower(): value})
            data = encoding.field(_type(field), given, code_page="cp1252")
            self._file.seek(header.end_of(number - 1) + field.offset)
            self._file.write(data)

    def insert(self, values: Mapping[str, object]) -> int:
        """INSERT INTO: the record, then the count, under the header lock."""
        with holding(self._file, ranges.APPEND, patience=timedelta(5), what="header"):
            header, count = self.header, self.count
            row = b" " + b"".join(
                encoding.field(_type(field), self._given(field, values), code_page="cp1252")
                for field in header.fields
            )
            self._file.seek(header.end_of(count))
            self._file.write(row + encoding.END_MARK)
            self._file.seek(4)
            self._file.write(struct.pack("<L", count + 1))
            return count + 1

    def _given(self, field: Field, values: Mapping[str, object]) -> object:
        """The value of a column; of a memo the block that its text was written to."""
        value = values.get(field.name.lower())
        return self._add_memo(value) if field.letter == "M" and isinstance(value, str) else value

    def _add_memo(self, text: str) -> int | None:
        """Append a block to the memo file, as FoxPro does: the text, then where the next begins."""
        if not text:
            return None
        data = text.encode("cp1252")
        with self.path.with_suffix(".FPT").open("r+b", buffering=0) as memos:
            free, size = struct.unpack(">LxxH", memos.read(8))
            blocks = -(-(len(data) + 8) // size)
            memos.seek(free * size)
            memos.write((struct.pack(">LL", 1, len(data)) + data).ljust(blocks * size, b"\0"))
            memos.seek(0)
            memos.write(struct.pack(">L", free + blocks))
        return int(free)

    def delete(self, number: int) -> None:
        self._file.seek(self.header.end_of(number - 1))
        self._file.write(b"*")

    def blank(self) -> dict[str, object]:
        """SCATTER MEMVAR BLANK: numbers are 0, the rest is empty."""
        zeros = {"N": 0, "F": 0, "Y": 0, "I": 0, "B": 0}
        return {field.name.lower(): zeros.get(field.letter) for field in self.header.fields}

    def rlock(self, number: int) -> bool:
        return self._lock(ranges.record(self.header, number))

    def flock(self, patience: timedelta = NO_PATIENCE) -> bool:
        return self._lock(ranges.WHOLE_FILE, patience)

    def unlock(self) -> None:
        self._locks.close()

    def close(self) -> None:
        self.unlock()
        self._file.close()

    def _lock(self, range_: Range, patience: timedelta = NO_PATIENCE) -> bool:
        try:
            what = self.path.name
            self._locks.enter_context(holding(self._file, range_, patience=patience, what=what))
        except TryLater:
            return False
        return True

    def _decoded(self, record: bytes, field: Field) -> object:
        data = record[field.offset : field.offset + field.width]
        if field.letter == "M":
            block = memo.pointer(data)
            text = memo.read_memo(self.path, block) if block else b""
            return text.decode("cp1252").strip(" \0")
        decode = self._decoders.get(field.name)
        if decode is None:
            decode = decoder_for(field, wanted=field.letter, code_page="cp1252")
            self._decoders[field.name] = decode
        return decode(data)

    def _bytes(self, number: int) -> bytes:
        header = self.header
        self._file.seek(header.end_of(number - 1))
        return self._file.read(header.record_size)


def _type(field: Field) -> ColumnType:
    return ColumnType(field.letter, field.width, field.decimals)


def as_date(value: object) -> date:
    assert isinstance(value, date)
    return value
