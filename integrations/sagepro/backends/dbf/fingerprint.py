"""What the mapped tables look like, and what has changed since they were calibrated, in words."""

from __future__ import annotations

import hashlib
import json

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.backends.dbf.header import Field
from integrations.sagepro.backends.dbf.snapshot import Snapshot
from integrations.sagepro.backends.sentences import schema_changed
from integrations.sagepro.layout import Fact, Layout, changes, in_short, layout_of


def facts(live: Snapshot) -> list[Fact]:
    """Table, column, type letter, sizes and nullability. Raises as `Snapshot.header` does."""
    found = []
    for table in sorted({*live.profile.all_tables} - {"postings"}):
        name = live.profile.physical_table(table).lower()
        found += [fact(name, field) for field in live.header(table).fields]
    return sorted(found)


def fact(table: str, field: Field) -> Fact:
    """One column of a file as a fingerprint and a layout know it."""
    is_text = field.letter in "CVQ"
    width = str(field.width)
    nullable = "YES" if field.null_bit >= 0 else "NO"
    sizes = (width, "", "") if is_text else ("", width, str(field.decimals))
    return (table, field.name.lower(), field.letter, *sizes, nullable)


def digest(found: list[Fact]) -> str:
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def what_changed(found: list[Fact], *, expected: Layout | None) -> FixConfiguration:
    """The error that stops a posting to tables that are not `expected` any more."""
    if expected is None:
        return schema_changed("Sage Pro's tables have changed since the calibration.")
    return schema_changed(
        "Sage Pro's tables have changed, so nothing was handed over. "
        + in_short(changes(expected, layout_of(found)))
    )
