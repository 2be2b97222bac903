"""Fixtures of the contract suites: `company` and `sage` are every way into a Sage company."""

from __future__ import annotations

import pytest

from integrations.sagepro.connector import Connector
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


@pytest.fixture(params=["sql", "foxpro", pytest.param("agent", marks=pytest.mark.slow)])
def company(request: pytest.FixtureRequest) -> AnyCompany:
    """A fresh company on each back end that passes the contract."""
    found: AnyCompany = request.getfixturevalue(f"{request.param}_company")
    return found


@pytest.fixture
def sage(company: AnyCompany) -> Connector:
    """A connector on the fresh company."""
    return company.connect()


@pytest.fixture
def sql_sage(sql_company: SampleCompany) -> Connector:
    """A connector on a fresh SQL company, where a test is about SQL."""
    return sql_company.connect()
