"""The byte ranges that FoxPro locks, all far beyond the end of a table file.

Taken from an independent xBase engine's Visual FoxPro mode, and tried against it in both
directions; Microsoft documents none of it. A table with a structural compound index uses other
ranges. Our own tables have none, so these are theirs.
"""

from __future__ import annotations

from integrations.sagepro.backends.dbf.header import Header

Range = tuple[int, int]
"""Start and length in bytes."""

_BASE = 0x40000000
APPEND: Range = (_BASE, 1)
"""Held while a record is added (FoxPro locks the header)."""
WHOLE_FILE: Range = (_BASE + 1, 0x3FFFFFFD)
"""FLOCK(): nobody else may lock or change a record."""


def record(header: Header, number: int) -> Range:
    """RLOCK() of the record of that number, from 1."""
    return _BASE + header.end_of(number - 1), 1
