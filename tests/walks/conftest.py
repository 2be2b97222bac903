"""One simulator per worker; the same world, as if fresh, for every walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine

from integrations.connections import clients
from tests import database_plugin
from tests.paytrace.simulator_process import Simulator, simulator_process
from tests.sagepro.companies import company_template
from tests.walks.kept import Shelf
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


@pytest.fixture(scope="session")
def make_shelf(
    simulator: Simulator,
    company_template: str,
    database_of_worker: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Shelf]:
    """A shelf for worlds whose account speaks this version of PayTrace's API."""

    def make(version: str) -> Shelf:
        return Shelf(
            database_plugin.superuser_url(database_of_worker),
            simulator,
            company_template,
            tmp_path_factory.mktemp(f"kept_{version}"),
            build=lambda dsn: build(simulator, sage_dsn=dsn, api_version=version),
        )

    return make


@pytest.fixture(scope="session")
def shelf(make_shelf: Callable[[str], Shelf]) -> Iterator[Shelf]:
    made = make_shelf("v1")
    yield made
    made.close()


@pytest.fixture(scope="session")
def shelf_v3(make_shelf: Callable[[str], Shelf]) -> Iterator[Shelf]:
    made = make_shelf("v3")
    yield made
    made.close()


@pytest.fixture
def world(db: None, simulator: Simulator, shelf: Shelf) -> Iterator[World]:
    simulator.control("faults", kind="none")
    with time_machine.travel(NOON, tick=True), shelf.take() as made:
        yield made


@pytest.fixture
def world_v3(db: None, simulator: Simulator, shelf_v3: Shelf) -> Iterator[World]:
    """The same with an account of API v3, which lists ACH payments."""
    simulator.control("faults", kind="none")
    with time_machine.travel(NOON, tick=True), shelf_v3.take() as made:
        yield made


@pytest.fixture
def built_world(db: None, simulator: Simulator, sage_dsn: str) -> Iterator[World]:
    """The same, set up anew: for tests whose workers are processes that remember."""
    simulator.control("faults", kind="none")
    with time_machine.travel(NOON, tick=True):
        yield build(simulator, sage_dsn=sage_dsn)
