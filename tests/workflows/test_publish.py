"""Publishing workflows: one after another, whoever is first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection as database

from integrations.workflows.definition import DEFAULT_STEPS
from integrations.workflows.models import WorkflowVersion
from integrations.workflows.operations import publish
from integrations.workflows.queries import in_force
from tenants.models import Environment
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene, make_scene


@pytest.fixture
def supply(db: None) -> Scene:
    return make_scene("Alice Supply", "alice@supply.example")


def _publish(scene: Scene) -> WorkflowVersion:
    with tenant_transaction(scene.tenant.id):
        return publish(environment_id=scene.environment_id, steps=DEFAULT_STEPS, actor=ACTOR)


def test_people_who_publish_at_the_same_moment_get_a_version_each(supply: Scene) -> None:
    together = Barrier(4)

    def work(_: int) -> int:
        try:
            with tenant_transaction(supply.tenant.id):
                in_force(supply.environment_id)
                together.wait(timeout=20)
                return publish(
                    environment_id=supply.environment_id, steps=DEFAULT_STEPS, actor=ACTOR
                ).version
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [1, 2, 3, 4]
    with tenant_transaction(supply.tenant.id):
        assert in_force(supply.environment_id).version == 4


def test_nobody_publishes_in_another_company(supply: Scene) -> None:
    _publish(supply)
    parts = make_scene("Charlie Parts", "charlie@parts.example")
    with tenant_transaction(parts.tenant.id), pytest.raises(Environment.DoesNotExist):
        publish(environment_id=supply.environment_id, steps=DEFAULT_STEPS, actor="charlie")
