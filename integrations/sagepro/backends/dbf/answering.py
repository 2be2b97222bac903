"""The staging writer's decision, under the lock: it stands in the books, it is on its way, it
may not be, or it is handed over now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.canonical.posting import (
    Hands,
    PostingOutcome,
    PostingRequest,
    PostingResult,
    WithdrawOutcome,
)
from integrations.sagepro.backends import answering, evidence, journals
from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf import staged_rows
from integrations.sagepro.backends.dbf.company import Books, DbfCompany
from integrations.sagepro.backends.dbf.staged_rows import ON_ITS_WAY, Record
from integrations.sagepro.backends.dbf.staging import Desk, is_same
from integrations.sagepro.backends.dbf.staging_shape import State
from integrations.sagepro.backends.plan import refuse
from integrations.sagepro.backends.reversing import receipts_by_marker

_IN_BOOKS = {State.POSTED, State.VERIFIED, State.PARTIAL}
# What the program returns because the books moved meanwhile: a new plan is made of them.
_PLAN_AGAIN = {"changed", "marker_found", "older_writer"}


@dataclass(frozen=True)
class Writer:
    """One asking of the single writer, while it holds the staging lock."""

    company: DbfCompany
    books: Books
    desk: Desk
    epoch: int
    now: datetime

    def answer(self, request: PostingRequest) -> PostingResult:
        """Raises Answered with REFUSED, WAIT or CONFLICT when nothing is handed over."""
        rows = self.desk.find(key=request.effect_key, marker=request.marker)
        if not rows:
            return self._look_or_stage(request)
        row = rows[0]
        if len(rows) > 1 or row["effkey"] != request.effect_key:
            return self._conflict(row, "The marker belongs to another key.")
        state = row["state"]
        if state == State.WITHDRAWN:
            return PostingResult(PostingOutcome.WITHDRAWN)
        if state in ON_ITS_WAY:
            return self._still_handed_over(request, row)
        return self._in_books(request, row) if state in _IN_BOOKS else self._again(request, row)

    def withdraw(self, key: str, marker: str) -> WithdrawOutcome:
        """Leave a tombstone, unless the program has the posting or the books do."""
        rows = [row for row in self.desk.find(key=key, marker=marker) if row["effkey"] == key]
        if rows:
            return self._withdraw_row(rows[0])
        in_books = receipts_by_marker(self.books, self.company, marker)
        if in_books or journals.lines_by_marker(self.books, self.company, marker):
            return WithdrawOutcome.EXISTS
        row = staged_rows.tombstone(self.company.profile, key=key, marker=marker)
        self.desk.add(row, [], now=self.now)
        return WithdrawOutcome.WITHDRAWN

    def _withdraw_row(self, row: Record) -> WithdrawOutcome:
        if row["state"] == State.TAKEN:
            return WithdrawOutcome.PENDING
        if row["state"] in _IN_BOOKS:
            return WithdrawOutcome.EXISTS
        if row["state"] != State.WITHDRAWN:
            self.desk.move(row, State.WITHDRAWN)
        return WithdrawOutcome.WITHDRAWN

    def _still_handed_over(self, request: PostingRequest, row: Record) -> PostingResult:
        if not is_same(row, request.payload_hash):
            return self._conflict(row, "The key was handed over with other contents.")
        if row["state"] == State.STAGED and row["epoch"] < self.epoch:
            self.desk.move(row, State.STAGED, epoch=self.epoch)
        return self._handed_over(row)

    def _in_books(self, request: PostingRequest, row: Record) -> PostingResult:
        posting = staged_rows.as_posting(row, self.desk.lines(row))
        if posting is None:
            raise AssertionError("A posted row is a posting")
        found = answering.known(self.books, self.company, request, posting, alone=True)
        if row["state"] == State.PARTIAL:
            partial = {**found.evidence, "conflict": row["result"]}
            return PostingResult(PostingOutcome.PARTIAL, evidence=partial)
        if row["state"] == State.POSTED and found.outcome is PostingOutcome.EXISTS:
            self.desk.move(row, State.VERIFIED)
            return replace(found, outcome=PostingOutcome.POSTED)
        return found

    def _again(self, request: PostingRequest, row: Record) -> PostingResult:
        """The program gave it back and wrote nothing; what the books say now decides."""
        if row["code"] in _PLAN_AGAIN or not is_same(row, request.payload_hash):
            return self._look_or_stage(request, before=lambda: self._close(row))
        self._close(row)
        raise refuse(row["code"] or "value_refused", row["result"], remedy="See docs/foxpro.md.")

    def _look_or_stage(
        self, request: PostingRequest, *, before: Callable[[], None] = lambda: None
    ) -> PostingResult:
        receipts = receipts_by_marker(self.books, self.company, request.marker)
        if receipts:
            return self._remembered(request, receipts, before=before)
        journal = self._journal_of(request)
        if journal:
            return self._remembered_journal(request, journal, before=before)
        plan = answering.checked_plan(self.books, self.company, request)
        profile = self.company.profile
        row = staged_rows.post_row(profile, request, plan, epoch=self.epoch, now=self.now)
        lines = staged_rows.plan_lines(profile, request, plan)
        before()
        return self._handed_over(self.desk.add(row, lines, now=self.now))

    def _remembered(
        self,
        request: PostingRequest,
        receipts: list[Row],
        *,
        before: Callable[[], None],
    ) -> PostingResult:
        """The books hold our marker and our row is gone: somebody restored the staging table."""
        if not answering.is_this(self.company, request, receipts):
            sentence = "Receipts in Sage carry this marker with other values."
            return answering.conflict(self.company, {"receipts": receipts}, sentence)
        values = evidence.receipt_values(receipts)
        row = staged_rows.remembered_row(
            self.company.profile,
            request,
            receipts=len(values),
            session=str(receipts[0].get("session", "")),
            epoch=self.epoch,
        )
        before()
        added = self.desk.add(row, staged_rows.receipt_lines(values), now=self.now)
        return self._in_books(request, added)

    def _journal_of(self, request: PostingRequest) -> list[Row]:
        if not request.is_journal:
            return []
        return journals.lines_by_marker(self.books, self.company, request.marker)

    def _remembered_journal(
        self, request: PostingRequest, lines: list[Row], *, before: Callable[[], None]
    ) -> PostingResult:
        found = answering.compared_journal(self.company, request, {"distributions": lines})
        if found.outcome is not PostingOutcome.EXISTS:
            return found
        row = staged_rows.remembered_row(
            self.company.profile,
            request,
            receipts=0,
            session=str(lines[0]["session"]),
            epoch=self.epoch,
        )
        before()
        return self._in_books(request, self.desk.add(row, [], now=self.now))

    def _close(self, row: Record) -> None:
        self.desk.move(row, State.CLOSED)

    def _conflict(self, row: Record, sentence: str) -> PostingResult:
        shown = {"staged": [{"marker": row["marker"], "state": row["state"]}]}
        return PostingResult(PostingOutcome.CONFLICT, evidence={"conflict": sentence, **shown})

    def _handed_over(self, row: Record) -> PostingResult:
        name = self.company.profile.physical_table("postings")
        return PostingResult(
            PostingOutcome.HANDED_OVER,
            sage_reference=f"Row {row['number']} of {name.upper()}",
            evidence={
                "waiting_for": "The program inside Sage Pro has not posted it yet.",
                "held_by": Hands.SAGE.value,
            },
        )
