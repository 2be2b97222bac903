"""Columns that may hold card data, passwords or licences: never mapped, never read.

The names of real Sage Pro sites (cc_num, cc_exp, ccno, ccdate, password, dlno, dldate) stand
beside the words every gateway uses.
"""

from __future__ import annotations

from integrations.canonical.field_names import compact, is_secret

_NAMES = frozenset({b"ccexp", b"ccbill", b"ccdate", b"ccno", b"ccnum", b"dlno", b"dldate"})
_BEGINNINGS = (b"card", b"crcard", b"creditcard", b"ccard", b"taxid", b"fedid")


def is_sensitive(column: str) -> bool:
    """Whether a column of this name is left alone, whatever it holds."""
    name = compact(column.encode("utf-8", "replace"))
    return name in _NAMES or name.startswith(_BEGINNINGS) or is_secret(column.lower().encode())
