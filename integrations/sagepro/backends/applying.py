"""Applying an open credit to invoices: two kinds of document move, and no cash.

The credit gives what the invoices take: one receipt row for each of them, which add up to zero,
so what the customer owes stays the same. How Sage Pro itself writes this is not documented; it
is posted only where the calibration has shown it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integrations.canonical.posting import PostingRequest
from integrations.sagepro.backends import checking, documents
from integrations.sagepro.backends.books import Company, H, Row
from integrations.sagepro.backends.plan import ZERO, Movement, Plan, refuse


def plan_application(connection: H, company: Company[H], request: PostingRequest) -> Plan:
    """Every invoice is paid out of the credit that is named, as far as both are open.

    Raises Answered with REFUSED or WAIT.
    """
    checking.check_amounts(request)
    _check_whole(request)
    customer = checking.find_customer(connection, company, request)
    credit = _open_credit(connection, company, request)
    paid = [
        Movement(checking.open_invoice(connection, company, request, part), part.amount, ZERO)
        for part in request.applications
    ]
    given = Movement(credit, -request.amount.amount, ZERO)
    return Plan(customer=customer, movements=(*paid, given), moves_cash=False)


def values(request: PostingRequest) -> list[tuple[str, Decimal, Decimal]]:
    """Document number, paid and discount of the receipt rows that this application means."""
    parts = [(part.invoice_number.strip(), part.amount, ZERO) for part in request.applications]
    return sorted([*parts, (request.credit_number.strip(), -request.amount.amount, ZERO)])


def _check_whole(request: PostingRequest) -> None:
    total = sum((part.amount for part in request.applications), ZERO)
    if total != request.amount.amount:
        raise _wrong(f"The invoices add up to {total:.2f}, the application to {request.amount}.")
    if any(part.discount for part in request.applications):
        raise _wrong("An application of an open credit takes no discount.")


def _wrong(sentence: str) -> Exception:
    return refuse(
        "value_refused",
        sentence,
        field="applications",
        remedy="Name each invoice with the part of the credit that it takes.",
    )


def _open_credit(connection: H, company: Company[H], request: PostingRequest) -> Row:
    number = request.credit_number.strip()
    name = company.profile.physical_table("invoices")
    row, in_history = checking.find_document(connection, company, number)
    if row is None:
        place = "has moved to history" if in_history else "is not in Sage"
        raise _unusable("invoice_not_found", f"Open credit {number} {place} ({name}).")
    checking.check_document(company, request, row)
    _check_credit(company, row, request.amount.amount, name)
    return row


def _check_credit(company: Company[Any], row: Row, amount: Decimal, name: str) -> None:
    number, left = row["number"], -row["balance"]
    if documents.is_void(company.profile, row):
        sentence = f"Open credit {number} is void in Sage ({name}, status {row['status']})."
        raise _unusable("invoice_void", sentence)
    if row["amount"] >= 0:
        raise _unusable("value_refused", f"Document {number} is not a credit ({name}).")
    if left < amount:
        sentence = f"Open credit {number} has {left:.2f} left, less than {amount:.2f} ({name})."
        raise _unusable("over_balance", sentence)


def _unusable(code: str, sentence: str) -> Exception:
    return refuse(
        code,
        sentence,
        field="credit_number",
        remedy="Choose another open credit of this customer, or a smaller amount.",
    )
