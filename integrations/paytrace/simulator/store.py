"""The simulator's memory: one SQLite file that survives a restart.

Not locked by itself: World takes turns over it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from integrations.canonical.transactions import TransactionState
from integrations.paytrace import wire
from integrations.paytrace.simulator.check_store import CheckStore
from integrations.paytrace.simulator.disputes.store import DisputeStore
from integrations.paytrace.simulator.documents import dump, load_customer, load_transaction
from integrations.paytrace.simulator.hosted_store import HostedStore
from integrations.paytrace.simulator.invoice_store import InvoiceStore
from integrations.paytrace.simulator.plan_store import PlanStore
from integrations.paytrace.simulator.rows import SCHEMA, TABLES, Fault, Options, Target, User
from integrations.paytrace.simulator.state import FIRST_ID, Customer, Transaction
from integrations.paytrace.simulator.user_store import UserStore


class Store:
    """Rows in and out; no rule lives here."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing this way; only a power cut could.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(SCHEMA)
        self.users = UserStore(self._db)
        self.checks = CheckStore(self._db)
        self.plans = PlanStore(self._db)
        self.hosted = HostedStore(self._db)
        self.invoices = InvoiceStore(self._db)
        self.disputes = DisputeStore(self._db)

    def begin(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._db.execute("COMMIT")

    def rollback(self) -> None:
        self._db.execute("ROLLBACK")

    def close(self) -> None:
        self._db.close()

    def wipe(self) -> None:
        for table in TABLES:
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names above

    def meta(self, name: str, default: Any = None) -> Any:
        row = self._row("SELECT value FROM meta WHERE name = ?", name)
        return wire.loads(row[0]) if row else default

    def set_meta(self, name: str, value: Any) -> None:
        self._run("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, wire.dumps(value))

    def next_id(self) -> int:
        number: int = self.meta("next_id", FIRST_ID)
        self.set_meta("next_id", number + 1)
        return number

    # Accounts, customers

    def put_account(self, account: str, merchant_id: str) -> None:
        self._run("INSERT OR REPLACE INTO accounts VALUES (?, ?)", account, merchant_id)

    def accounts(self) -> dict[str, str]:
        return dict(self._rows("SELECT account, merchant_id FROM accounts ORDER BY account"))

    def options(self, account: str) -> Options:
        return Options(**self.meta(f"options:{account}", {}))

    def set_options(self, account: str, options: Options) -> None:
        self.set_meta(f"options:{account}", asdict(options))

    def put_customer(self, customer: Customer) -> None:
        self._run(
            "INSERT OR REPLACE INTO customers VALUES (?, ?, ?, ?)",
            customer.number,
            customer.account,
            customer.customer_id,
            wire.dumps(dump(customer)),
        )

    def customers(self, account: str) -> list[Customer]:
        rows = self._rows("SELECT doc FROM customers WHERE account = ? ORDER BY number", account)
        return [load_customer(doc) for (doc,) in rows]

    def customer(self, account: str, customer_id: str) -> Customer | None:
        row = self._row(
            "SELECT doc FROM customers WHERE account = ? AND customer_id = ?", account, customer_id
        )
        return load_customer(row[0]) if row else None

    def customer_by_number(self, account: str, number: int) -> Customer | None:
        row = self._row(
            "SELECT doc FROM customers WHERE account = ? AND number = ?", account, number
        )
        return load_customer(row[0]) if row else None

    def drop_customer(self, customer: Customer) -> None:
        self._run("DELETE FROM customers WHERE number = ?", customer.number)

    # Transactions

    def put_transaction(self, transaction: Transaction) -> None:
        settled_at = transaction.settled_at
        self._run(
            "INSERT OR REPLACE INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            transaction.id,
            transaction.account,
            transaction.created_at.timestamp(),
            transaction.state.value,
            transaction.batch_number,
            settled_at.timestamp() if settled_at else None,
            transaction.original_id,
            wire.dumps(dump(transaction)),
        )

    def transaction(self, account: str, transaction_id: int) -> Transaction | None:
        row = self._row(
            "SELECT doc FROM transactions WHERE id = ? AND account = ?", transaction_id, account
        )
        return load_transaction(row[0]) if row else None

    def created_between(self, account: str, start: datetime, end: datetime) -> list[Transaction]:
        return self._transactions(
            "account = ? AND created >= ? AND created < ?",
            account,
            start.timestamp(),
            end.timestamp(),
        )

    def settled_between(self, account: str, start: datetime, end: datetime) -> list[Transaction]:
        return self._transactions(
            "account = ? AND settled >= ? AND settled < ?",
            account,
            start.timestamp(),
            end.timestamp(),
        )

    def pending(self, account: str, before: datetime) -> list[Transaction]:
        return self._transactions(
            "account = ? AND state = ? AND created <= ?",
            account,
            TransactionState.PENDING_SETTLEMENT.value,
            before.timestamp(),
        )

    def has_pending(self) -> bool:
        state = TransactionState.PENDING_SETTLEMENT.value
        return self._row("SELECT 1 FROM transactions WHERE state = ? LIMIT 1", state) is not None

    def duplicate_of(self, made: Transaction, since: datetime) -> bool:
        """Whether an approved one of the same card, amount, invoice and user is that young."""
        until = made.created_at + timedelta(seconds=1)
        young = self.created_between(made.account, since, until)
        return any(_is_same_order(one, made) for one in young)

    def all_transactions(self, account: str) -> list[Transaction]:
        return self._transactions("account = ?", account)

    def latest_batch(self, account: str, number: int) -> list[Transaction]:
        """What the most recent batch of this number settled; numbers wrap."""
        return self._transactions(
            "account = ? AND batch_number = ? AND settled = (SELECT max(settled)"
            " FROM transactions WHERE account = ? AND batch_number = ?)",
            account,
            number,
            account,
            number,
        )

    def refunded(self, original_id: int) -> Decimal:
        kept = [
            t.amount
            for t in self._transactions("original_id = ?", original_id)
            if t.state in (TransactionState.PENDING_SETTLEMENT, TransactionState.SETTLED)
        ]
        return sum(kept, Decimal(0))

    def _transactions(self, where: str, *values: Any) -> list[Transaction]:
        query = f"SELECT doc FROM transactions WHERE {where} ORDER BY id"  # noqa: S608 - fixed
        return [load_transaction(doc) for (doc,) in self._rows(query, *values)]

    # Tokens, faults, targets, counts

    def put_token(self, token: str, username: str, ends: datetime) -> None:
        self._run("INSERT INTO tokens VALUES (?, ?, ?)", token, username, ends.timestamp())

    def token_user(self, token: str, now: datetime) -> User | None:
        row = self._row(
            "SELECT username FROM tokens WHERE token = ? AND ends > ?", token, now.timestamp()
        )
        return self.users.by_name(row[0]) if row else None

    def drop_tokens(self) -> None:
        self._run("DELETE FROM tokens")

    def put_fault(
        self, kind: str, path_prefix: str, *, count: int, seconds: float, is_performed: bool
    ) -> None:
        self._run(
            "INSERT INTO faults (kind, path_prefix, remaining, seconds, is_performed)"
            " VALUES (?, ?, ?, ?, ?)",
            kind,
            path_prefix,
            count,
            seconds,
            int(is_performed),
        )

    def take_fault(self, path: str) -> Fault | None:
        """The oldest fault meant for this path, used up once."""
        row = self._row(
            "SELECT id, kind, seconds, is_performed FROM faults WHERE remaining > 0"
            " AND substr(?, 1, length(path_prefix)) = path_prefix ORDER BY id LIMIT 1",
            path,
        )
        if row is None:
            return None
        self._run("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", row[0])
        return Fault(row[0], row[1], row[2], bool(row[3]))

    def clear_faults(self) -> None:
        self._run("DELETE FROM faults")

    def put_target(self, target: Target) -> None:
        self._run(
            "INSERT OR REPLACE INTO targets VALUES (?, ?, ?, ?)",
            target.account,
            target.kind,
            target.url,
            target.secret,
        )

    def target(self, account: str, kind: str) -> Target | None:
        row = self._row(
            "SELECT account, kind, url, secret FROM targets WHERE account = ? AND kind = ?",
            account,
            kind,
        )
        return Target(*row) if row else None

    def count_call(self, path: str) -> None:
        self._run(
            "INSERT INTO calls VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET count = count + 1",
            path,
        )

    def counts(self) -> dict[str, Any]:
        return {
            "calls": dict(self._rows("SELECT path, count FROM calls ORDER BY path")),
            "logins": self.users.logins(),
        }

    def _run(self, query: str, *values: Any) -> None:
        self._db.execute(query, values)

    def _row(self, query: str, *values: Any) -> Any:
        return self._db.execute(query, values).fetchone()

    def _rows(self, query: str, *values: Any) -> list[Any]:
        return self._db.execute(query, values).fetchall()


def _is_same_order(one: Transaction, other: Transaction) -> bool:
    """PayTrace's duplicate filter (PayTrace wiki, Security Settings)."""
    is_approved = one.state in {TransactionState.PENDING_SETTLEMENT, TransactionState.AUTHORIZED}
    return is_approved and (
        (one.masked_number, one.amount, one.invoice_id, one.created_by)
        == (other.masked_number, other.amount, other.invoice_id, other.created_by)
    )
