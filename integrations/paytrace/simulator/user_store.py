"""Users of the simulator's file: passwords, failures, profiles and login counts."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.paytrace import wire
from integrations.paytrace.simulator.rows import User


class UserStore:
    """Rows in and out; no rule lives here."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def replace(self, account: str, users: list[User]) -> None:
        self._db.execute("DELETE FROM users WHERE account = ?", (account,))
        for user in users:
            self.put(user)

    def put(self, user: User) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?)",
            (
                user.username,
                user.account,
                user.password,
                wire.dumps(user.permissions),
                user.failures,
            ),
        )
        profile = {
            "kind": user.kind,
            "password_set_at": user.password_set_at and user.password_set_at.isoformat(),
            "sale_ceiling": _text(user.sale_ceiling),
            "refund_ceiling": _text(user.refund_ceiling),
        }
        self._db.execute(
            "INSERT OR REPLACE INTO profiles VALUES (?, ?)", (user.username, wire.dumps(profile))
        )

    def by_name(self, username: str) -> User | None:
        row = self._db.execute(
            "SELECT u.username, account, password, permissions, failures, doc FROM users u"
            " LEFT JOIN profiles p ON p.username = u.username WHERE u.username = ?",
            (username,),
        ).fetchone()
        return _user(row) if row else None

    def set_failures(self, username: str, failures: int) -> None:
        self._db.execute("UPDATE users SET failures = ? WHERE username = ?", (failures, username))

    def count_login(self, username: str, *, is_accepted: bool) -> None:
        self._db.execute(
            "INSERT INTO logins VALUES (?, ?, ?) ON CONFLICT (username) DO UPDATE SET"
            " accepted = accepted + excluded.accepted, refused = refused + excluded.refused",
            (username, int(is_accepted), int(not is_accepted)),
        )

    def logins(self) -> dict[str, Any]:
        rows = self._db.execute("SELECT username, accepted, refused FROM logins ORDER BY username")
        return {name: {"accepted": yes, "refused": no} for name, yes, no in rows.fetchall()}


def _user(row: Any) -> User:
    name, account, password, permissions, failures, doc = row
    profile = wire.loads(doc) if doc else {}
    set_at = profile.get("password_set_at")
    return User(
        username=name,
        account=account,
        password=password,
        permissions=tuple(wire.loads(permissions)),
        failures=failures,
        kind=profile.get("kind", "api"),
        password_set_at=datetime.fromisoformat(set_at) if set_at else None,
        sale_ceiling=_amount(profile.get("sale_ceiling")),
        refund_ceiling=_amount(profile.get("refund_ceiling")),
    )


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
