"""The scene, built once per worker in a database of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from portal.launch import databases
from tests import database_plugin
from tests.isolation.asking import Asker
from tests.isolation.matrix import Matrix
from tests.isolation.scene import Scene, build
from tests.isolation.watched import Watched, django_in


@pytest.fixture(scope="session")
def built(django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Both companies with everything, in a clone of the migrated template."""
    name = f"isolation_{uuid4().hex[:12]}"
    database_plugin.make_database(name, template=database_plugin.TEMPLATE, owner=databases.MIGRATOR)
    database = Watched(name)
    now = datetime.now(UTC)
    with django_db_blocker.unblock(), django_in(name), time_machine.travel(now, tick=False):
        scene = build(database, now=now)
    yield scene
    changed = database.changed(database.tables())
    database.close()
    database_plugin.drop_database(name)
    assert changed == [], "It was not left as it was built"


@pytest.fixture
def scene(built: Scene, django_db_blocker: DjangoDbBlocker, settings: Settings) -> Iterator[Scene]:
    """The scene as it was built, time standing still, so that equal answers are equal bytes."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    logging.disable(logging.ERROR)  # thousands of refusals, all of them meant
    database = built.database
    with (
        django_db_blocker.unblock(),
        django_in(database.name),
        time_machine.travel(built.built_at, tick=False),
    ):
        yield built
        database.restore_all()
    logging.disable(logging.NOTSET)
    assert database.unnoticed() == [], "A write went by unnoticed"


@pytest.fixture
def matrix(scene: Scene) -> Matrix:
    return Matrix(scene, Asker())
