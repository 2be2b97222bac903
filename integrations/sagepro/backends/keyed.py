"""Looking for what a person keys: what carries the marker, and whether Sage would take it.

The rules of posting decide the second, as they do for our own writer. What people keyed before
stands in no table of ours at the site, so it comes with the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from integrations.canonical.keyed import GLLine, KeyedAnswer, KeyedBefore, KeyedQuestion
from integrations.canonical.ledger_documents import Receipt
from integrations.canonical.posting import PostingKind, PostingOutcome, PostingRequest, Refusal
from integrations.canonical.redaction import redact_text
from integrations.sagepro.backends import answering, journals, ledger, reading
from integrations.sagepro.backends.books import Changeable, Company, H, Row
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.backends.reversing import receipts_by_marker
from integrations.sagepro.backends.wrapped import Wrapped


def look(connection: H, company: Changeable[H], question: KeyedQuestion) -> KeyedAnswer:
    """What the books show of the posting that is asked about; only reads."""
    request, marker = question.request, question.marker
    receipts = tuple(reading.receipts(connection, company, "marker", marker))
    lines: tuple[GLLine, ...] = ()
    # The lines of a receipt stand under its document's number; looking for them is for nothing.
    if request is None or request.is_journal:
        lines = tuple(map(_line, journals.lines_by_marker(connection, company, marker)))
    elif request.fee and receipts:
        lines = _beside(connection, company, marker, receipts)
    if request is None:
        return KeyedAnswer(receipts, lines, is_recorded=_is_recorded(connection, company, marker))
    found = KeyedAnswer(
        receipts,
        lines,
        alike=_alike(connection, company, request) if question.said_at else (),
        pays_again=_pays_again(connection, company, request),
    )
    if receipts or lines:
        return found
    return _checked(found, connection, _ByHand.of(company, question.before), request)


def _is_recorded(connection: H, company: Company[H], marker: str) -> bool:
    """Whether we wrote something ourselves: an order has no place for the marker."""
    where = company.matches("postings", "marker", [marker])
    rows = company.rows(connection, "postings", where)
    return any(row["state"] == ledger.WRITTEN for row in rows)


def _beside(
    connection: H, company: Company[H], marker: str, receipts: Sequence[Receipt]
) -> tuple[GLLine, ...]:
    """GL lines under the documents of these receipts, and under the marker: where a fee that is
    keyed with them stands."""
    numbers = [marker, *(receipt.invoice_number for receipt in receipts)]
    where = company.matches("distributions", "document_number", numbers)
    rows = company.rows(connection, "distributions", where, order_by=("account", "amount"))
    return tuple(map(_line, rows))


def _alike(connection: H, company: Company[H], request: PostingRequest) -> tuple[Receipt, ...]:
    return tuple(
        receipt
        for part in request.applications
        for receipt in reading.receipts(connection, company, "invoice_number", part.invoice_number)
    )


def _pays_again(connection: H, company: Company[H], request: PostingRequest) -> bool:
    if not request.reverses_marker.strip():
        return False
    rows = receipts_by_marker(connection, company, request.reverses_marker)
    return bool(rows) and all(row["paid"] < 0 for row in rows)


def _checked(
    found: KeyedAnswer, connection: H, company: Changeable[H], request: PostingRequest
) -> KeyedAnswer:
    try:
        answering.checked_plan(connection, company, request)
    except Answered as answered:
        result = answered.result
        if result.outcome is PostingOutcome.WAIT:
            return replace(found, waiting_for=str(result.evidence["waiting_for"]))
        return replace(found, refusal=result.refusal or _in_the_way(result.evidence))
    return found


def _in_the_way(evidence: Any) -> Refusal:
    return Refusal(
        "value_refused",
        str(evidence.get("conflict", "Something else stands in Sage under this reference.")),
        remedy="Compare with what stands there in Sage.",
    )


def _line(row: Row) -> GLLine:
    return GLLine(
        account=row["account"],
        amount=row["amount"],
        day=row["date"],
        reference=redact_text(row["document_number"]),
    )


@dataclass(frozen=True)
class _Own:
    """A condition on our own record, which is the question's."""

    column: str
    value: str


@dataclass(frozen=True)
class _ByHand(Wrapped[H]):
    """A company as a person sees it: every kind may be keyed, and our record is a worksheet."""

    keyed: Sequence[Row]

    @classmethod
    def of(cls, company: Changeable[H], before: Sequence[KeyedBefore]) -> _ByHand[H]:
        profile = replace(company.profile, kinds=frozenset(PostingKind))
        return cls(company, profile, [_as_row(one) for one in before])

    def equals(self, table: str, column: str, value: str) -> Any:
        if table == "postings":
            return _Own(column, value)
        return super().equals(table, column, value)

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
        if isinstance(where, _Own):
            return [row for row in self.keyed if row[where.column] == where.value]
        return super().rows(
            connection, table, where, order_by=order_by, only=only, limit=limit, whole=whole
        )


def _as_row(one: KeyedBefore) -> Row:
    return {
        "effect_key": one.effect_key,
        "marker": one.marker,
        "kind": one.kind.value if one.kind else "",
        "state": ledger.WITHDRAWN if one.is_withdrawn else ledger.WRITTEN,
        "reverses": one.reverses,
    }
