"""Recurring plans in the simulator's file."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

from integrations.paytrace import wire
from integrations.paytrace.simulator.documents import dump, load_plan
from integrations.paytrace.simulator.plan_state import Plan


class PlanStore:
    """Rows in and out; no rule lives here."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def put(self, plan: Plan) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO plans VALUES (?, ?, ?, ?, ?)",
            (
                plan.id,
                plan.account,
                plan.customer_id,
                plan.next_on.isoformat(),
                wire.dumps(dump(plan)),
            ),
        )

    def drop(self, plan_id: int) -> None:
        self._db.execute("DELETE FROM plans WHERE id = ?", (plan_id,))

    def by_id(self, account: str, plan_id: int) -> Plan | None:
        return next(iter(self._all("account = ? AND id = ?", account, plan_id)), None)

    def of_account(self, account: str) -> list[Plan]:
        return self._all("account = ?", account)

    def due(self, today: date) -> list[Plan]:
        return self._all("next_on <= ?", today.isoformat())

    def _all(self, where: str, *values: Any) -> list[Plan]:
        query = f"SELECT doc FROM plans WHERE {where} ORDER BY id"  # noqa: S608 - fixed
        return [load_plan(doc) for (doc,) in self._db.execute(query, values).fetchall()]
