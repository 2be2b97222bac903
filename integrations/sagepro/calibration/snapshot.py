"""A test company's tables at one moment, as plain texts that can be compared and kept."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.sagepro import layout as layouts
from integrations.sagepro.layout import Layout

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

    @classmethod
    def from_bytes(cls, data: bytes) -> Snapshot:
        """What `to_bytes` made."""
        read = json.loads(zlib.decompress(data), parse_float=Decimal)
        return cls(layouts.from_json(read["layout"]), read["rows"], tuple(read["skipped"]))


def plain(value: Any) -> Value:
    """A database value as a snapshot holds it."""
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
