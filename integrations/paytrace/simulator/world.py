"""The simulated gateway as a whole: one turn at a time over the store, told as operations."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from integrations.paytrace.simulator import state
from integrations.paytrace.simulator.notices import (
    Message,
    Notifier,
    event_type,
    signed_notice,
    silent_post,
)
from integrations.paytrace.simulator.rows import User
from integrations.paytrace.simulator.state import Customer, Order, RefusedError, Transaction
from integrations.paytrace.simulator.store import Store

TOKEN_LIFETIME = timedelta(seconds=7200)  # help.paytrace.com/authentication
MAX_FAILURES = 4  # consecutive bad logins that expire a password (PayTrace wiki, User Profiles)


class LoginRefusedError(Exception):
    """Bad credentials; `is_locked` when the user has used up its attempts."""

    def __init__(self, *, is_locked: bool) -> None:
        super().__init__()
        self.is_locked = is_locked


class World:
    """Every operation is called inside `turn`, which owns the lock and the commit."""

    def __init__(self, store: Store, notifier: Notifier) -> None:
        self.store = store
        self.notifier = notifier
        self._lock = threading.RLock()
        self._outbox: list[Message] = []

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request at a time: settle what is due, do it, commit, then send the notices."""
        with self._lock:
            self.store.begin()
            try:
                self._settle_what_is_due()
                yield
            except RefusedError:
                self.store.commit()
                raise
            except BaseException:
                self.store.rollback()
                self._outbox.clear()
                raise
            self.store.commit()
            waiting, self._outbox = self._outbox, []
        for message in waiting:
            self.notifier.send(message)

    # Clock

    def now(self) -> datetime:
        """Real time plus an offset, or the frozen instant."""
        frozen = self.store.meta("frozen_at")
        if frozen:
            return datetime.fromisoformat(frozen)
        return datetime.now(UTC) + timedelta(seconds=float(self.store.meta("offset", "0")))

    def set_clock(self, now: datetime, *, is_frozen: bool) -> None:
        """Jump to `now`; forwards settles what fell due, backwards starts counting from there."""
        if now < self.now():
            self.store.set_meta("settled_until", now.isoformat())
        offset = (now - datetime.now(UTC)).total_seconds()
        self.store.set_meta("offset", str(offset))
        self.store.set_meta("frozen_at", now.isoformat() if is_frozen else "")
        self._settle_what_is_due()

    def advance_clock(self, seconds: float) -> None:
        frozen = bool(self.store.meta("frozen_at"))
        self.set_clock(self.now() + timedelta(seconds=seconds), is_frozen=frozen)

    def _settle_what_is_due(self) -> None:
        now = self.now()
        until = self.store.meta("settled_until")
        if until and self.store.has_pending():
            after = datetime.fromisoformat(until)
            for moment in state.settlement_moments(after=after, until=now):
                for account in self.store.accounts():
                    self.settle(account, at=moment)
        self.store.set_meta("settled_until", now.isoformat())

    # Users

    def log_in(self, username: str, password: str) -> str:
        """A new token. Raises LoginRefusedError; the caller counts it by `refuse_login`."""
        user = self.store.user(username)
        if user is None:
            raise LoginRefusedError(is_locked=False)
        if user.failures >= MAX_FAILURES:
            raise LoginRefusedError(is_locked=True)
        if not secrets.compare_digest(user.password.encode(), password.encode()):
            raise LoginRefusedError(is_locked=user.failures + 1 >= MAX_FAILURES)
        self.store.set_failures(username, 0)
        self.store.count_login(username, is_accepted=True)
        token = ":".join(secrets.token_hex(12) for _ in range(3))
        self.store.put_token(token, username, self.now() + TOKEN_LIFETIME)
        return token

    def refuse_login(self, username: str) -> None:
        user = self.store.user(username)
        if user is not None:
            self.store.set_failures(username, min(user.failures + 1, MAX_FAILURES))
        self.store.count_login(username, is_accepted=False)

    def user_of(self, token: str) -> User | None:
        return self.store.token_user(token, self.now())

    # Money

    def sell(self, customer: Customer, order: Order, *, user: str, notify: bool) -> Transaction:
        sale = state.sell(
            customer, order, transaction_id=self.store.next_id(), now=self.now(), user=user
        )
        return self.keep(sale, notify=notify)

    def void(self, account: str, transaction_id: int) -> Transaction:
        return self.keep(state.void(self.find(account, transaction_id)), notify=True)

    def refund(
        self, account: str, transaction_id: int, amount: Decimal | None, *, user: str
    ) -> Transaction:
        sale = self.find(account, transaction_id)
        made = state.refund(
            sale,
            amount=amount,
            refunded=self.store.refunded(sale.id),
            transaction_id=0,
            now=self.now(),
            user=user,
        )
        number = self.store.next_id()
        named = replace(made, id=number, approval_code=state.approval_code(number))
        return self.keep(named, notify=True)

    def settle(self, account: str, *, at: datetime | None = None) -> tuple[int, int]:
        """Settle what is pending into one batch: its number and how many. (0, 0) when none."""
        moment = at or self.now()
        pending = self.store.pending(account, moment)
        if not pending:
            return 0, 0
        number = self.next_batch_number(account)
        for transaction in pending:
            settled = state.settle(transaction, batch_number=number, at=moment)
            self.keep(settled, notify=True)
        return number, len(pending)

    def next_batch_number(self, account: str) -> int:
        last: int = self.store.meta(f"batch:{account}", 0)
        number = state.next_batch_number(last)
        self.store.set_meta(f"batch:{account}", number)
        return number

    def find(self, account: str, transaction_id: int) -> Transaction:
        """The transaction. Raises RefusedError 811 (unknown), 58 (no id)."""
        if not transaction_id:
            raise RefusedError(58)
        found = self.store.transaction(account, transaction_id)
        if found is None:
            raise RefusedError(811)
        return found

    def keep(self, transaction: Transaction, *, notify: bool) -> Transaction:
        self.store.put_transaction(transaction)
        if notify:
            self.tell(transaction)
        return transaction

    # Reading, as the exports do

    def exported(self, transactions: list[Transaction]) -> list[Transaction]:
        """Without what is too new: exports may lag (v3 TransactionRecords page)."""
        lag = timedelta(seconds=float(self.store.meta("export_lag", "0")))
        newest = self.now() - lag
        return [t for t in transactions if t.created_at <= newest]

    # Notices

    def tell(self, transaction: Transaction, *, copies: int = 1) -> None:
        """Queue the signed notice of the transaction's state, if somebody listens."""
        target = self.store.target(transaction.account, "webhook")
        if target is None or not event_type(transaction):
            return
        message = signed_notice(transaction, target, occurred_at=self.now().isoformat())
        self._outbox.extend([message] * copies)

    def tell_silently(self, transaction: Transaction) -> None:
        target = self.store.target(transaction.account, "silent_post")
        if target is not None:
            self._outbox.append(silent_post(transaction, target))

    def close(self) -> None:
        """Wait for the turn under way, then close for good: the lock is never given back."""
        self._lock.acquire()
        self.store.close()
