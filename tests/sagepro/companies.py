"""Sample companies for tests: a fresh clone each, reached through one back end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

import psycopg
import pytest

from integrations.sagepro.backends.preamble import Limits, lock_key
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.connector import Connector
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.books import Books, Changes, books, changes
from integrations.sagepro.sample.company import complete, create_company
from integrations.sagepro.sample.profile import sample_profile
from integrations.sagepro.sample.schema import TABLES
from tests import database_plugin

TODAY = date(2026, 11, 20)
SHORT = Limits(lock=timedelta(milliseconds=200))


@dataclass
class SampleCompany:
    """One company, its books, and connectors on it that are closed at the end."""

    dsn: str = field(repr=False)
    opened: list[Connector] = field(default_factory=list, repr=False)

    def connect(
        self,
        *,
        dsn: str = "",
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
    ) -> Connector:
        return self.open(
            dsn=dsn, profile=profile, limits=limits, expected_fingerprint=expected_fingerprint
        )

    def open(
        self,
        *,
        dsn: str = "",
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
    ) -> SqlConnector:
        """The same, as what it is: for what this back end can do beside payments."""
        connector = SqlConnector(
            dsn or self.dsn,
            profile=profile or sample_profile(),
            limits=limits,
            expected_fingerprint=expected_fingerprint,
        )
        self.opened.append(connector)
        return connector

    def books(self) -> Books:
        return books(self.dsn)

    def execute(self, statement: str, *values: object) -> None:
        """Set the scene as somebody in Sage, or its administrator, would."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement.encode(), values)

    @property
    def profile(self) -> PostingProfile:
        return sample_profile()

    def named(self, sentence: str) -> str:
        return sentence.format_map({name: name for name in TABLES})

    def add(self, table: str, **values: object) -> None:
        row = complete(table, values)
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        self.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *row.values())

    def change(self, table: str, where: dict[str, object], **values: object) -> None:
        changed = ", ".join(f"{name} = %s" for name in values)
        self.execute(
            f"UPDATE {table} SET {changed} WHERE {_where(where)}", *values.values(), *where.values()
        )

    def remove(self, table: str, where: dict[str, object]) -> None:
        self.execute(f"DELETE FROM {table} WHERE {_where(where)}", *where.values())

    def move_to_history(self, number: str) -> None:
        self.execute(
            "WITH gone AS (DELETE FROM armast WHERE trim(invno) = %s RETURNING *) "
            "INSERT INTO arymst SELECT * FROM gone",
            number,
        )

    def move_order_to_history(self, number: str) -> None:
        self.execute(
            "WITH gone AS (DELETE FROM somast WHERE trim(sono) = %s RETURNING *) "
            "INSERT INTO soymst SELECT * FROM gone",
            number,
        )

    def forget_posting(self, effect_key: str) -> None:
        self.remove("ptpost", {"effkey": effect_key})

    @property
    def leaves_record(self) -> bool:
        return True

    @contextmanager
    def busy(self) -> Iterator[None]:
        with psycopg.connect(self.dsn) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key("01")])
            yield
            connection.rollback()

    def during(self, act: Callable[[], object]) -> Changes:
        """What `act` did to the books."""
        before = self.books()
        act()
        return changes(before, self.books())


def _where(columns: dict[str, object]) -> str:
    """Texts are compared without padding."""
    return " AND ".join(
        f"trim({name}) = %s" if isinstance(value, str) else f"{name} = %s"
        for name, value in columns.items()
    )


@pytest.fixture(scope="session")
def company_template() -> Iterator[str]:
    """The name of a database that holds the sample company, to clone."""
    name = f"sage_template_{uuid4().hex[:8]}"
    database_plugin.make_database(name)
    create_company(database_plugin.superuser_url(name), today=TODAY)
    yield name
    database_plugin.drop_database(name)


@contextmanager
def fresh_company(template: str) -> Iterator[SampleCompany]:
    """A clone in a database of its own; closes what was opened on it and drops it."""
    name = f"sage_{uuid4().hex[:12]}"
    database_plugin.make_database(name, template=template)
    sample = SampleCompany(database_plugin.superuser_url(name))
    yield sample
    for connector in sample.opened:
        connector.close()
    database_plugin.drop_database(name)


@pytest.fixture
def company(company_template: str) -> Iterator[SampleCompany]:
    """A fresh company in a database of its own."""
    with fresh_company(company_template) as sample:
        yield sample


@pytest.fixture
def sage(company: SampleCompany) -> Connector:
    """A connector on the fresh company."""
    return company.connect()
