"""One simulator per worker; a fresh world per walk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine

from integrations.connections import clients
from tests import database_plugin
from tests.paytrace.simulator_process import Simulator, simulator_process
from tests.sagepro.companies import company_template
from tests.walks.world import NOON, World, build

__all__ = ["company_template"]


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder: Path = tmp_path_factory.mktemp("simulator")
    with simulator_process(folder) as running:
        yield running


@pytest.fixture
def sage_dsn(company_template: str) -> Iterator[str]:
    """A fresh sample company."""
    name = f"sage_{uuid4().hex[:12]}"
    database_plugin.make_database(name, template=company_template)
    yield database_plugin.superuser_url(name)
    clients.close_all()
    database_plugin.drop_database(name)


@pytest.fixture
def world(db: None, simulator: Simulator, sage_dsn: str) -> Iterator[World]:
    simulator.control("faults", kind="none")
    with time_machine.travel(NOON, tick=True):
        yield build(simulator, sage_dsn=sage_dsn)
