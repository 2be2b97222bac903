"""Rationed logins. PayTrace locks a user after four failed logins in a row, so every attempt
goes through one counter per host and user, whichever company or environment makes it.

A worker stops at the first refusal, and leaves the last attempts before the lock to people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import OperationalError, connection
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError, TryLater
from integrations.connections import health
from integrations.connections.addresses import host_of
from integrations.connections.models import Connection
from integrations.paytrace.results import Token
from tenants.keys import keyed_hash
from tenants.models import LoginCounter
from tenants.scope import tenant_transaction

LOCKS_AFTER = 4
"""PayTrace wiki, User Profiles: four consecutive failures expire the password."""
PEOPLE_STOP_AT = LOCKS_AFTER - 1
WORKERS_STOP_AT = LOCKS_AFTER - 2
"""Another environment may have used one up; the rest belongs to people."""
# Longer than one login may take to be refused, shorter than a worker's time limit.
_WAIT_FOR_TURN = "45s"
_COUNTED = {"paytrace.login_refused", "paytrace.user_locked"}
_LOCK_NOT_AVAILABLE = "55P03"


def login_key(*, base_url: str, username: str) -> str:
    """The counter's key for one user at one host, in hex. Tells neither."""
    user = f"{host_of(base_url).lower()}\n{username.strip().casefold()}"
    return keyed_hash(user.encode(), purpose="login counter").hex()


def failed_logins(key: str) -> int:
    """Failed logins in a row of this key's user, as counted here."""
    row = LoginCounter.objects.filter(key_hash=bytes.fromhex(key)).first()
    return row.failures if row else 0


def forget_failures(key: str) -> None:
    """PayTrace starts to count from nothing: after a login, or a password reset there."""
    LoginCounter.objects.filter(key_hash=bytes.fromhex(key), failures__gt=0).update(failures=0)


def is_counted(error: IntegrationError) -> bool:
    """Whether this is a refused login, which PayTrace counts towards its lock."""
    return error.code in _COUNTED


@dataclass(frozen=True)
class Attempt:
    """Who wants to log in, and whether a person asked for it."""

    tenant_id: UUID
    connection_id: UUID
    key: str
    by_person: bool = False


def guarded_log_in(attempt: Attempt, log_in: Callable[[], Token]) -> Token:
    """Make at most one login, alone among all processes, and count what comes of it.

    Raises FixConfiguration without asking PayTrace when the connection waits for a credential
    or too few attempts are left, and whatever `log_in` raises. A refusal has moved the
    connection to `waiting_credential` when this raises. Call outside of transactions.
    """
    with single_flight(attempt.key):
        _check_allowed(attempt)
        try:
            token = log_in()
        except FixConfiguration as error:
            _count_refusal(attempt, error)
            raise
        forget_failures(attempt.key)
        return token


@contextmanager
def single_flight(key: str) -> Iterator[None]:
    """Hold this user's turn to log in; others wait, in any process. Nests in one process.

    A session lock of the database, outside any transaction: it ends with the process. Raises
    TryLater when the turn does not come, RuntimeError inside a transaction.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Logging in talks to the network; leave the transaction first.")
    number = int.from_bytes(bytes.fromhex(key)[:8], "big", signed=True)
    _take_turn(number)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _take_turn(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [_WAIT_FOR_TURN])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            raise TryLater(
                "Another worker is signing in to PayTrace.", code="paytrace.login_busy"
            ) from None
        finally:
            cursor.execute("RESET lock_timeout")


def _check_allowed(attempt: Attempt) -> None:
    failures = failed_logins(attempt.key)
    limit = PEOPLE_STOP_AT if attempt.by_person else WORKERS_STOP_AT
    if failures >= limit:
        raise FixConfiguration(
            f"{failures} sign-ins of this PayTrace user have failed in a row, and PayTrace locks "
            f"a user after {LOCKS_AFTER}. Tieout does not try again by itself.",
            code="connection.lock_out_near",
            field="password",
            remedy="Check the user name and password, then test the connection.",
        )
    if attempt.by_person:
        return
    with tenant_transaction(attempt.tenant_id):
        row = Connection.objects.get(pk=attempt.connection_id)
    if row.state == Connection.State.WAITING_CREDENTIAL:
        raise FixConfiguration(
            row.state_sentence or "PayTrace has refused this sign-in.",
            code="connection.waiting_credential",
            field="password",
            remedy="Check the user name and password, then test the connection.",
        )


def _count_refusal(attempt: Attempt, error: FixConfiguration) -> None:
    if not is_counted(error):
        return
    at_least = LOCKS_AFTER if error.code == "paytrace.user_locked" else 1
    with tenant_transaction(attempt.tenant_id):
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO tenants_logincounter AS c (key_hash, failures, last_failed_at)
                VALUES (%(key)s, %(at_least)s, statement_timestamp())
                ON CONFLICT (key_hash) DO UPDATE SET
                    failures = greatest(c.failures + 1, excluded.failures),
                    last_failed_at = excluded.last_failed_at
                """,
                {"key": bytes.fromhex(attempt.key), "at_least": at_least},
            )
        health.record_failure(connection_id=attempt.connection_id, error=error, now=timezone.now())
