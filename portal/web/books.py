"""A posting as an accountant reads it: debits and credits, and the rows as they stand in Sage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.canonical.posting import JournalLine, PostingRequest
from integrations.posting.models import Effect, LedgerLine, PostingAttempt


@dataclass(frozen=True)
class JournalView:
    """The lines, their sums, and whether they stand in the books or are still to be posted."""

    lines: tuple[JournalLine, ...]
    is_posted: bool
    request: PostingRequest | None = None

    @property
    def debits(self) -> Decimal:
        return sum((line.debit for line in self.lines), Decimal(0))

    @property
    def credits(self) -> Decimal:
        return sum((line.credit for line in self.lines), Decimal(0))


# More columns than this do not stand beside each other on a page; the row is read downwards.
_MOST_COLUMNS = 6


@dataclass(frozen=True)
class SageTable:
    """Rows of one Sage table, as read back after the write; columns blank in all are left out."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_wide(self) -> bool:
        return len(self.columns) > _MOST_COLUMNS

    @property
    def records(self) -> list[list[tuple[str, str]]]:
        """Each row as column and value, blank ones left out."""
        return [
            [pair for pair in zip(self.columns, row, strict=True) if pair[1]] for row in self.rows
        ]


def journal_of(effect: Effect, posted: Sequence[LedgerLine]) -> JournalView | None:
    """The journal as posted; before that, as it will be; None while nothing is worked out."""
    request = _request(effect)
    if posted:
        lines = tuple(
            JournalLine(line.account, line.debit, line.credit, line.memo, line.reason)
            for line in posted
        )
        return JournalView(lines, is_posted=True, request=request)
    if request is None or not request.journal:
        return None
    return JournalView(request.journal, is_posted=False, request=request)


def books_of(attempts: Sequence[PostingAttempt]) -> list[SageTable]:
    """What the last answer with evidence showed of Sage's tables."""
    for attempt in reversed(attempts):
        tables = [_table(name, rows) for name, rows in attempt.evidence.items() if _is_rows(rows)]
        if tables:
            return tables
    return []


def plain_details(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A fact's values as name and text, those of custom fields unfolded, empty ones left out."""
    told: list[tuple[str, str]] = []
    for name, value in details.items():
        inner = value.items() if isinstance(value, Mapping) else [(name, value)]
        told += [(str(key), str(each)) for key, each in inner if each not in ("", None)]
    return told


def _request(effect: Effect) -> PostingRequest | None:
    if not effect.payload:
        return None
    try:
        return PostingRequest.from_json(effect.payload)
    except (KeyError, ValueError, TypeError):
        return None


def _is_rows(rows: object) -> bool:
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, Mapping) for row in rows)


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> SageTable:
    columns = tuple(
        dict.fromkeys(column for row in rows for column, value in row.items() if _text(value))
    )
    shown = tuple(tuple(_text(row.get(column)) for column in columns) for row in rows)
    return SageTable(name, columns, shown)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
