"""What taking back an earlier posting does, worked out from what stands in the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.canonical.posting import Application, PostingKind, PostingRequest
from integrations.sagepro.backends import checking, documents, ledger, reading
from integrations.sagepro.backends.books import Company, H, Row
from integrations.sagepro.backends.plan import (
    ZERO,
    Movement,
    Plan,
    new_balance,
    new_paid,
    refuse,
)


@dataclass
class _Left:
    """How much of the earlier posting still stands against one document."""

    paid: Decimal = ZERO
    discount: Decimal = ZERO

    def add(self, row: Row) -> None:
        self.paid += row["paid"]
        self.discount += row["discount"]


def plan_reversal(connection: H, company: Company[H], request: PostingRequest) -> Plan:
    """Receipts of the other sign against the same documents, never more than still stands.

    With applications, each document gives back what is named. Without, the whole rest is
    taken back, or a part of it from the last document of the earlier posting backwards. Of an
    application of an open credit, the credit gets back what the invoices lose. A chargeback
    may bring a fee, which stands in the journal only. Raises Answered with REFUSED or WAIT.
    """
    checking.check_amounts(request)
    customer = checking.find_customer(connection, company, request)
    rows = _parent_receipts(connection, company, request)
    standing = _still_standing(connection, company, request, rows)
    sign = -1 if all(row["paid"] < 0 for row in rows) else 1
    left = {
        number: _Left(sign * rest.paid, sign * rest.discount)
        for number, rest in standing.items()
        if sign * rest.paid >= 0
    }
    parts = request.applications or _spread(left, request.amount.amount)
    _check_parts(request, parts, left)
    moves = [_movement(connection, company, request, part, sign) for part in parts]
    is_application = not sum((row["paid"] for row in rows), ZERO)
    drawn = [number for number in standing if number not in left and is_application]
    for number in drawn:
        part = Application(number, -request.amount.amount)
        moves.append(_movement(connection, company, request, part, sign))
    plan = Plan(customer=customer, movements=tuple(moves), moves_cash=not is_application)
    if request.kind is PostingKind.CHARGEBACK:
        _check_fee(request, plan)
    return plan


def _still_standing(
    connection: H, company: Company[H], request: PostingRequest, rows: list[Row]
) -> dict[str, _Left]:
    left: dict[str, _Left] = defaultdict(_Left)
    for row in [*rows, *_taken_back(connection, company, request.reverses)]:
        left[row["invoice_number"]].add(row)
    return left


def _taken_back(connection: H, company: Company[H], key: str) -> Iterator[Row]:
    """The receipts of what took this posting back, and of what took that back in turn."""
    for earlier in ledger.reversals_of(connection, company, key) if key else []:
        if earlier["state"] == ledger.WRITTEN:
            yield from receipts_by_marker(connection, company, earlier["marker"])
            yield from _taken_back(connection, company, earlier["effect_key"])


def _check_fee(request: PostingRequest, plan: Plan) -> None:
    total = sum((line.debit for line in request.journal), ZERO)
    if total != request.fee - plan.customer_change:
        raise refuse(
            "value_refused",
            f"The journal moves {total:.2f}; chargeback and fee are "
            f"{request.fee - plan.customer_change:.2f} together.",
            field="journal",
            remedy="Correct the GL rules.",
        )


def _parent_receipts(connection: H, company: Company[H], request: PostingRequest) -> list[Row]:
    parent = ledger.find_key(connection, company, request.reverses)
    marker = parent["marker"] if parent else request.reverses_marker
    if parent and parent["kind"] == PostingKind.REVERSAL:
        raise refuse(
            "value_refused",
            f"{marker} is itself a reversal and cannot be reversed.",
            field="reverses",
            remedy="Post a new receipt instead.",
        )
    rows = receipts_by_marker(connection, company, marker) if marker.strip() else []
    if not rows or (parent and parent["state"] == ledger.WITHDRAWN):
        name = company.profile.physical_table("receipts")
        raise refuse(
            "parent_missing",
            f"The receipt to take back ({marker or request.reverses}) is not in Sage ({name}).",
            field="reverses",
            remedy="Post the receipt first, or reverse it in Sage by hand.",
        )
    if any(row["customer_number"] != request.customer_number.strip() for row in rows):
        raise _changed(f"Receipt {marker} belongs to another customer now.")
    return rows


def receipts_by_marker(connection: H, company: Company[H], marker: str) -> list[Row]:
    """The receipts that carry a marker, current and history, those taken out left aside."""
    rows: list[Row] = []
    for table in reading.RECEIPTS:
        where = company.matches(table, "marker", [marker])
        rows += company.rows(connection, table, where, order_by=("row_id",))
    return [row for row in rows if reading.stands(row)]


def _spread(left: dict[str, _Left], amount: Decimal) -> list[Application]:
    whole = amount == sum((rest.paid for rest in left.values()), ZERO)
    parts = []
    for number, rest in reversed(left.items()):
        taken = min(rest.paid, amount)
        if taken > 0:
            parts.append(Application(number, taken, rest.discount if whole else ZERO))
            amount -= taken
    if amount:
        raise _too_much(amount)
    return list(reversed(parts))


def _check_parts(
    request: PostingRequest, parts: Sequence[Application], left: dict[str, _Left]
) -> None:
    total = sum((part.amount for part in parts), ZERO)
    if total != request.amount.amount:
        raise refuse(
            "value_refused",
            f"The invoices add up to {total:.2f}, the reversal is over {request.amount}.",
            field="applications",
        )
    for part in parts:
        rest = left.get(part.invoice_number.strip(), _Left())
        excess = max(part.amount - rest.paid, part.discount - rest.discount)
        if excess > 0:
            raise _too_much(excess)


def _too_much(excess: Decimal) -> Exception:
    return refuse(
        "over_balance",
        f"This would take back {excess:.2f} more than still stands of the receipt.",
        field="amount",
        remedy="Compare with the earlier reversals of this payment.",
    )


def _movement(
    connection: H, company: Company[H], request: PostingRequest, part: Application, sign: int
) -> Movement:
    number = part.invoice_number.strip()
    row, in_history = checking.find_document(connection, company, number)
    if row is None:
        where = "has moved to history" if in_history else "is not in Sage any more"
        raise _changed(f"Document {number}, which the receipt paid, {where}.")
    checking.check_document(company, request, row)
    if documents.is_void(company.profile, row):
        raise _changed(f"Document {number}, which the receipt paid, is void now.")
    movement = Movement(row, -(sign * part.amount), -(sign * part.discount))
    _check_room(company, movement)
    return movement


def _check_room(company: Company[Any], movement: Movement) -> None:
    """An invoice cannot lose more than was paid; an open credit not more than is open."""
    row, after = movement.document, new_balance(movement)
    if row["amount"] >= 0 and new_paid(company, movement) < 0:
        raise _changed(f"Invoice {row['number']} shows only {row['paid']:.2f} paid.")
    if row["amount"] >= 0 and movement.paid > 0 and after < 0:
        raise _changed(f"Invoice {row['number']} has only {row['balance']:.2f} open.")
    if row["amount"] < 0 and after > 0:
        raise _changed(f"Open credit {row['number']} has only {-row['balance']:.2f} left.")
    if row["amount"] < 0 and after < row["amount"]:
        raise _changed(f"Open credit {row['number']} was never over {-after:.2f}.")


def _changed(sentence: str) -> Exception:
    return refuse(
        "parent_changed",
        sentence,
        field="reverses",
        remedy="Look at the receipt in Sage and reverse it there by hand.",
    )
