"""The companies of the isolation suite, the log as the processes write it, and two sizes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from tests.canary import learning
from tests.canary.cards import Cards
from tests.canary.interfaces import Interface
from tests.isolation.conftest import built
from tests.isolation.scene import Scene
from tests.isolation.watched import django_in

__all__ = ["built"]


@pytest.fixture
def cards(request: pytest.FixtureRequest) -> Cards:
    """The same cards in every run of a test."""
    return Cards(request.node.name)


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


# By database: asking every address takes a while, and the scene is the same for every test.
_LEARNED: dict[str, list[Interface]] = {}


@pytest.fixture
def every(scene: Scene, settings: Settings) -> list[Interface]:
    """Every interface of the portal."""
    name = scene.database.name
    if name not in _LEARNED:
        usual = settings.MIDDLEWARE
        settings.MIDDLEWARE = [*usual, learning.MIDDLEWARE]
        _LEARNED[name] = learning.learn(scene)
        settings.MIDDLEWARE = usual
    return _LEARNED[name]
