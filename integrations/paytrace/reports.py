"""What may be asked of the exports, beside the days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExportKind(StrEnum):
    """PayTrace's filter of exports: types and states in one list (Pipedream's PayTrace app,
    after the vendor's page)."""

    SALE = "SALE"
    AUTHORIZATION = "AUTHORIZATION"
    FORCED = "STR/FWD"
    REFUND = "REFUND"
    VOID = "VOID"
    SETTLED = "SETTLED"
    PENDING = "PENDING"
    DECLINED = "DECLINED"


@dataclass(frozen=True)
class ExportFilter:
    """Narrows an export; what is empty does not narrow."""

    kind: ExportKind | None = None
    customer_id: str = ""
    """The merchant's own id in v1, the label in v3."""
    transaction_id: str = ""
    text: str = ""
    """PayTrace's full-text filter; which fields it looks at is not documented."""
    with_bin: bool = False
    """Show the first six digits beside the last four, so that the brand can be told."""


EVERYTHING = ExportFilter()
