"""Fixtures of the contract suites: `company` and `sage` are every way into a Sage company.

The five ways, and what stands behind each here:

- `sqlserver`: a process of its own per company (its driver wants that), on PostgreSQL. Slow.
- `agent`: the SQL edition behind a real agent and a real portal. Slow.
- `foxpro`: FoxPro tables, with Sage Pro's own program played by its model.
- `sample`: the sample company's database, reached from this process.
- `assisted`: the same, read by us and keyed by a person; only what reads is asked of it.

A test that writes runs on the ways that write, one marked `reads` on all five. What a way does
not offer is in the table of test_sagepro_ways.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import pytest

from integrations.connections.assisted import AssistedConnector
from integrations.sagepro.apart.connector import ApartConnector
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.connector import Connector
from integrations.sagepro.profile import PostingProfile
from tests import factories
from tests.agent.company import agent_company, portal_of_agents
from tests.sagepro.any_company import AnyCompany
from tests.sagepro.companies import SampleCompany, company_template
from tests.sagepro.companies import company as sql_company
from tests.sagepro.foxpro.company import foxpro_company, foxpro_template

__all__ = [
    "agent_company",
    "company_template",
    "foxpro_company",
    "foxpro_template",
    "portal_of_agents",
    "sql_company",
]

_SLOW = ("sqlserver", "agent")
WRITING = ("sqlserver", "agent", "foxpro", "sample")
READING = (*WRITING, "assisted")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The one place where the suites get their ways."""
    if "company" not in metafunc.fixturenames:
        return
    ways = READING if metafunc.definition.get_closest_marker("reads") else WRITING
    slow = pytest.mark.slow
    wanted = [pytest.param(way, marks=slow) if way in _SLOW else way for way in ways]
    metafunc.parametrize("company", wanted, indirect=True)


@pytest.fixture
def company(request: pytest.FixtureRequest) -> AnyCompany:
    """A fresh company, reached in the way of this variant."""
    found: AnyCompany = request.getfixturevalue(f"{request.param}_company")
    return found


@dataclass
class ApartCompany(SampleCompany):
    """The sample company, with a process of its own between."""

    def connect(
        self,
        *,
        dsn: str = "",
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
    ) -> Connector:
        made = ApartConnector(
            dsn or self.dsn,
            profile=profile or self.profile,
            limits=limits,
            expected_fingerprint=expected_fingerprint,
        )
        self.opened.append(made)
        return made


@dataclass
class AssistedCompany(SampleCompany):
    """The sample company, which a person writes."""

    place: Callable[[], tuple[UUID, UUID]] = lambda: (UUID(int=0), UUID(int=0))

    def connect(
        self,
        *,
        dsn: str = "",
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
    ) -> Connector:
        reader = super().connect(
            dsn=dsn, profile=profile, limits=limits, expected_fingerprint=expected_fingerprint
        )
        tenant_id, company_id = self.place()
        return AssistedConnector(
            reader, tenant_id=tenant_id, company_id=company_id, profile=profile or self.profile
        )


@pytest.fixture
def sample_company(sql_company: SampleCompany) -> SampleCompany:
    return sql_company


@pytest.fixture
def sqlserver_company(sql_company: SampleCompany) -> Iterator[ApartCompany]:
    made = ApartCompany(sql_company.dsn)
    yield made
    for connector in made.opened:
        connector.close()


@pytest.fixture
def assisted_company(db: None, sql_company: SampleCompany) -> Iterator[AssistedCompany]:
    books = factories.company()
    made = AssistedCompany(sql_company.dsn, place=lambda: (books.tenant.id, books.sage.id))
    yield made
    for connector in made.opened:
        connector.close()


@pytest.fixture
def sage(company: AnyCompany) -> Connector:
    """A connector on the fresh company."""
    return company.connect()


@pytest.fixture
def books(sage: Connector) -> BeyondPayments:
    """The same, for what it offers beside payments."""
    return cast("BeyondPayments", sage)


@pytest.fixture
def sql_sage(sql_company: SampleCompany) -> Connector:
    """A connector on a fresh SQL company, where a test is about SQL."""
    return sql_company.connect()
