"""The single writer's decision, under the lock: it stands there already, or it is written now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from integrations.canonical.posting import (
    TAKES_BACK,
    PostingKind,
    PostingOutcome,
    PostingRequest,
    PostingResult,
    Refusal,
)
from integrations.sagepro.backends import (
    applying,
    checking,
    documents,
    evidence,
    journals,
    ledger,
)
from integrations.sagepro.backends.books import Company, H, Row
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.plan import (
    ZERO,
    Answered,
    Plan,
    document_numbers,
    reference,
    refuse,
)
from integrations.sagepro.backends.reversing import plan_reversal, receipts_by_marker
from integrations.sagepro.backends.values import check_values
from integrations.sagepro.backends.writing import write

_KIND = "kind"


@dataclass(frozen=True)
class Written:
    """A posting that was written now and read back, before it is committed."""

    company: Company[Any]
    reference: str
    found: Mapping[str, list[Row]]

    def result(self, *, now: Mapping[str, list[Row]] | None = None) -> PostingResult:
        """POSTED, with the rows as they stand `now`; without, as they stood before the commit."""
        rows = self.found if now is None else now
        return PostingResult(
            PostingOutcome.POSTED,
            sage_reference=self.reference,
            evidence=evidence.as_evidence(self.company, rows),
        )


def answer(
    connection: Connection, company: SqlCompany, request: PostingRequest
) -> PostingResult | Written:
    """What to commit: what was written, or the result that is known already.

    Raises Answered for everything that must be rolled back.
    """
    records = ledger.find(connection, company, key=request.effect_key, marker=request.marker)
    if records:
        return known(connection, company, request, records[0], alone=len(records) == 1)
    receipts = receipts_by_marker(connection, company, request.marker)
    if receipts:
        return _remembered(connection, company, request, receipts)
    if request.is_journal:
        lines = journals.lines_by_marker(connection, company, request.marker)
        if lines:
            return _remembered_journal(connection, company, request, lines)
    return _post(connection, company, request)


def known(
    connection: H,
    company: Company[H],
    request: PostingRequest,
    record: Row,
    *,
    alone: bool,
) -> PostingResult:
    """Our record has the key or the marker; the books say whether it still stands."""
    if not alone or record["effect_key"] != request.effect_key:
        return conflict(company, {"postings": [record]}, "The marker belongs to another key.")
    if record["state"] == ledger.WITHDRAWN:
        return PostingResult(PostingOutcome.WITHDRAWN)
    found = evidence.read_back(connection, company, record)
    if record["payload_hash"] != request.payload_hash:
        return conflict(company, found, "The key was posted with other contents.")
    return _compared(company, request, record, found)


def _compared(
    company: Company[Any], request: PostingRequest, record: Row, found: Mapping[str, list[Row]]
) -> PostingResult:
    rows = evidence.receipt_values(found["receipts"])
    meant = evidence.recorded_values(record)
    lines = len(found["distributions"])
    if request.is_journal and lines == record["line_count"]:
        return compared_journal(company, request, found)
    if rows == meant and lines == record["line_count"]:
        numbers = [number for number, *_ in meant]
        return PostingResult(
            PostingOutcome.EXISTS,
            sage_reference=reference(request, numbers),
            evidence=evidence.as_evidence(company, found),
        )
    if all(row in meant for row in rows) and lines <= record["line_count"]:
        return PostingResult(PostingOutcome.PARTIAL, evidence=evidence.as_evidence(company, found))
    return conflict(company, found, "The receipts in Sage are not the ones we wrote.")


def compared_journal(
    company: Company[Any], request: PostingRequest, found: Mapping[str, list[Row]]
) -> PostingResult:
    if not evidence.is_journal_of(request, found["distributions"]):
        return conflict(company, found, "The GL lines in Sage are not the ones we wrote.")
    return PostingResult(
        PostingOutcome.EXISTS,
        sage_reference=reference(request, []),
        evidence=evidence.as_evidence(company, found),
    )


def _remembered(
    connection: Connection, company: SqlCompany, request: PostingRequest, receipts: list[Row]
) -> PostingResult:
    """The books hold our marker and our record is gone: somebody restored the side table.

    What the receipts say is written into our record again, so that a later reversal counts it.
    """
    if not is_this(company, request, receipts):
        sentence = "Receipts in Sage carry this marker with other values."
        return conflict(company, {"receipts": receipts}, sentence)
    values = evidence.receipt_values(receipts)
    session = str(receipts[0].get("session", ""))
    ledger.record(connection, company, request, values=values, session=session)
    record = ledger.find_key(connection, company, request.effect_key)
    found = evidence.read_back(connection, company, record) if record else {"receipts": receipts}
    return PostingResult(
        PostingOutcome.EXISTS,
        sage_reference=reference(request, [number for number, *_ in values]),
        evidence=evidence.as_evidence(company, found),
    )


def _remembered_journal(
    connection: Connection, company: SqlCompany, request: PostingRequest, lines: list[Row]
) -> PostingResult:
    found = {"distributions": lines}
    result = compared_journal(company, request, found)
    if result.outcome is PostingOutcome.EXISTS:
        ledger.record(connection, company, request, values=[], session=str(lines[0]["session"]))
    return result


def is_this(company: Company[Any], request: PostingRequest, receipts: list[Row]) -> bool:
    """Whether receipts carrying our marker are what this request would have written."""
    for row in receipts:
        if row["customer_number"] != request.customer_number.strip():
            return False
        if row["paid_date"] != request.accounting_date:
            return False
        if documents.currency_of(company.profile, row) != request.amount.currency:
            return False
    values = evidence.receipt_values(receipts)
    if request.kind is PostingKind.APPLICATION:
        return values == applying.values(request)
    if request.kind in TAKES_BACK:
        return _takes_back_this(request, values)
    parts = [(a.invoice_number.strip(), a.amount, a.discount) for a in request.applications]
    rest = request.amount.amount - sum((a.amount for a in request.applications), ZERO)
    if rest:
        parts.append((checking.credit_number(company, request), rest, ZERO))
    return values == sorted(parts)


def _takes_back_this(request: PostingRequest, values: list[tuple[str, Decimal, Decimal]]) -> bool:
    """What takes back a chargeback is above zero; of an application, both sides are there."""
    given = sum((paid for _, paid, _ in values if paid > 0), ZERO)
    taken = -sum((paid for _, paid, _ in values if paid < 0), ZERO)
    parts = [(a.invoice_number.strip(), a.amount, a.discount) for a in request.applications]
    signs = [{(one, sign * paid, sign * off) for one, paid, off in parts} for sign in (-1, 1)]
    named = any(side <= set(values) for side in signs)
    return named and max(given, taken) == request.amount.amount


def conflict(company: Company[Any], found: Mapping[str, list[Row]], sentence: str) -> PostingResult:
    rows = evidence.as_evidence(company, found)
    return PostingResult(PostingOutcome.CONFLICT, evidence={"conflict": sentence, **rows})


def is_not_calibrated(refusal: Refusal | None) -> bool:
    """Whether a posting was refused, and only because nobody calibrated its kind."""
    return refusal is not None and (refusal.code, refusal.field) == ("profile_missing", _KIND)


def checked_plan(connection: H, company: Company[H], request: PostingRequest) -> Plan:
    if request.kind not in company.profile.kinds:
        raise refuse(
            "profile_missing",
            f"The posting profile of this company has no {request.kind.value.replace('_', ' ')}.",
            field=_KIND,
            remedy="Calibrate this kind of posting, or enter it in Sage by hand.",
        )
    check_values(company.profile, request)
    plan = _plan(connection, company, request)
    checking.check_period(connection, company, request)
    if plan.moves_cash or company.profile.distributes_applications:
        checking.check_accounts(connection, company, [line.account for line in request.journal])
    elif request.journal:
        raise refuse(
            "value_refused",
            "This company books no GL entry when one document pays another.",
            field="journal",
            remedy="Leave the journal out, or calibrate applications of open credits.",
        )
    if plan.new_credit or request.is_journal:
        checking.check_is_home(company, request)
    if plan.new_credit:
        row, in_history = checking.find_document(connection, company, plan.credit_number)
        if row or in_history:
            found = {"invoices": [row] if row else []}
            raise Answered(conflict(company, found, "A document has our marker as its number."))
    return plan


def _plan(connection: H, company: Company[H], request: PostingRequest) -> Plan:
    if request.is_journal:
        return journals.plan_journal(connection, company, request)
    if request.kind is PostingKind.APPLICATION:
        return applying.plan_application(connection, company, request)
    make = plan_reversal if request.kind in TAKES_BACK else checking.plan_receipt
    return make(connection, company, request)


def _post(connection: Connection, company: SqlCompany, request: PostingRequest) -> Written:
    plan = checked_plan(connection, company, request)
    write(connection, company, request, plan)
    record = ledger.find_key(connection, company, request.effect_key)
    if record is None:
        raise Answered(conflict(company, {}, "Our own record vanished while writing."))
    found = evidence.read_back(connection, company, record)
    wrong = evidence.differences(company, request, plan, found)
    if wrong:
        raise Answered(conflict(company, found, "; ".join(wrong) + "; nothing was kept."))
    return Written(company, reference(request, document_numbers(plan)), found)
