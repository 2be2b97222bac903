"""One portal per session, a fresh company per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests import database_plugin
from tests.agent.scene import AgentScene, build, serving
from tests.sagepro.companies import SampleCompany, company_template

__all__ = ["company_template"]


@pytest.fixture(scope="session")
def portal_url() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def sage(company_template: str) -> Iterator[SampleCompany]:
    """The company's own database."""
    name = f"sage_{uuid4().hex[:12]}"
    database_plugin.make_database(name, template=company_template)
    yield SampleCompany(database_plugin.superuser_url(name))
    database_plugin.drop_database(name)


@pytest.fixture
def scene(db: None, portal_url: str, sage: SampleCompany, tmp_path: Path) -> Iterator[AgentScene]:
    made = build(portal_url, sage_dsn=sage.dsn, folder=tmp_path)
    yield made
    made.close()
