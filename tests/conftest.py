"""Fixtures every test may use: a real database that commits for real, and empty ones."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck
from hypothesis import settings as of_properties
from psycopg.pq import TransactionStatus
from pytest_django.plugin import DjangoDbBlocker

from portal.launch import databases, postgres
from tests import database_plugin
from tests.quick_hasher import QuickHasher

# How long a machine takes that does something else besides says nothing about a property.
of_properties.register_profile(
    "patient",
    parent=of_properties.default,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
of_properties.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    settings.PASSWORD_HASHERS = [f"{QuickHasher.__module__}.{QuickHasher.__qualname__}"]


def pytest_collection_finish() -> None:
    """What has been loaded by now stays until the end, so the collector need not look at it again
    and again; what tests leave in circles is little, and is looked for less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


_TABLES = """
SELECT quote_ident(tablename) FROM pg_tables
WHERE schemaname = 'public' AND NOT (tablename = ANY (%s)) ORDER BY tablename
"""
_COUNTERS = """
SELECT quote_ident(sequencename) FROM pg_sequences
WHERE schemaname = 'public' AND NOT (sequencename ~ ANY (%s)) ORDER BY sequencename
"""
_LARGE = 1_000_000
"""Bytes of a table from which its deleted rows cost more to pass by than to clear away."""


class Emptying:
    """Empties every table of one database, over a connection that stays open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self._what_is_filled = b""

    def __enter__(self) -> Emptying:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def empty(self) -> None:
        """Some tests end every connection to the database, this one as well."""
        try:
            self._empty(self._opened())
        except psycopg.OperationalError:
            self._close()
            self._empty(self._opened())

    def _empty(self, portal: psycopg.Connection) -> None:
        row = portal.execute(self._what_is_filled, prepare=True).fetchone()
        assert row is not None
        tables, counters, large = row
        # Deleting a few rows is several times cheaper than making new files for every table and
        # index, which is what TRUNCATE does.
        undoing = [f"DELETE FROM {name}" for name in tables]
        undoing += [f"SELECT setval('{name}', 1, false)" for name in counters]
        if undoing:
            portal.execute("; ".join(undoing).encode())
        for name in large:
            portal.execute(f"VACUUM {name}".encode())

    def _opened(self) -> psycopg.Connection:
        if self._connection is None:
            opened = psycopg.connect(self._url, autocommit=True)
            # As a replica, the session skips foreign keys and the triggers that keep facts from
            # being deleted.
            opened.execute("SET session_replication_role = replica")
            self._what_is_filled = _what_is_filled(opened)
            self._connection = opened
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _what_is_filled(portal: psycopg.Connection) -> bytes:
    """One statement that tells the tables with rows, the counters used, and the large of these
    tables. It is planned once per connection."""
    kept = sorted(database_plugin.NEVER_EMPTIED)
    tables = [name for (name,) in portal.execute(_TABLES, [kept])]
    counters = [name for (name,) in portal.execute(_COUNTERS, [[f"^{one}" for one in kept]])]
    filled = [f"CASE WHEN EXISTS (SELECT FROM {name}) THEN '{name}' END" for name in tables]
    used = [f"CASE WHEN (SELECT is_called FROM {name}) THEN '{name}' END" for name in counters]
    return f"""
    SELECT tables, counters,
        ARRAY(SELECT one FROM unnest(tables) one WHERE pg_relation_size(one::regclass) > {_LARGE})
    FROM (SELECT array_remove(ARRAY[{", ".join(filled)}], NULL),
                 array_remove(ARRAY[{", ".join(used)}]::text[], NULL)) AS _ (tables, counters)
    """.encode()


@pytest.fixture(scope="session")
def database_of_worker() -> Iterator[str]:
    """This worker's own clone of the migrated template."""
    name = os.environ["TIEOUT_TEST_DATABASE"]
    database_plugin.make_database(name, template=database_plugin.TEMPLATE, owner=databases.MIGRATOR)
    yield name
    for connection in connections.all(initialized_only=True):
        connection.close()
    database_plugin.drop_database(name)


@pytest.fixture(scope="session")
def emptying(database_of_worker: str) -> Iterator[Emptying]:
    with Emptying(database_plugin.superuser_url(database_of_worker)) as made:
        yield made


@pytest.fixture
def db(emptying: Emptying, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The application's database, as the application role, with real commits.

    Every table is emptied afterwards; nothing is wrapped in a rolled-back transaction, so
    `on_commit`, row-level security and concurrency behave as in production.
    """
    with django_db_blocker.unblock():
        yield
        for connection in connections.all(initialized_only=True):
            _leave(connection)
    emptying.empty()


def _leave(used: BaseDatabaseWrapper) -> None:
    """Leave a connection to the next test as a worker leaves it to the next drain: nothing under
    way and no lock held. A new one would first read the tables and their walls again."""
    opened = used.connection
    if opened is None:
        return
    is_idle = opened.info.transaction_status is TransactionStatus.IDLE
    try:
        if is_idle and opened.autocommit and not used.in_atomic_block:
            opened.execute("SELECT pg_advisory_unlock_all()")
            return
    except psycopg.OperationalError:
        pass  # a test ended it
    used.close()


@pytest.fixture
def superuser_url(database_of_worker: str) -> str:
    """The worker's database as superuser: for setting a scene and reading across walls."""
    return database_plugin.superuser_url(database_of_worker)


@pytest.fixture
def make_database() -> Iterator[Callable[[], str]]:
    """Makes fresh, empty databases; gives their superuser addresses."""
    made: list[str] = []

    def make() -> str:
        name = f"sage_{uuid4().hex[:12]}"
        database_plugin.make_database(name, owner=postgres.SUPERUSER)
        made.append(name)
        return database_plugin.superuser_url(name)

    yield make
    for name in made:
        database_plugin.drop_database(name)


@pytest.fixture
def sage_database_url(make_database: Callable[[], str]) -> str:
    """One fresh, empty database for a Sage company."""
    return make_database()
