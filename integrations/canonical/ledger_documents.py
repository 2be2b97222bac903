"""What Sage Pro holds, as far as we read it: customers, invoices, accounts, periods."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class InvoiceStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    CREDIT = "credit"
    """A credit memo or open credit: a negative document."""


@dataclass(frozen=True)
class Invoice:
    """An invoice header as Sage holds it. Numbers are trimmed; amounts in `currency`."""

    number: str
    customer_number: str
    invoice_date: date | None
    amount: Decimal
    paid: Decimal
    balance: Decimal
    currency: str
    status: InvoiceStatus
    order_number: str = ""
    customer_po: str = ""
    is_history: bool = False
    """Found in the history table (ARYMST): closed and moved by Sage."""
    is_locked: bool = False
    """Somebody is editing it in Sage right now (lckstat)."""


@dataclass(frozen=True)
class Receipt:
    """One row of cash receipts: what one payment did to one document.

    Amounts in `currency`, as Sage holds them: positive pays, negative takes back.
    """

    key: str
    """Unique in the company: table and row, such as `arcash:1042`."""
    invoice_number: str
    customer_number: str
    paid_date: date | None
    amount: Decimal
    discount: Decimal
    currency: str
    reference: str
    """The column our marker goes to; what a person typed there when they keyed it."""
    check_number: str = ""
    is_history: bool = False

    @property
    def values_hash(self) -> str:
        """SHA-256 over everything but the row's place: tells whether somebody changed it."""
        values = (
            self.invoice_number,
            self.customer_number,
            self.paid_date.isoformat() if self.paid_date else "",
            f"{self.amount:.4f}",
            f"{self.discount:.4f}",
            self.currency,
            self.reference,
            self.check_number,
        )
        return hashlib.sha256("\x1f".join(values).encode()).hexdigest()


@dataclass(frozen=True)
class Customer:
    number: str
    name: str
    balance: Decimal
    currency: str
    email: str = ""
    on_credit_hold: bool = False
    parent_number: str = ""


@dataclass(frozen=True)
class GLAccount:
    number: str
    description: str
    type: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class FiscalPeriod:
    year: int
    period: int
    starts_on: date
    ends_on: date
    is_closed: bool


@dataclass(frozen=True)
class CompanyProfile:
    """What *Test connection* shows: which company answered, and what is in it."""

    company_number: str
    name: str
    edition: str
    customer_count: int
    open_invoice_count: int
    gl_account_count: int
    open_periods: tuple[FiscalPeriod, ...] = ()
