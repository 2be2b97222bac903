"""Changes beside payments at a FoxPro site: planned in an overlay, handed over, read back.

The rules are those of the SQL edition. They write into an overlay of the books, over what earlier
changes that are still under way will have written; the program inside Sage Pro compares every
value they looked at, and what has moved meanwhile comes back to be planned anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from integrations.canonical.posting import Hands, PostingOutcome, PostingResult
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.sagepro.backends import changing, ledger
from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf.answering import Writer
from integrations.sagepro.backends.dbf.company import Books
from integrations.sagepro.backends.dbf.letters import as_letters
from integrations.sagepro.backends.dbf.overlay import Overlay
from integrations.sagepro.backends.dbf.staged_rows import (
    ON_ITS_WAY,
    WORDS,
    Record,
    as_record,
    moment,
)
from integrations.sagepro.backends.dbf.staging import COLUMNS, Desk
from integrations.sagepro.backends.dbf.staging_shape import State
from integrations.sagepro.backends.dbf.step_lines import lines_of, steps_of
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.backends.sentences import schema_changed

Act = Callable[[Books], ChangeResult]
"""A rule: what it answers, and in the overlay what it wrote."""
_BEFORE = "An earlier change of the same records is not written by Sage Pro's own program yet."


@dataclass(frozen=True)
class Changes:
    """Changes of one asking of the single writer."""

    writer: Writer
    check_ready: Callable[[], None]
    """Raises until the site may be written."""

    def make(self, key: str, act: Act) -> ChangeResult:
        """Hand over what the rule wrote, or say what became of it.

        Raises Answered with REFUSED, WAIT or HANDED_OVER, and what `act` and `check_ready` raise.
        """
        own, said = self._row(key), self._row(_words_key(key))
        if own and own["state"] == State.PARTIAL:
            return ChangeResult(ChangeOutcome.CONFLICT, {"conflict": own["result"]})
        if said and said["state"] == State.TAKEN:
            raise changing.handed_over()
        under_way = [
            row for row in self.writer.desk.pending() if not said or row["number"] != said["number"]
        ]
        try:
            result, overlay = self._planned(act, own, under_way)
        except Answered as answered:
            if own and answered.result.outcome is PostingOutcome.HANDED_OVER:
                self._take_over(own)
            raise
        if overlay.steps or overlay.record is not None:
            return self._write(key, own, said, result, overlay)
        return self._known(own, said, result)

    def _planned(
        self, act: Act, own: Record | None, under_way: Sequence[Record]
    ) -> tuple[ChangeResult, Overlay]:
        """What came back is planned over the live tables alone: what was before it may not come."""
        if own and own["state"] == State.RETURNED:
            result, overlay = self._try(act, own, [])
            self._check_order(overlay, under_way)
            return result, overlay
        try:
            result, overlay = self._try(act, own, under_way)
        except Answered as answered:
            if answered.result.outcome is not PostingOutcome.REFUSED or not under_way:
                raise
            # It is refused for good only if it would be without what is not written yet.
            self._try(act, own, [])
            raise _wait() from answered
        if under_way and overlay.record is not None and not overlay.steps:
            alone, plan = self._try(act, own, [])
            if plan.steps or alone.number != result.number:
                # What it found is not written yet, and may come back as something else.
                raise _wait()
        return result, overlay

    def _try(
        self, act: Act, own: Record | None, under_way: Sequence[Record]
    ) -> tuple[ChangeResult, Overlay]:
        writer = self.writer
        overlay = Overlay(writer.company.profile, writer.now)
        shown = [row for row in under_way if not own or row["number"] != own["number"]]
        if own and own["state"] in ON_ITS_WAY:
            shown.append(own)
        books = Books(writer.books.live, Recorded(writer.desk, shown), overlay)
        for row in under_way:
            self._repeat(books, row)
        return act(books), overlay

    def _repeat(self, books: Books, row: Record) -> None:
        try:
            for step in steps_of(self.writer.desk.lines(row)):
                self.writer.company.repeat(books, step)
        except (KeyError, ValueError, ArithmeticError) as error:
            raise schema_changed(
                f"Row {row['number']} of our staging table has a line that is none of ours, or "
                "that the posting profile does not fit any more."
            ) from error

    def _check_order(self, overlay: Overlay, under_way: Sequence[Record]) -> None:
        """Another version of the same order is not planned beside one that is under way."""
        name = str((overlay.record or {}).get("reverses", ""))
        if name and any(row["revkey"] == name for row in under_way):
            raise _wait()

    def _write(
        self,
        key: str,
        own: Record | None,
        said: Record | None,
        result: ChangeResult,
        overlay: Overlay,
    ) -> ChangeResult:
        lines = lines_of(overlay.steps, told=str((overlay.record or {}).get("invoices", "")))
        row = self._change_row(key, overlay, lines)
        if said and said["payhash"] == row["payhash"] and said["state"] == State.STAGED:
            self._take_over(said)
            raise changing.handed_over()
        self.check_ready()
        for earlier in (own if overlay.record is not None else None, said):
            if earlier:
                self.writer.desk.move(earlier, State.CLOSED)
        self.writer.desk.add(row, lines, now=self.writer.now)
        if not overlay.steps:
            return result
        raise changing.handed_over()

    def _known(self, own: Record | None, said: Record | None, result: ChangeResult) -> ChangeResult:
        """Nothing is to be written: it stands, or something else has its key."""
        stands = result.outcome is ChangeOutcome.EXISTS
        for row in (own, said):
            if row and row["state"] == State.POSTED and stands:
                self.writer.desk.move(row, State.VERIFIED)
                result = replace(result, outcome=ChangeOutcome.DONE)
        if said and said["state"] in {State.STAGED, State.RETURNED}:
            self.writer.desk.move(said, State.CLOSED)
        return result

    def _row(self, key: str) -> Record | None:
        rows = self.writer.desk.find(key=key, marker="")
        return rows[-1] if rows else None

    def _take_over(self, row: Record) -> None:
        if row["state"] == State.STAGED and row["epoch"] < self.writer.epoch:
            self.writer.desk.move(row, State.STAGED, epoch=self.writer.epoch)

    def _change_row(self, key: str, overlay: Overlay, lines: Sequence[Record]) -> Record:
        record = overlay.record
        row: Record = {
            "company": self.writer.company.profile.company_number,
            "state": State.STAGED if overlay.steps else State.VERIFIED,
            "epoch": self.writer.epoch,
            "staged": moment(self.writer.now),
        }
        if record is None:
            told = hashlib.sha256(json.dumps(lines).encode()).hexdigest()
            return row | {"effkey": _words_key(key), "kind": WORDS, "payhash": as_letters(told)}
        return row | _recorded(record)


def _recorded(record: Row) -> Record:
    return {
        "effkey": record["effect_key"],
        "marker": record["marker"],
        "payhash": as_letters(str(record["payload_hash"])),
        "kind": record["kind"],
        "custno": record.get("customer_number", ""),
        "amount": f"{Decimal(record.get('amount', 0)):.4f}",
        "currency": record.get("currency", ""),
        "acctdate": record.get("accounting_date"),
        "revkey": record.get("reverses", ""),
        "nlines": record.get("line_count", 0),
    }


@dataclass(frozen=True)
class Recorded:
    """Our record, and with it what is handed over and not written yet."""

    desk: Desk
    under_way: Sequence[Record]

    def rows(self, column: str, keys: Sequence[str]) -> list[Row]:
        going = [
            as_record(row, self.desk.lines(row), state=ledger.UNDER_WAY)
            for row in self.under_way
            if row["kind"] != WORDS and row[COLUMNS[column]] in keys
        ]
        return [*self.desk.rows(column, keys), *going]


def _words_key(key: str) -> str:
    return f"words:{key}"


def _wait() -> Answered:
    evidence = {"waiting_for": _BEFORE, "held_by": Hands.SAGE.value}
    return Answered(PostingResult(PostingOutcome.WAIT, evidence=evidence))
