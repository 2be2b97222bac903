"""Making the sample company as FoxPro tables in a folder: the same records as in SQL.

The tables have no index, so programs that only read them, and tests that play Sage Pro, may use
them freely. They are not for a real Sage Pro.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from integrations.canonical.errors import NeverWorks
from integrations.sagepro.backends.dbf.encoding import Shape, table
from integrations.sagepro.columns import ColumnType
from integrations.sagepro.sample.content import COMPANY, Record, SampleBooks
from integrations.sagepro.sample.schema import TABLES

SYSTEM_TABLES = frozenset({"sycdfis", "sysdata", "syccomp", "sycrlst"})
_BLOCK = 64
_MEMO_TEXT = 1


def create_foxpro_company(folder: Path, *, today: date) -> None:
    """Write every table of the sample company as of `today` into an existing folder.

    Raises NeverWorks when a table is there already.
    """
    records = SampleBooks(today).tables
    for name, columns in TABLES.items():
        if name == "ptpost":
            continue  # ours, made when the site is prepared
        shape = Shape({column: ColumnType.parse(kind) for column, kind in columns})
        path = folder / file_name(name)
        if path.exists():
            raise NeverWorks(
                "This folder already holds a Sage Pro company.",
                code="sage.sample_exists",
                remedy="Use an empty folder.",
            )
        write_table(path, shape, [_filled(shape, row) for row in records[name]], today=today)


def file_name(name: str) -> str:
    """`ARMAST01.DBF`; system tables have no company number."""
    return f"{name}{'' if name in SYSTEM_TABLES else COMPANY}.dbf".upper()


def write_table(
    path: Path, shape: Shape, rows: Sequence[Mapping[str, object]], *, today: date
) -> None:
    """Write a table and, if it has memo columns, its memo file."""
    memos = _Memos(shape.code_page)
    kept = [memos.pointed(shape, row) for row in rows]
    path.write_bytes(table(shape, kept, on=today))
    if any(kind.letter == "M" for kind in shape.columns.values()):
        path.with_suffix(".FPT").write_bytes(memos.file())


def _filled(shape: Shape, row: Record) -> Record:
    """Numbers are 0 and never blank, as Sage Pro writes them."""
    zeros = {name: 0 for name, kind in shape.columns.items() if kind.letter in "NIY"}
    return {**zeros, **row}


class _Memos:
    """Collects memo texts; a block number stands in the record."""

    def __init__(self, code_page: str) -> None:
        self._code_page = code_page
        self._blocks = b""

    def pointed(self, shape: Shape, row: Mapping[str, object]) -> Mapping[str, object]:
        texts = {
            name: str(row[name])
            for name, kind in shape.columns.items()
            if kind.letter == "M" and row.get(name)
        }
        return {**row, **{name: self._add(text) for name, text in texts.items()}}

    def _add(self, text: str) -> int:
        data = text.encode(self._code_page)
        number = (512 + len(self._blocks)) // _BLOCK
        entry = struct.pack(">LL", _MEMO_TEXT, len(data)) + data
        self._blocks += entry.ljust(-(-len(entry) // _BLOCK) * _BLOCK, b"\0")
        return number

    def file(self) -> bytes:
        end = (512 + len(self._blocks)) // _BLOCK
        return struct.pack(">LHH504x", end, 0, _BLOCK) + self._blocks
