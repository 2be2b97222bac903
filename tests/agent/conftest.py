"""One portal per session, a fresh company per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.scene import AgentScene, build, serving
from tests.sagepro.companies import SampleCompany, company_template, fresh_company

__all__ = ["company_template"]


@pytest.fixture(scope="session")
def portal_url() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def sage(company_template: str) -> Iterator[SampleCompany]:
    """The company's own database."""
    with fresh_company(company_template) as sample:
        yield sample


@pytest.fixture
def scene(db: None, portal_url: str, sage: SampleCompany, tmp_path: Path) -> Iterator[AgentScene]:
    made = build(portal_url, sage_dsn=sage.dsn, folder=tmp_path)
    yield made
    made.close()
