"""What a transaction begins with, per database product: time limits and the writer lock.

The lock is the company's single writer. Nothing relies on row-lock hints: the side table's
keys and guarded updates decide, so a writer that forgot the lock still cannot post twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection, func, select, text

from integrations.canonical.errors import FixConfiguration, IntegrationError, TryLater
from integrations.sagepro.backends.sentences import IN_USE
from integrations.sagepro.backends.statements import Statement


@dataclass(frozen=True)
class Limits:
    """How long anything may take in the company's database."""

    connect: timedelta = timedelta(seconds=5)
    lock: timedelta = timedelta(seconds=5)
    statement: timedelta = timedelta(seconds=25)
    idle: timedelta = timedelta(seconds=30)
    """A paused writer is thrown out after this, so that it cannot hold the company's lock."""


class Preamble(Protocol):
    """The opening of a transaction in one database product's own words."""

    def arguments(self, limits: Limits) -> dict[str, Any]:
        """What the driver is told when it connects."""
        ...

    def read(self, connection: Connection, limits: Limits) -> None:
        """Set the time limits and make the transaction read-only."""
        ...

    def end_read(self, connection: Connection) -> None:
        """End a transaction that has only read."""
        ...

    def write(self, connection: Connection, limits: Limits, *, company: str) -> None:
        """Set the time limits and take the company's writer lock until the transaction ends."""
        ...


class PostgresPreamble:
    def arguments(self, limits: Limits) -> dict[str, Any]:
        return {"connect_timeout": int(limits.connect.total_seconds())}

    def read(self, connection: Connection, limits: Limits) -> None:
        postgres_settings(limits, is_read_only=True).rows(connection)

    def end_read(self, connection: Connection) -> None:
        # The server let it write nothing; at a rollback the driver would forget every
        # statement that it has prepared.
        connection.commit()

    def write(self, connection: Connection, limits: Limits, *, company: str) -> None:
        postgres_settings(limits, is_read_only=False).rows(connection)
        _postgres_lock(company).rows(connection)


@lru_cache(maxsize=100)
def postgres_settings(limits: Limits, *, is_read_only: bool) -> Statement:
    """Sets the limits of the transaction that it begins."""
    settings = {
        "lock_timeout": _milliseconds(limits.lock),
        "statement_timeout": _milliseconds(limits.statement),
        "idle_in_transaction_session_timeout": _milliseconds(limits.idle),
    }
    if is_read_only:
        settings["transaction_read_only"] = "on"
    is_local = True
    told = (func.set_config(key, value, is_local) for key, value in settings.items())
    return Statement(select(*told))


@lru_cache(maxsize=100)
def _postgres_lock(company: str) -> Statement:
    return Statement(select(func.pg_advisory_xact_lock(lock_key(company))))


class MssqlPreamble:
    """SQL Server by pymssql, and what its transactions begin with.

    The server has no read-only transaction and no limit for an idle one: the login's rights
    stand in for the first, and for the second the connector runs in a process of its own that
    is ended when it does not answer.
    """

    _LIMIT = Statement(text("SET LOCK_TIMEOUT :wait"))
    # NOCOUNT off, because guarded updates look at the count and a server may have it on.
    _WRITER = Statement(
        text(
            "SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT :wait; DECLARE @answer int; "
            "EXEC @answer = sp_getapplock @Resource = :resource, @LockMode = 'Exclusive', "
            "@LockOwner = 'Transaction', @LockTimeout = :wait; SELECT @answer AS answer"
        )
    )

    def arguments(self, limits: Limits) -> dict[str, Any]:
        return {
            "login_timeout": _whole_seconds(limits.connect),
            "timeout": _whole_seconds(limits.statement),
            "appname": "Tieout",
        }

    def read(self, connection: Connection, limits: Limits) -> None:
        self._LIMIT.change(connection, {"wait": _thousandths(limits.lock)})

    def end_read(self, connection: Connection) -> None:
        connection.rollback()

    def write(self, connection: Connection, limits: Limits, *, company: str) -> None:
        given = {"wait": _thousandths(limits.lock), "resource": lock_name(company)}
        answers = [answer for (answer,) in self._WRITER.rows(connection, given)]
        # 0 is at once, 1 after waiting; every other answer of sp_getapplock is a refusal.
        if answers not in ([0], [1]):
            raise _not_locked(*answers)


def _not_locked(answer: object = None) -> IntegrationError:
    # -1 waited too long, -2 was cancelled, -3 lost a deadlock; -999 is a wrong call.
    if answer in {-1, -2, -3}:
        return TryLater(
            "Another writer is at work in this Sage Pro company; nothing was written.", code=IN_USE
        )
    return FixConfiguration(
        f"Sage Pro's server does not give the writer lock (sp_getapplock answers {answer}).",
        code="sage.lock_refused",
        remedy="Allow the login to run sp_getapplock, which every login may by default.",
    )


def lock_name(company: str) -> str:
    """The application lock of a company, the same for every writer."""
    return f"tieout.sagepro.writer:{company}"


def lock_key(company: str) -> int:
    """The advisory lock of a company: a signed 64-bit number, the same for every writer."""
    digest = hashlib.sha256(lock_name(company).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def preamble_for(dialect: str) -> Preamble:
    """The opening for an SQLAlchemy dialect. Raises FixConfiguration for an unknown one."""
    if dialect == "postgresql":
        return PostgresPreamble()
    if dialect == "mssql":
        return MssqlPreamble()
    raise FixConfiguration(
        f"A Sage Pro company on {dialect} cannot be written yet.",
        code="sage.database_unsupported",
        field="address",
        remedy="Use the address of a supported database.",
    )


def _milliseconds(value: timedelta) -> str:
    return f"{_thousandths(value)}ms"


def _thousandths(value: timedelta) -> int:
    return int(value.total_seconds() * 1000)


def _whole_seconds(value: timedelta) -> int:
    # 0 means no limit to this driver.
    return max(1, round(value.total_seconds()))
