"""Transactions on a company's database, with every failure told as one of four kinds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.backends.faults import code_of, commit_lost, translate
from integrations.sagepro.backends.preamble import Limits, Preamble, preamble_for


@dataclass(frozen=True)
class Session:
    """Opens read and write transactions for one company. Safe to share between threads."""

    engine: Engine
    preamble: Preamble
    limits: Limits
    company: str

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only transaction. Raises as the connector's methods do."""
        try:
            with self.engine.connect() as connection:
                self.preamble.read(connection, self.limits)
                yield connection
        except DBAPIError as error:
            raise translate(error) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction under the writer lock; commits at the end, rolls back on any exception.

        Raises OutcomeUnknown when the answer to the commit was lost.
        """
        try:
            with self.engine.connect() as connection:
                self.preamble.write(connection, self.limits, company=self.company)
                yield connection
                _commit(connection)
        except DBAPIError as error:
            raise translate(error) from error


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except DBAPIError as error:
        # Class 23 is a constraint checked at commit: the server said no, so it is known.
        if code_of(error).startswith("23"):
            raise
        raise commit_lost() from error


def open_session(dsn: str, *, company: str, limits: Limits) -> Session:
    """Prepare a pool for `dsn`; connects at first use. Raises FixConfiguration for a bad one."""
    try:
        url = make_url(dsn)
        if url.drivername in {"postgresql", "postgres"}:
            url = url.set(drivername="postgresql+psycopg")
        preamble = preamble_for(url.get_backend_name())
        engine = create_engine(
            url,
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=2,
            max_overflow=-1,
            connect_args={"connect_timeout": int(limits.connect.total_seconds())},
        )
    except (ArgumentError, NoSuchModuleError):
        raise FixConfiguration(
            "The address of the Sage Pro database cannot be read.",
            code="sage.address_invalid",
            field="address",
            remedy="Write it as postgresql://user:password@host:port/database.",
        ) from None
    return Session(engine, preamble, limits, company)
