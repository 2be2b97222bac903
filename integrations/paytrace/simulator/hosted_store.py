"""What PayTrace's own card form would have given a page: pairs of hpf_token and enc_key."""

from __future__ import annotations

import secrets
import sqlite3
from typing import Any

from integrations.paytrace import wire


class HostedStore:
    """Each pair is good for one use (PayTrace Protect.js page)."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def make(self, account: str, card: dict[str, Any]) -> tuple[str, str]:
        """A new pair for a card of which only the mask and expiry are kept."""
        pair = secrets.token_hex(16), secrets.token_hex(16)
        self._db.execute(
            "INSERT INTO hosted (hpf_token, account, enc_key, doc) VALUES (?, ?, ?, ?)",
            (pair[0], account, pair[1], wire.dumps(card)),
        )
        return pair

    def take(self, account: str, hpf_token: str, enc_key: str) -> dict[str, Any] | None:
        """The card behind a pair, used up now; None for a wrong or used one."""
        taken = self._db.execute(
            "UPDATE hosted SET is_used = 1 WHERE hpf_token = ? AND enc_key = ? AND account = ?"
            " AND is_used = 0 RETURNING doc",
            (hpf_token, enc_key, account),
        ).fetchone()
        found: dict[str, Any] | None = wire.loads(taken[0]) if taken else None
        return found
