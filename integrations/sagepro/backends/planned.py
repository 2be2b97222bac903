"""A company whose rules are asked what they would write, and that is written by a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.posting import Hands, PostingOutcome, PostingResult
from integrations.canonical.stock import Allocation
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.backends.wrapped import Wrapped

_TAKEN = "Other entries on the worksheet take the stock that this needs."


@dataclass(frozen=True)
class Planned(Wrapped[H]):
    """What is written is let go: a rule that reads it back afterwards does not find it."""

    moves: tuple[Allocation, ...] = ()
    """Stock that a person is about to move: it counts as moved."""

    @classmethod
    def of(cls, company: Changeable[H], moves: tuple[Allocation, ...] = ()) -> Planned[H]:
        return cls(company, company.profile, moves)

    def rows(
        self,
        connection: H,
        table: str,
        where: Any = None,
        *,
        order_by: Sequence[str] = (),
        only: Sequence[str] = (),
        limit: int | None = None,
        whole: bool = False,
    ) -> list[Row]:
        found = super().rows(
            connection, table, where, order_by=order_by, only=only, limit=limit, whole=whole
        )
        return [self._moved(row) for row in found] if table == "stock" else found

    def insert(self, connection: H, table: str, values: Row) -> None:
        """Somebody keys it."""

    def update(self, connection: H, table: str, where: Any, values: Row) -> int:
        """Somebody keys it; the record was read, so it is there."""
        del connection, table, where, values
        return 1

    def now(self, connection: H) -> datetime:
        """Any time: what a record would be stamped with is let go too."""
        del connection
        return datetime.min.replace(tzinfo=UTC)

    def _moved(self, row: Row) -> Row:
        place = (row["item"], row["location"])
        moved = (
            move.quantity
            for move in self.moves
            if (move.item.strip(), move.location.strip()) == place
        )
        return {**row, "allocated": sum(moved, Decimal(row["allocated"]))}


def check(
    company: Changeable[H], moves: tuple[Allocation, ...], act: Callable[[Planned[H]], object]
) -> None:
    """Let a rule say whether the books would take it, after what a person is about to move.

    Raises Answered as the rule does; refused only because of those moves, it waits for them.
    """
    try:
        act(Planned.of(company, moves))
    except Answered as answered:
        if answered.result.outcome is not PostingOutcome.REFUSED or not moves:
            raise
        act(Planned.of(company))
        evidence = {"waiting_for": _TAKEN, "held_by": Hands.PERSON.value}
        raise Answered(PostingResult(PostingOutcome.WAIT, evidence=evidence)) from answered
