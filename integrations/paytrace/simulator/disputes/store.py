"""Disputed payments and the keys that may read them, in the simulator's file."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime

from integrations.paytrace import wire


@dataclass(frozen=True)
class DisputedPayment:
    """One case. Amounts as the API writes them: text with two decimals."""

    account: str
    case_number: str
    payment_id: str
    status: str
    amount: str
    currency: str
    opened_on: str
    decided_on: str | None = None
    fee: str | None = None
    reason: str = ""
    respond_by: str | None = None


class DisputeStore:
    """Rows in and out; no rule lives here."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def put(self, case: DisputedPayment, *, changed_at: datetime) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO disputes VALUES (?, ?, ?, ?)",
            (case.account, case.case_number, changed_at.timestamp(), wire.dumps(asdict(case))),
        )

    def find(self, account: str, case_number: str) -> DisputedPayment | None:
        query = "SELECT doc FROM disputes WHERE account = ? AND case_number = ?"
        row = self._db.execute(query, (account, case_number)).fetchone()
        return DisputedPayment(**wire.loads(row[0])) if row else None

    def changed(self, account: str, *, since: datetime, until: datetime) -> list[DisputedPayment]:
        """In the order of their last change."""
        query = (
            "SELECT doc FROM disputes WHERE account = ? AND changed >= ? AND changed <= ?"
            " ORDER BY changed, case_number"
        )
        rows = self._db.execute(query, (account, since.timestamp(), until.timestamp())).fetchall()
        return [DisputedPayment(**wire.loads(doc)) for (doc,) in rows]

    def of_account(self, account: str) -> list[DisputedPayment]:
        query = "SELECT doc FROM disputes WHERE account = ? ORDER BY changed, case_number"
        rows = self._db.execute(query, (account,)).fetchall()
        return [DisputedPayment(**wire.loads(doc)) for (doc,) in rows]

    def permit(self, account: str, key: str) -> None:
        """From now on this key, and no former one, reads the account's cases."""
        self._db.execute("DELETE FROM dispute_keys WHERE account = ?", (account,))
        self._db.execute("INSERT OR REPLACE INTO dispute_keys VALUES (?, ?)", (key, account))

    def account_of(self, key: str) -> str | None:
        row = self._db.execute("SELECT account FROM dispute_keys WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None
