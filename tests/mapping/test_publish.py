"""Publishing field mappings: versions, problems, and what is in force before the first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database

from integrations.canonical.problems import Problem, Unpublishable
from integrations.mapping import queries
from integrations.mapping.engine import defaults
from integrations.mapping.models import MappingVersion
from integrations.mapping.operations import publish
from integrations.mapping.rows import MappingRow, Step
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import Environment
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene, make_scene

BOOKS = "postgresql://sage:x@127.0.0.1:1/books"
ROWS = (MappingRow("reference", "transaction_id", "", (Step("last", {"length": "10"}),)),)


@pytest.fixture
def supply(db: None) -> Scene:
    return make_scene("Alice Supply", "alice@supply.example")


@pytest.fixture
def parts(db: None) -> Scene:
    return make_scene("Charlie Parts", "charlie@parts.example")


def _publish(scene: Scene, rows: tuple[MappingRow, ...] = ROWS, note: str = "") -> MappingVersion:
    with tenant_transaction(scene.tenant.id):
        return publish(environment_id=scene.environment_id, rows=rows, actor=ACTOR, note=note)


def _in_force(scene: Scene) -> queries.InForce:
    with tenant_transaction(scene.tenant.id):
        return queries.in_force(scene.environment_id)


def test_before_the_first_version_the_shipped_mapping_is_in_force(supply: Scene) -> None:
    assert _in_force(supply) == queries.InForce(0, defaults())


def test_the_shipped_mapping_is_cut_to_the_company_s_fields(supply: Scene) -> None:
    profile = sample_profile().as_json()
    profile["receipt_fields"] = {"reference": "reference"}
    supply.sagepro(BOOKS, profile=profile)
    found = _in_force(supply)
    assert [row.target for row in found.rows] == ["reference"]
    assert found.version == 0


def test_a_mapping_must_fit_every_company_of_the_environment(supply: Scene) -> None:
    supply.sagepro(BOOKS)
    narrow = sample_profile().as_json()
    narrow["receipt_fields"] = {"reference": "reference", "comment": "comment"}
    supply.sagepro(BOOKS, name="Second", profile=narrow)
    with tenant_transaction(supply.tenant.id):
        found = queries.targets(supply.environment_id)
    assert [target.name for target in found] == ["reference", "comment"]


def test_the_newest_version_is_in_force_and_older_ones_stay(supply: Scene) -> None:
    first = _publish(supply, note="  First try ")
    other = (MappingRow("reference", "approval_code", "", (Step("truncate", {"length": "10"}),)),)
    second = _publish(supply, other)
    assert _in_force(supply) == queries.InForce(2, other)
    with tenant_transaction(supply.tenant.id):
        kept = queries.versions(supply.environment_id)
        assert [(v.id, v.version, v.published_by, v.note) for v in kept] == [
            (second.id, 2, ACTOR, ""),
            (first.id, 1, ACTOR, "First try"),
        ]
    assert supply.audit()[1:] == [
        ("mapping.published", {"version": 1, "note": "First try"}),
        ("mapping.published", {"version": 2, "note": ""}),
    ]


def test_what_waited_is_tried_again(supply: Scene) -> None:
    books = supply.sagepro(BOOKS)
    _publish(supply)
    assert supply.due() == [("deliver", books.id)]


def test_a_mapping_with_problems_is_not_published(supply: Scene) -> None:
    rows = (MappingRow("comment", "no_such_field"),)
    with pytest.raises(Unpublishable) as refused:
        _publish(supply, rows)
    assert refused.value.problems == (
        Problem(
            "comment",
            "There is no payment field called ‘no_such_field’.",
            value="no_such_field",
            remedy="Choose a listed field.",
        ),
        Problem(
            "reference", "Reference is required and nothing fills it.", remedy="Add a row for it."
        ),
    )
    assert _in_force(supply).version == 0
    assert len(supply.audit()) == 1


def test_environments_and_companies_have_versions_of_their_own(supply: Scene, parts: Scene) -> None:
    _publish(supply)
    assert _in_force(parts).version == 0
    with tenant_transaction(supply.tenant.id):
        production = Environment.objects.get(kind="production").id
        assert queries.in_force(production).version == 0
    with tenant_transaction(parts.tenant.id):
        assert queries.in_force(supply.environment_id).version == 0
        with pytest.raises(Environment.DoesNotExist):
            publish(environment_id=supply.environment_id, rows=ROWS, actor="charlie")
    assert _in_force(supply).version == 1


def test_people_publishing_at_once_get_a_version_each(supply: Scene) -> None:
    def work(_: int) -> int:
        try:
            return _publish(supply).version
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [1, 2, 3, 4]


def test_a_published_version_cannot_be_changed(supply: Scene) -> None:
    _publish(supply)
    with pytest.raises(Exception, match="permission denied"), tenant_transaction(supply.tenant.id):
        MappingVersion.objects.update(rows=[])
