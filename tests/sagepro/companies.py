"""Sample companies for tests: a fresh clone each, reached through one back end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

import psycopg
import pytest

from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.connector import Connector
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.books import Books, Changes, books, changes
from integrations.sagepro.sample.company import create_company
from integrations.sagepro.sample.profile import sample_profile
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

    def during(self, act: Callable[[], object]) -> Changes:
        """What `act` did to the books."""
        before = self.books()
        act()
        return changes(before, self.books())


@pytest.fixture(scope="session")
def company_template() -> Iterator[str]:
    """The name of a database that holds the sample company, to clone."""
    name = f"sage_template_{uuid4().hex[:8]}"
    database_plugin.make_database(name)
    create_company(database_plugin.superuser_url(name), today=TODAY)
    yield name
    database_plugin.drop_database(name)


@pytest.fixture(params=["sql"])
def company(request: pytest.FixtureRequest, company_template: str) -> Iterator[SampleCompany]:
    """A fresh company on each back end that passes the contract."""
    name = f"sage_{uuid4().hex[:12]}"
    database_plugin.make_database(name, template=company_template)
    sample = SampleCompany(database_plugin.superuser_url(name))
    yield sample
    for connector in sample.opened:
        connector.close()
    database_plugin.drop_database(name)


@pytest.fixture
def sage(company: SampleCompany) -> Connector:
    """A connector on the fresh company."""
    return company.connect()
