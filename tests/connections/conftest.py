"""Fixtures of the connection tests: a company, the running simulator, the sample company."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.connections import clients, notices
from tests.connections.scene import Scene, make_scene, put_user
from tests.paytrace.simulator_process import Simulator, simulator_process
from tests.sagepro.companies import company, company_template

__all__ = ["company", "company_template"]


@pytest.fixture
def supply(db: None) -> Iterator[Scene]:
    """Alice's company. What its workers keep open is closed at the end."""
    yield make_scene("Alice Supply", "alice@supply.example")
    clients.close_all()
    notices.forget_cached()


@pytest.fixture
def parts(db: None) -> Scene:
    """Charlie's company, which has nothing to do with Alice's."""
    return make_scene("Charlie Parts", "charlie@parts.example")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulator_process(tmp_path_factory.mktemp("simulator")) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    """The gateway with one user, nothing else in it."""
    running.control("reset")
    running.control("faults", kind="none")
    put_user(running)
    return running
