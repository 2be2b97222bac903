"""The smallest open invoice, with what a test says about it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from integrations.canonical.ledger_documents import Invoice, InvoiceStatus


def invoice(number: str, balance: str = "740.00", **said: Any) -> Invoice:
    plain = Invoice(
        number=number,
        customer_number="ACME01",
        invoice_date=None,
        amount=Decimal("740.00"),
        paid=Decimal(0),
        balance=Decimal(balance),
        currency="USD",
        status=InvoiceStatus.OPEN,
    )
    return replace(plain, **said)
