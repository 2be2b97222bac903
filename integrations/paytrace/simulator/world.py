"""The simulated gateway as a whole: one turn at a time over the store, told as operations."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from integrations.paytrace.simulator import state
from integrations.paytrace.simulator.check_desk import CheckDesk
from integrations.paytrace.simulator.disputes.desk import DisputeDesk
from integrations.paytrace.simulator.notices import (
    Message,
    Notifier,
    event_type,
    signed_notice,
    silent_post,
)
from integrations.paytrace.simulator.plan_desk import PlanDesk
from integrations.paytrace.simulator.rows import Target, User
from integrations.paytrace.simulator.state import Transaction
from integrations.paytrace.simulator.store import Store
from integrations.paytrace.simulator.till import Till

Row = TypeVar("Row")

TOKEN_LIFETIME = timedelta(seconds=7200)  # help.paytrace.com/authentication
CLIENT_KEY_LIFETIME = timedelta(minutes=20)  # inferred: no source tells how long one is good
MAX_FAILURES = 4  # consecutive bad logins that expire a password (PayTrace wiki, User Profiles)
WEB_PASSWORD_LASTS = timedelta(days=90)  # PayTrace wiki, User Profiles; API users' never end


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
        self.till = Till(store, now=self.now, tell=self.tell)
        self.checks = CheckDesk(store, now=self.now)
        self.disputes = DisputeDesk(store.disputes, now=self.now)
        self.plans = PlanDesk(store, now=self.now, till=self.till, checks=self.checks)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request at a time: settle what is due, do it, commit, then send the notices."""
        with self._lock:
            self.store.begin()
            try:
                self._settle_what_is_due()
                yield
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
        if until and (self.store.has_pending() or self.store.checks.has_any()):
            after = datetime.fromisoformat(until)
            for moment in state.settlement_moments(after=after, until=now):
                for account in self.store.accounts():
                    self.till.settle(account, at=moment)
                    self.checks.evening(account, moment)
        self.store.set_meta("settled_until", now.isoformat())
        self.plans.run_what_is_due()

    # Users

    def log_in(self, username: str, password: str) -> str:
        """A new token. Raises LoginRefusedError; the caller counts it by `refuse_login`."""
        user = self.store.users.by_name(username)
        if user is None:
            raise LoginRefusedError(is_locked=False)
        if user.failures >= MAX_FAILURES:
            raise LoginRefusedError(is_locked=True)
        ends_at = password_ends_at(user)
        if ends_at is not None and ends_at <= self.now():
            raise LoginRefusedError(is_locked=False)
        if not secrets.compare_digest(user.password.encode(), password.encode()):
            raise LoginRefusedError(is_locked=user.failures + 1 >= MAX_FAILURES)
        self.store.users.set_failures(username, 0)
        self.store.users.count_login(username, is_accepted=True)
        token = ":".join(secrets.token_hex(12) for _ in range(3))
        self.store.put_token(token, username, self.now() + TOKEN_LIFETIME)
        return token

    def refuse_login(self, username: str) -> None:
        user = self.store.users.by_name(username)
        if user is not None:
            self.store.users.set_failures(username, min(user.failures + 1, MAX_FAILURES))
        self.store.users.count_login(username, is_accepted=False)

    def user_of(self, token: str) -> User | None:
        return self.store.token_user(token, self.now())

    def new_client_key(self, account: str) -> str:
        """A key for the card form of one page view."""
        key = secrets.token_urlsafe(24)
        ends_at = self.now() + CLIENT_KEY_LIFETIME
        self.store.set_meta(f"client_key:{key}", [account, ends_at.isoformat()])
        return key

    def account_of_client_key(self, key: str) -> str | None:
        """Whose card form it opens; None for an unknown key and for one that has ended."""
        account, ends_at = self.store.meta(f"client_key:{key}", ["", ""])
        return account if account and self.now() < datetime.fromisoformat(ends_at) else None

    # Reading, as the exports do

    def exported(self, transactions: list[Transaction]) -> list[Transaction]:
        """Without what is too new: exports may lag (v3 TransactionRecords page)."""
        lag = timedelta(seconds=float(self.store.meta("export_lag", "0")))
        newest = self.now() - lag
        return [t for t in transactions if t.created_at <= newest]

    def shift_pages(self, rows: Sequence[Row], offset: int) -> Sequence[Row]:
        """Rows vanish from earlier pages while later ones are read, as often as was asked for."""
        if not offset:
            self.store.set_meta("pages_shifted", 0)
            return rows
        shifted, left = int(self.store.meta("pages_shifted", 0)), int(self.store.meta("shifts", 0))
        if left:
            shifted, left = shifted + 1, left - 1
            self.store.set_meta("pages_shifted", shifted)
            self.store.set_meta("shifts", left)
        return rows[shifted:]

    # Notices

    def tell(self, transaction: Transaction, *, copies: int = 1) -> None:
        """Queue the signed notice of the transaction's state, if somebody listens."""
        target = self.store.target(transaction.account, "webhook")
        if target is None or not event_type(transaction):
            return
        message = signed_notice(transaction, target, occurred_at=self.now().isoformat())
        self._outbox.extend([message] * copies)

    def tell_silently(self, transaction: Transaction, *, url: str = "") -> None:
        """Queue the silent post of a checkout, to its own address or else to the account's."""
        target = self.store.target(transaction.account, "silent_post")
        if url:
            target = Target(transaction.account, "silent_post", url, "")
        if target is not None:
            self._outbox.append(silent_post(transaction, target))

    def close(self) -> None:
        """Wait for the turn under way, then close for good: the lock is never given back."""
        self._lock.acquire()
        self.store.close()


def password_ends_at(user: User) -> datetime | None:
    """When a web user's password ends; None for API users."""
    if user.kind != "web" or user.password_set_at is None:
        return None
    return user.password_set_at + WEB_PASSWORD_LASTS
