"""ACH payments in the simulator's file."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.ach import AchStatus
from integrations.paytrace import wire
from integrations.paytrace.simulator.ach_state import Check
from integrations.paytrace.simulator.documents import dump, load_check

_ENDED = ("voided", "settled", "returned", "error", "declined", "nsf_declined", "rejected",
          "failed", "technical_error")  # fmt: skip
_MARKS = ", ".join("?" for _ in _ENDED)


class CheckStore:
    """Rows in and out; no rule lives here."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def put(self, check: Check) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                check.id,
                check.number,
                check.account,
                check.created_at.timestamp(),
                check.settled_at.timestamp() if check.settled_at else None,
                check.status.value,
                check.idempotency_key,
                check.original_id,
                wire.dumps(dump(check)),
            ),
        )

    def by_id(self, account: str, check_id: str) -> Check | None:
        return self._first("account = ? AND id = ?", account, check_id)

    def by_number(self, account: str, number: int) -> Check | None:
        return self._first("account = ? AND number = ?", account, number)

    def by_key(self, account: str, key: str) -> Check | None:
        return self._first("account = ? AND idempotency_key = ?", account, key) if key else None

    def under_way(self, account: str) -> list[Check]:
        """Payments that an evening may move on."""
        return self._all(f"account = ? AND status NOT IN ({_MARKS})", account, *_ENDED)

    def created_between(self, account: str, start: datetime, end: datetime) -> list[Check]:
        return self._all(
            "account = ? AND created >= ? AND created < ?",
            account,
            start.timestamp(),
            end.timestamp(),
        )

    def settled_between(self, account: str, start: datetime, end: datetime) -> list[Check]:
        return self._all(
            "account = ? AND settled >= ? AND settled < ?",
            account,
            start.timestamp(),
            end.timestamp(),
        )

    def of_account(self, account: str) -> list[Check]:
        return self._all("account = ?", account)

    def refunded(self, check_id: str) -> Decimal:
        stand = [
            one.amount
            for one in self._all("original_id = ?", check_id)
            if one.status not in {AchStatus.VOIDED, AchStatus.RETURNED}
        ]
        return sum(stand, Decimal(0))

    def has_any(self) -> bool:
        return self._db.execute("SELECT 1 FROM checks LIMIT 1").fetchone() is not None

    def _first(self, where: str, *values: Any) -> Check | None:
        return next(iter(self._all(where, *values)), None)

    def _all(self, where: str, *values: Any) -> list[Check]:
        query = f"SELECT doc FROM checks WHERE {where} ORDER BY number"  # noqa: S608 - fixed
        return [load_check(doc) for (doc,) in self._db.execute(query, values).fetchall()]
