"""Fixtures every test may use: a real database that commits for real, and empty ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from portal.launch import databases, postgres
from tests import database_plugin


@pytest.fixture(scope="session")
def database_of_worker() -> Iterator[str]:
    """This worker's own clone of the migrated template."""
    name = os.environ["TIEOUT_TEST_DATABASE"]
    database_plugin.make_database(name, template=database_plugin.TEMPLATE, owner=databases.MIGRATOR)
    yield name
    for connection in connections.all(initialized_only=True):
        connection.close()
    database_plugin.drop_database(name)


@pytest.fixture
def db(database_of_worker: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The application's database, as the application role, with real commits.

    Every table is emptied afterwards; nothing is wrapped in a rolled-back transaction, so
    `on_commit`, row-level security and concurrency behave as in production.
    """
    with django_db_blocker.unblock():
        yield
        for connection in connections.all(initialized_only=True):
            connection.close()
    _empty(database_plugin.superuser_url(database_of_worker))


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


# Deleting a few rows is several times cheaper than making new files for every table and
# index, which is what TRUNCATE does. As a replica, the session skips foreign keys and the
# triggers that keep facts from being deleted.
_EMPTY_ALL = """
SET session_replication_role = replica;
DO $$
DECLARE found text; filled boolean; counter text;
BEGIN
  FOR found IN
    SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = 'public' AND NOT (tablename = ANY (%s::text[]))
  LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || found || ')' INTO filled;
    IF filled THEN EXECUTE 'DELETE FROM ' || found; END IF;
  END LOOP;
  FOR counter IN
    SELECT quote_ident(sequencename) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL
      AND sequencename NOT LIKE 'django_migrations%' AND sequencename NOT LIKE 'auth_permission%'
      AND sequencename NOT LIKE 'django_content_type%'
  LOOP
    PERFORM setval(counter, 1, false);
  END LOOP;
END $$
"""


def _empty(url: str) -> None:
    kept = "{" + ",".join(sorted(database_plugin.NEVER_EMPTIED)) + "}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_EMPTY_ALL.replace("%s", f"'{kept}'"))
