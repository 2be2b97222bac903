"""A test company's tables at one moment, as plain texts that can be compared and kept."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.sagepro import layout as layouts
from integrations.sagepro.layout import Layout

_MOST_BYTES = 512 * 1024 * 1024
"""Unpacked. A test company has a few; what comes from another machine is not believed to be."""
Value = str | None
"""Text without trailing blanks, a number without trailing zeros, an ISO date, `true`; NULL."""
Row = dict[str, Value]
"""One record by physical column."""


@dataclass(frozen=True)
class Snapshot:
    """Rows by physical table, and what was left out and why."""

    layout: Layout
    rows: Mapping[str, list[Row]]
    skipped: tuple[str, ...] = field(default=())

    def to_bytes(self) -> bytes:
        """Compressed, for keeping until the next one is taken."""
        data = {
            "layout": layouts.to_json(self.layout),
            "rows": self.rows,
            "skipped": list(self.skipped),
        }
        return zlib.compress(json.dumps(data, separators=(",", ":")).encode())

    def to_text(self) -> str:
        """The same where only text travels."""
        return base64.b64encode(self.to_bytes()).decode()

    @classmethod
    def from_text(cls, text: str) -> Snapshot:
        """What `to_text` made. Raises ValueError for anything else."""
        try:
            unpacker = zlib.decompressobj()
            data = unpacker.decompress(base64.b64decode(text, validate=True), _MOST_BYTES)
            if not unpacker.eof:
                raise ValueError("A snapshot that does not end")
            return cls._read(data)
        except (binascii.Error, zlib.error, KeyError, TypeError, RecursionError) as error:
            raise ValueError("Not a snapshot") from error

    @classmethod
    def from_bytes(cls, data: bytes) -> Snapshot:
        """What `to_bytes` made."""
        return cls._read(zlib.decompress(data))

    @classmethod
    def _read(cls, data: bytes) -> Snapshot:
        read = json.loads(data, parse_float=Decimal)
        return cls(layouts.from_json(read["layout"]), read["rows"], tuple(read["skipped"]))


def plain(value: Any) -> Value:
    """A database value as a snapshot holds it."""
    if isinstance(value, str):
        return value.rstrip(" ")
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return format_number(Decimal(value))
    return str(value).rstrip(" ")


def format_number(value: Decimal) -> str:
    """`740` for 740.0000, `0` for nothing."""
    return f"{value.normalize():f}" if value else "0"
