"""The columns found so far by logical table, and what every search for one needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.sagepro.calibration.columns import (
    BLANKS,
    Columns,
    Sample,
    is_date,
    is_text,
)
from integrations.sagepro.calibration.keyed import Part
from integrations.sagepro.calibration.notes import Notes
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.snapshot import Row
from integrations.sagepro.calibration.tables import (
    FoundTables,
    moves,
    paid_rows,
    receipts_of,
)
from integrations.sagepro.calibration.transactions import TASKS, Transaction
from integrations.sagepro.profile import PostingProfile

_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm]?)?")


@dataclass(frozen=True)
class Session:
    """How the GL session is counted."""

    key: str
    width: int
    is_next: bool


@dataclass
class Books:
    """The columns found so far, by logical table."""

    found: Sequence[Observation]
    tables: FoundTables
    present: PostingProfile
    notes: Notes

    def __post_init__(self) -> None:
        self.columns = {role: self._columns(role, name) for role, name in self.tables.names.items()}
        self.includes_discount = self.present.paid_includes_discount
        self.credits_are_positive = self.present.credits_are_positive
        rule = self.present.session
        self.session = Session(rule.key, rule.width, rule.is_next)

    @property
    def receipts(self) -> list[Observation]:
        return receipts_of(self.found)

    def of(self, transaction: Transaction) -> Observation | None:
        return next((each for each in self.found if each.transaction is transaction), None)

    def open_credit(self) -> Row | None:
        """The document that a payment on account became."""
        seen = self.of(Transaction.ON_ACCOUNT)
        change = seen.changes.get(self.tables.names["invoices"]) if seen else None
        return change.added[0] if change and len(change.added) == 1 else None

    def _columns(self, role: str, name: str) -> Columns:
        layout = self.found[0].layout
        mapped = self.present.tables[role].columns.items()
        still = {key: column.name for key, column in mapped if column.name in layout[name]}
        return Columns(role, name, layout, still, self.notes)


def title_of(found: Observation) -> str:
    """What the person was asked to key, as evidence names it."""
    return TASKS[found.transaction].title


def paid_invoices(books: Books) -> Iterator[tuple[Observation, Part, Row, Row]]:
    """Every invoice that a keyed receipt paid, before and after."""
    for found in books.receipts:
        for part, old, new in paid_rows(found, books.tables.names["invoices"]):
            yield found, part, old, new


def moved_by(rows: Sequence[tuple[Row, Row, Decimal]]) -> list[str]:
    """Columns that moved by the given amount in every changed row."""
    sets = [{n for n, by in moves(old, new).items() if by == wanted} for old, new, wanted in rows]
    return sorted(set.intersection(*sets)) if sets else []


def find_who_and_when(columns: Columns, rows: Sequence[tuple[Observation, Row]]) -> None:
    """The columns that say who entered a new row, on which day, and at what time."""
    by = [Sample(row, found.keyed.user, title_of(found)) for found, row in rows]
    columns.find("added_by", by, like=is_text)
    on = [Sample(r, f.keyed.entered_on.isoformat(), title_of(f)) for f, r in rows]
    columns.find("added_date", on, like=is_date)
    times = where_all(rows, columns, lambda text: bool(_TIME.fullmatch(text.strip())))
    if times:
        columns.claim("added_time", times, ["It holds a time of day in every new row."])


def where_all(
    rows: Sequence[tuple[Observation, Row]], columns: Columns, fits: Callable[[str], bool]
) -> list[str]:
    """The columns whose value fits in every one of these rows."""
    return [
        name
        for name in columns.layout[columns.table]
        if rows and all(fits(row.get(name) or "") for _, row in rows)
    ]


def is_blank(value: str | None) -> bool:
    """Nothing, zero or no."""
    return (value or "").strip() in BLANKS
