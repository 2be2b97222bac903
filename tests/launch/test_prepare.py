"""Somebody's own PostgreSQL is made ready by one command, or refused in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from portal.launch import database, places, prepare
from portal.launch.database import Addresses
from portal.launch.postgres import LaunchError
from tests import database_plugin


@pytest.fixture
def own(make_database: Callable[[], str]) -> Addresses:
    """Three addresses of an empty database, with the passwords of this run's roles."""
    name = str(conninfo_to_dict(make_database())["dbname"])
    app, support, migrator = (
        database_plugin.server_url(role=f"tieout_{role}", database=name)
        for role in ("app", "support", "migrator")
    )
    return Addresses(app=app, support=support, migrator=migrator)


def test_an_empty_database_becomes_a_portal(own: Addresses) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": own.app,
        "SUPPORT_URL": own.support,
        "MIGRATOR_URL": own.migrator,
        "SUPERUSER_URL": database_plugin.superuser_url(),
    }
    done = subprocess.run(
        [sys.executable, "-m", "portal.launch.prepare"],
        cwd=places.CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    prepare.make_roles(database_plugin.superuser_url(), own)
    with psycopg.connect(own.app) as connection:
        owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'posting_effect'"
        assert connection.execute(owner).fetchone() == ("tieout_migrator",)
        with pytest.raises(psycopg.errors.UndefinedObject):
            connection.execute("SELECT count(*) FROM posting_effect")


def test_addresses_must_name_the_roles(own: Addresses) -> None:
    swapped = Addresses(app=own.support, support=own.app, migrator=own.migrator)
    with pytest.raises(LaunchError) as refusal:
        prepare.make_roles(database_plugin.superuser_url(), swapped)
    assert str(refusal.value) == (
        "The user of tieout_app's address is ‘tieout_support’, not tieout_app."
    )


def test_some_addresses_without_the_others_are_refused() -> None:
    with pytest.raises(LaunchError) as refusal:
        database.given({"DATABASE_URL": "postgresql://tieout_app@/tieout"})
    assert str(refusal.value) == (
        "To use your own PostgreSQL, SUPPORT_URL and MIGRATOR_URL must be set too; "
        "docs/operations.md says how to make the three roles."
    )


def test_no_address_means_the_embedded_server() -> None:
    assert database.given({}) is None


def test_a_postgresql_that_does_not_answer_is_named(own: Addresses) -> None:
    gone = own.app.replace("/sage_", "/gone_")
    with pytest.raises(LaunchError, match=r"^Your PostgreSQL cannot be used: .*does not exist"):
        database.check(Addresses(app=gone, support=own.support, migrator=own.migrator))
