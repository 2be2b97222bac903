"""Invoices that the simulated PayTrace hosts: what was asked for, found by the page's address."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from integrations.paytrace import wire


@dataclass(frozen=True)
class Invoice:
    """One page. Without an amount nothing is paid on it; it ends at `expires_at`, if at all."""

    account: str
    action: str
    invoice_number: str
    amount: Decimal | None
    is_amount_editable: bool
    expires_at: datetime | None
    silent_post: str
    email: str
    is_email_required: bool
    customer_label: str
    approved_link: str
    declined_link: str


class InvoiceStore:
    """Rows in and out; each page is good for one use (inferred)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def put(self, invoice: Invoice) -> str:
        """Keep it; the token of its address."""
        token = secrets.token_urlsafe(18)
        plain = {
            name: str(value) if isinstance(value, Decimal | datetime) else value
            for name, value in asdict(invoice).items()
        }
        self._db.execute(
            "INSERT INTO invoices (token, account, doc) VALUES (?, ?, ?)",
            (token, invoice.account, wire.dumps(plain)),
        )
        return token

    def find(self, token: str) -> tuple[Invoice, bool] | None:
        """The page at this address and whether it was used; None for an unknown one."""
        row = self._db.execute(
            "SELECT doc, is_used FROM invoices WHERE token = ?", (token,)
        ).fetchone()
        if row is None:
            return None
        raw = wire.loads(row[0])
        amount, ends = raw["amount"], raw["expires_at"]
        read = {
            "amount": None if amount is None else Decimal(amount),
            "expires_at": None if ends is None else datetime.fromisoformat(ends),
        }
        return Invoice(**{**raw, **read}), bool(row[1])

    def use(self, token: str) -> None:
        """It was used: nobody pays on it again."""
        self._db.execute("UPDATE invoices SET is_used = 1 WHERE token = ?", (token,))

    def of(self, account: str) -> list[str]:
        """The tokens of an account's pages, oldest first."""
        rows = self._db.execute(
            "SELECT token FROM invoices WHERE account = ? ORDER BY rowid", (account,)
        )
        return [token for (token,) in rows]
