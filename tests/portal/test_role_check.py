"""The portal refuses to work as a role that row-level security does not bite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import conninfo_to_dict

from portal import role_check
from portal.launch import databases, postgres
from tests import database_plugin

pytestmark = pytest.mark.usefixtures("db")


@contextmanager
def _connection_as(role: str, *, alias: str) -> Iterator[BaseDatabaseWrapper]:
    other = connection.copy(alias=alias)
    other.settings_dict["USER"] = role
    facts = conninfo_to_dict(database_plugin.server_url(role=role, database="any"))
    other.settings_dict["PASSWORD"] = facts.get("password", "")
    yield other
    other.close()


def test_the_two_roles_of_the_portal_are_weak_enough() -> None:
    for role in (databases.APP, databases.SUPPORT):
        with _connection_as(role, alias="looking") as weak:
            assert role_check.role_problem(weak) == ""


@pytest.mark.parametrize(
    ("role", "says"),
    [
        (databases.MIGRATOR, "tieout_migrator has BYPASSRLS and owns tables"),
        (postgres.SUPERUSER, "is a superuser"),
    ],
)
def test_a_strong_role_is_named_with_its_fault(role: str, says: str) -> None:
    with _connection_as(role, alias="looking") as strong:
        assert says in role_check.role_problem(strong)


def test_the_first_connection_as_a_strong_role_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(role_check, "_checked", set())
    assert os.environ["DATABASE_URL"]
    with _connection_as(databases.MIGRATOR, alias="default") as strong:
        with pytest.raises(ImproperlyConfigured, match="row-level security"):
            strong.ensure_connection()
        assert strong.connection is None
