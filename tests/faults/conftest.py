"""The same world as the walks have, and a staff of workers to strike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.scene import Scene, scene_of
from tests.faults.stories import Delivery, templates
from tests.faults.workers import Workers, workers
from tests.sagepro.companies import company_template
from tests.walks.conftest import built_world, sage_dsn, simulator
from tests.walks.world import World

__all__ = ["built_world", "company_template", "sage_dsn", "simulator"]


@pytest.fixture
def scene(built_world: World, superuser_url: str) -> Iterator[Scene]:
    with scene_of(built_world, superuser_url=superuser_url) as made:
        yield made


@pytest.fixture(scope="session")
def staff(database_of_worker: str) -> Iterator[Workers]:
    """One for all worlds: they come and go in the same database."""
    with workers() as made:
        yield made


@pytest.fixture
def story(scene: Scene) -> Delivery:
    """Receipts to deliver."""
    return Delivery("receipt", scene, templates(scene.world)["receipt"])
