"""Transactions on a company's database, with every failure told as one of four kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.backends import message_numbers
from integrations.sagepro.backends.faults import is_refused_commit, translate
from integrations.sagepro.backends.preamble import Limits, Preamble, preamble_for
from integrations.sagepro.backends.sentences import commit_lost


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
            with self._begun(self._read) as connection:
                yield connection
                self.preamble.end_read(connection)
        except DBAPIError as error:
            raise translate(error) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction under the writer lock; commits at the end, rolls back on any exception.

        Raises OutcomeUnknown when the answer to the commit was lost.
        """
        try:
            with self._begun(self._write) as connection:
                yield connection
                _commit(connection)
        except DBAPIError as error:
            raise translate(error) from error

    def _read(self, connection: Connection) -> None:
        self.preamble.read(connection, self.limits)

    def _write(self, connection: Connection) -> None:
        self.preamble.write(connection, self.limits, company=self.company)

    def _begun(self, begin: Callable[[Connection], None]) -> Connection:
        """A connection whose transaction has begun; to be closed by the caller.

        One that was kept may have died meanwhile: its first words tell, when nothing is written
        yet, and they are said once more on a new one. Later ones are never said again.
        """
        try:
            return self._begin(begin)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # What else is kept is as old.
        self.engine.dispose()
        return self._begin(begin)

    def _begin(self, begin: Callable[[Connection], None]) -> Connection:
        connection = self.engine.connect()
        try:
            begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except DBAPIError as error:
        if is_refused_commit(error):
            raise
        raise commit_lost() from error


def open_session(dsn: str, *, company: str, limits: Limits) -> Session:
    """Prepare a pool for `dsn`; connects at first use. Raises FixConfiguration for a bad one."""
    try:
        url = _with_driver(make_url(dsn))
        preamble = preamble_for(url.get_backend_name())
        engine = create_engine(
            url,
            isolation_level="READ COMMITTED",
            hide_parameters=True,
            # Every transaction is ended by the block that began it.
            pool_reset_on_return=None,
            pool_size=2,
            max_overflow=-1,
            connect_args=preamble.arguments(limits),
        )
    except (ArgumentError, NoSuchModuleError):
        raise FixConfiguration(
            "The address of the Sage Pro database cannot be read.",
            code="sage.address_invalid",
            field="address",
            remedy="Write it as mssql://user:password@host:port/database.",
        ) from None
    event.listen(engine, "handle_error", message_numbers.tell_engine)
    return Session(engine, preamble, limits, company)


def _with_driver(url: URL) -> URL:
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "mssql":
        # What stands behind the question mark would be told to the driver: TLS off, say.
        return url.set(drivername="mssql+pymssql", query={})
    return url
