"""What a transaction begins with, per database product: time limits and the writer lock.

The lock is the company's single writer. Nothing relies on row-lock hints: the side table's
keys and guarded updates decide, so a writer that forgot the lock still cannot post twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Connection, func, select

from integrations.canonical.errors import FixConfiguration


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

    def read(self, connection: Connection, limits: Limits) -> None:
        """Set the time limits and make the transaction read-only."""
        ...

    def write(self, connection: Connection, limits: Limits, *, company: str) -> None:
        """Set the time limits and take the company's writer lock until the transaction ends."""
        ...


class PostgresPreamble:
    def read(self, connection: Connection, limits: Limits) -> None:
        self._set(connection, limits, transaction_read_only="on")

    def write(self, connection: Connection, limits: Limits, *, company: str) -> None:
        self._set(connection, limits)
        connection.execute(select(func.pg_advisory_xact_lock(lock_key(company))))

    def _set(self, connection: Connection, limits: Limits, **more: str) -> None:
        settings = {
            "lock_timeout": _milliseconds(limits.lock),
            "statement_timeout": _milliseconds(limits.statement),
            "idle_in_transaction_session_timeout": _milliseconds(limits.idle),
            **more,
        }
        local = True
        connection.execute(
            select(*(func.set_config(key, value, local) for key, value in settings.items()))
        )


def lock_key(company: str) -> int:
    """The advisory lock of a company: a signed 64-bit number, the same for every writer."""
    digest = hashlib.sha256(f"tieout.sagepro.writer:{company}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def preamble_for(dialect: str) -> Preamble:
    """The opening for an SQLAlchemy dialect. Raises FixConfiguration for an unknown one."""
    if dialect == "postgresql":
        return PostgresPreamble()
    raise FixConfiguration(
        f"A Sage Pro company on {dialect} cannot be written yet.",
        code="sage.database_unsupported",
        field="address",
        remedy="Use the address of a supported database.",
    )


def _milliseconds(value: timedelta) -> str:
    return f"{int(value.total_seconds() * 1000)}ms"
