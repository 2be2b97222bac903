"""Reading a posting back: what stands in the books, and whether it is what was meant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.card_numbers import SHORTEST
from integrations.canonical.identifiers import is_identifier
from integrations.canonical.posting import PostingRequest
from integrations.canonical.redaction import redact_text
from integrations.sagepro.backends.books import Company, H, Row
from integrations.sagepro.backends.plan import Plan, new_balance, new_paid
from integrations.sagepro.backends.reversing import receipts_by_marker
from integrations.sagepro.backends.writing import signed

Evidence = dict[str, object]


def read_back(connection: H, company: Company[H], record: Row) -> dict[str, list[Row]]:
    """Every row of the posting that our record describes, by logical table."""
    numbers = [number for number, *_ in json.loads(record["invoices"] or "[]")]
    return {
        "postings": [record],
        "receipts": receipts_by_marker(connection, company, record["marker"]),
        "invoices": _invoices(connection, company, numbers),
        "customers": _customers(connection, company, record["customer_number"]),
        "distributions": _distributions(connection, company, record["session"]),
    }


def _customers(connection: H, company: Company[H], number: str) -> list[Row]:
    if not number:
        return []
    where = company.matches("customers", "number", [number])
    return company.rows(connection, "customers", where)


def _invoices(connection: H, company: Company[H], numbers: Sequence[str]) -> list[Row]:
    if not numbers:
        return []
    where = company.matches("invoices", "number", numbers)
    return company.rows(connection, "invoices", where, order_by=("number",))


def _distributions(connection: H, company: Company[H], session: str) -> list[Row]:
    if not session:
        return []
    where = company.matches("distributions", "session", [session])
    return company.rows(connection, "distributions", where, order_by=("account", "amount"))


def receipt_values(rows: Sequence[Row]) -> list[tuple[str, Decimal, Decimal]]:
    """Document number, paid and discount of receipt rows, to compare with what was meant."""
    return sorted((row["invoice_number"], row["paid"], row["discount"]) for row in rows)


def recorded_values(record: Row) -> list[tuple[str, Decimal, Decimal]]:
    """The same, as our own record remembers it."""
    lines = json.loads(record["invoices"] or "[]")
    return sorted((number, Decimal(paid), Decimal(off)) for number, paid, off in lines)


def differences(
    company: Company[Any], request: PostingRequest, plan: Plan, found: Mapping[str, list[Row]]
) -> list[str]:
    """What stands there and was not meant, one sentence each; empty when all is right."""
    balances = {row["number"]: (row["balance"], row["paid"]) for row in found["invoices"]}
    meant = {move.number: (new_balance(move), new_paid(company, move)) for move in plan.movements}
    if plan.new_credit:
        meant[plan.credit_number] = (-plan.new_credit, Decimal(0))
    owed = [row["balance"] for row in found["customers"]]
    owing = [plan.customer["balance"] - plan.customer_change] if plan.customer else []
    checks = {
        "receipts": receipt_values(found["receipts"]) == plan.receipt_values(),
        "invoices": balances == meant,
        "customers": owed == owing,
        "distributions": is_journal_of(request, found["distributions"]),
    }
    return [
        f"{company.profile.physical_table(table)} does not hold what was written"
        for table, is_right in checks.items()
        if not is_right
    ]


def is_journal_of(request: PostingRequest, lines: Sequence[Row]) -> bool:
    """Whether these distribution rows are the request's journal, account by account."""
    meant = sorted((line.account.strip(), signed(line)) for line in request.journal)
    return sorted((row["account"], row["amount"]) for row in lines) == meant


def as_evidence(company: Company[Any], found: Mapping[str, list[Row]]) -> Evidence:
    """Physical table → rows of {physical column: text}; JSON-ready, without card numbers."""
    return {
        company.profile.physical_table(table): [_texts(company, table, row) for row in rows]
        for table, rows in found.items()
    }


def _texts(company: Company[Any], table: str, row: Row) -> dict[str, str]:
    mapped = company.profile.table_map(table).columns
    return {column.name: _safe(key, row[key]) for key, column in mapped.items() if key in row}


def _safe(key: str, value: object) -> str:
    """Any column may hold what somebody typed: a status, a reference, an order number."""
    text = _text(value)
    # What is no text is a number or a day, and holds no secret of few signs.
    if not text or (len(text) < SHORTEST and not isinstance(value, str)):
        return text
    return text if is_identifier(key, text) else redact_text(text)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
