"""One keyed transaction with what it did: all that is kept of it, and all inference needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.sagepro import layout as layouts
from integrations.sagepro.calibration.differences import Changes, TableChange
from integrations.sagepro.calibration.keyed import Keyed, keyed_from_json, keyed_to_json
from integrations.sagepro.calibration.snapshot import Row, Snapshot
from integrations.sagepro.calibration.transactions import Transaction
from integrations.sagepro.layout import Layout

_SMALL = 400
"""A table of at most this many rows is kept whole when the present profile reads it."""


@dataclass(frozen=True)
class Observation:
    """What was keyed, what changed, and the rows that mattered as they stood before."""

    keyed: Keyed
    changes: Changes
    before: Mapping[str, list[Row]]
    layout: Layout

    @property
    def transaction(self) -> Transaction:
        return self.keyed.transaction


def rows_that_matter(
    before: Snapshot, keyed: Keyed, found: Changes, *, whole: Sequence[str]
) -> dict[str, list[Row]]:
    """The rows before that name the customer, an invoice or a reference, and those that changed.

    Tables in `whole` (chart of accounts, calendar, counters) are kept as they are when small.
    """
    words = {keyed.customer, keyed.reference, keyed.takes_back, keyed.credit}
    words |= {part.invoice for part in keyed.parts}
    words -= {""}
    kept: dict[str, list[Row]] = {}
    for table, rows in before.rows.items():
        if table in whole and len(rows) <= _SMALL:
            kept[table] = rows
            continue
        changed = [old for old, _ in found[table].changed] if table in found else []
        kept[table] = [row for row in rows if row in changed or _names(row, words)]
    return kept


def _names(row: Row, words: set[str]) -> bool:
    return any(value is not None and value.strip() in words for value in row.values())


def to_json(found: Observation) -> dict[str, Any]:
    """A JSON form that `from_json` reads back. The layout is kept once, by the caller."""
    return {
        "keyed": keyed_to_json(found.keyed),
        "changes": {
            table: [change.added, change.removed, change.changed, change.row_numbers]
            for table, change in found.changes.items()
        },
        "before": dict(found.before),
    }


def from_json(data: Mapping[str, Any], *, layout: Mapping[str, Any]) -> Observation:
    """What `to_json` wrote."""
    return Observation(
        keyed_from_json(data["keyed"]),
        {
            table: TableChange(
                tuple(added),
                tuple(removed),
                tuple((old, new) for old, new in changed),
                tuple(numbers),
            )
            for table, (added, removed, changed, numbers) in data["changes"].items()
        },
        data["before"],
        layouts.from_json(layout),
    )
