"""Sage rows as canonical documents: the only way records leave this back end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integrations.canonical.ledger_documents import (
    Customer,
    FiscalPeriod,
    GLAccount,
    Invoice,
    InvoiceStatus,
    Receipt,
)
from integrations.canonical.redaction import redact_text
from integrations.sagepro.backends.books import Company, Row
from integrations.sagepro.profile import HISTORY, PostingProfile


def invoice(company: Company[Any], table: str, row: Row) -> Invoice:
    profile = company.profile
    return Invoice(
        number=row["number"],
        customer_number=row["customer_number"],
        invoice_date=row["invoice_date"],
        amount=row["amount"],
        paid=row["paid"],
        balance=row["balance"],
        currency=currency_of(profile, row),
        status=_status(profile, row),
        order_number=row.get("order_number", ""),
        customer_po=redact_text(row.get("customer_po", "")),
        is_history=table in HISTORY,
        is_locked=is_locked(row),
    )


def receipt(company: Company[Any], table: str, row: Row) -> Receipt:
    return Receipt(
        key=f"{company.profile.physical_table(table)}:{row['row_id']}",
        invoice_number=row["invoice_number"],
        customer_number=row["customer_number"],
        paid_date=row["paid_date"],
        amount=row["paid"],
        discount=row["discount"],
        currency=currency_of(company.profile, row),
        reference=redact_text(row["marker"]),
        check_number=redact_text(row.get("check_number", "")),
        is_history=table in HISTORY,
    )


def customer(company: Company[Any], row: Row) -> Customer:
    return Customer(
        number=row["number"],
        name=redact_text(row["name"]),
        balance=row["balance"],
        currency=currency_of(company.profile, row),
        email=redact_text(row.get("email", "")),
        on_credit_hold=row.get("credit_status", "") in company.profile.credit_hold_values,
        parent_number=row.get("parent_number", ""),
    )


def account(company: Company[Any], row: Row) -> GLAccount:
    return GLAccount(
        number=row["number"],
        description=redact_text(row["description"]),
        type=row.get("type", ""),
        is_active=is_active(company.profile, row),
    )


def period(company: Company[Any], row: Row) -> FiscalPeriod:
    closed = row["closed"]
    word = str(closed).lower() if isinstance(closed, bool) else str(closed)
    return FiscalPeriod(
        year=int(row["year"]),
        period=int(row["period"]),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        is_closed=word in company.profile.closed_period_values,
    )


def currency_of(profile: PostingProfile, row: Row) -> str:
    """The currency of a record; a blank one is the company's own."""
    return str(row.get("currency", "")) or profile.home_currency


def is_active(profile: PostingProfile, row: Row) -> bool:
    return row.get("status", "") not in profile.inactive_account_statuses


def is_locked(row: Row) -> bool:
    """Somebody edits this record in Sage right now (its lckstat is set)."""
    return bool(row.get("lock_status", ""))


def is_void(profile: PostingProfile, row: Row) -> bool:
    return row["status"] in profile.void_statuses


def _status(profile: PostingProfile, row: Row) -> InvoiceStatus:
    if is_void(profile, row):
        return InvoiceStatus.VOID
    if row["amount"] < 0 or row["balance"] < 0:
        return InvoiceStatus.CREDIT
    if row["balance"] == Decimal(0) or row["status"] in profile.closed_statuses:
        return InvoiceStatus.PAID
    return InvoiceStatus.OPEN
