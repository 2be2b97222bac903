"""The companies of the isolation suite, the log as the processes write it, and two sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from portal import logs
from tests.canary.cards import Cards
from tests.isolation.conftest import built
from tests.isolation.scene import Scene
from tests.isolation.watched import django_in

__all__ = ["built"]


@pytest.fixture
def cards(request: pytest.FixtureRequest) -> Cards:
    """The same cards in every run of a test."""
    return Cards(request.node.name)


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], bytes]]:
    """What the processes wrote since the last question, at the level they are delivered with."""
    logs.configure(level="INFO")

    def told() -> bytes:
        return capsys.readouterr().err.encode()

    yield told
    logs.configure(level="WARNING")


@pytest.fixture
def scene(built: Scene, django_db_blocker: DjangoDbBlocker, settings: Settings) -> Iterator[Scene]:
    """Two companies that hold one of everything, set back afterwards."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    with (
        django_db_blocker.unblock(),
        django_in(built.database.name),
        time_machine.travel(built.built_at, tick=False),
    ):
        yield built
        built.database.restore_all()
