"""The suite can fail: every door left open and every wall torn down is found, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections, models
from django.test.utils import isolate_apps
from pytest_django import Settings

from portal.launch import databases
from tests import database_plugin
from tests.isolation import catalog, raw
from tests.isolation.addresses import addresses
from tests.isolation.matrix import Matrix
from tests.isolation.samples import fills
from tests.isolation.scene import Scene
from tests.isolation.watched import ALIASES

LEAKY = "tests.isolation.leaky_urls"
# What has to be said about each leaky view, among other things.
LEAKS = {
    "without_the_door": (
        ("anonymous: GET", "200 instead of 302"),
        ("owner B: GET", "shows 555101"),
    ),
    "without_membership": (("owner B: GET", "200 instead of 404"),),
    "across": (
        ("owner A: GET", "(foreign): shows 666202"),
        ("user of both: GET", "(foreign): shows ids of Brightwater"),
    ),
    "forbidden": (("viewer A: GET", "(foreign): 403 instead of 404"),),
    "telling": (("viewer A: GET", "(foreign): answered otherwise"),),
    "any_environment": (("owner A: GET", "(dev): 200 instead of 404"),),
    "broken": (("viewer A: GET", "500 instead of 404: DoesNotExist"),),
    "noting": (("viewer A: GET", "wrote to tenants_auditevent"),),
    "without_ability": (("viewer A: POST", "200 instead of 403"),),
}
# A wall torn down, the check that looks there, and what it has to name.
TORN = (
    ("ALTER TABLE posting_effect DISABLE ROW LEVEL SECURITY", "without_walls", "posting_effect"),
    ("ALTER TABLE posting_effect NO FORCE ROW LEVEL SECURITY", "without_walls", "posting_effect"),
    ("DROP POLICY tenant_wall ON posting_ledgerline", "without_walls", "posting_ledgerline"),
    ("CREATE POLICY open ON events_watermark USING (true)", "without_walls", "events_watermark"),
    ("ALTER POLICY tenant_wall ON alerts_alert USING (true)", "without_walls", "alerts_alert"),
    ("CREATE TABLE refunds (id uuid, tenant_id uuid)", "without_walls", "refunds"),
    ("CREATE VIEW effects AS SELECT * FROM posting_effect", "leaky_views", "effects"),
    ("CREATE MATERIALIZED VIEW sums AS SELECT 1", "leaky_views", "sums"),
    ("CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
     "doors", "peek"),
    ("GRANT SELECT ON tenants_tenant TO PUBLIC", "doors", "tenants_tenant"),
    ("ALTER TABLE posting_effect OWNER TO tieout_app", "strong_roles", "tieout_app"),
    ("ALTER TABLE posting_effect OWNER TO tieout_app", "foreign_owners", "posting_effect"),
    ("ALTER TABLE posting_effect DROP CONSTRAINT posting_effect_company_id_same_tenant",
     "single_keys", "posting_effect.company_id"),
    ("GRANT UPDATE ON posting_ledgerentry TO tieout_app", "changeable", "posting_ledgerentry"),
    ("GRANT UPDATE (body) ON events_inboundnotice TO tieout_app", "changeable", "'body'"),
    ("GRANT DELETE ON tenants_auditevent TO tieout_app", "changeable", "tenants_auditevent"),
    ("GRANT INSERT ON posting_effect TO tieout_support", "support_rights", "posting_effect"),
    ("GRANT SELECT ON tenants_datakey TO tieout_support", "support_rights", "tenants_datakey"),
    ("GRANT SELECT (password) ON tenants_user TO tieout_support", "support_rights",
     "tenants_user.password"),
)  # fmt: skip
CHECKS = {check.__name__: check for check in catalog.EVERY_CHECK}


@pytest.fixture(scope="module")
def bare() -> Iterator[str]:
    """A migrated database without rows, to tear walls down in."""
    name = f"torn_{uuid4().hex[:12]}"
    database_plugin.make_database(name, template=database_plugin.TEMPLATE, owner=databases.MIGRATOR)
    yield database_plugin.superuser_url(name)
    database_plugin.drop_database(name)


@pytest.fixture
def torn(scene: Scene) -> Iterator[str]:
    """The name of a clone of the scene; nobody may be connected to what is cloned."""
    name = f"torn_{uuid4().hex[:12]}"
    for alias in ALIASES:
        connections[alias].close()
    scene.database.close()
    database_plugin.make_database(name, template=scene.database.name, owner=databases.MIGRATOR)
    scene.database.reopen()
    yield name
    database_plugin.drop_database(name)


@pytest.fixture
def leaky(settings: Settings, matrix: Matrix) -> Callable[[str], list[str]]:
    """What the matrix finds at one of the leaky addresses."""
    settings.ROOT_URLCONF = LEAKY

    def found(name: str) -> list[str]:
        (address,) = [a for a in addresses(LEAKY) if f"/leak/{name}/" in a.route]
        return matrix.walk(address, fills(address)[0]).wrong

    return found


@pytest.mark.parametrize("name", LEAKS)
def test_a_leaky_view_is_found(name: str, leaky: Callable[[str], list[str]]) -> None:
    told = leaky(name)
    for who, what in LEAKS[name]:
        assert any(each.startswith(who) and what in each for each in told), told[:10]


def test_a_sound_view_is_not_found(leaky: Callable[[str], list[str]]) -> None:
    """So what is found above is the leak, and not that the view is a stranger."""
    assert leaky("sound") == []


@pytest.mark.parametrize(("statement", "check", "named"), TORN)
def test_a_wall_torn_down_is_found(statement: str, check: str, named: str, bare: str) -> None:
    with psycopg.connect(bare) as connection:
        assert CHECKS[check](connection) == []
        connection.execute(statement.encode())
        wrong = CHECKS[check](connection)
        connection.rollback()
    assert wrong
    assert all(named in sentence for sentence in wrong)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE posting_effect DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY open ON posting_effect TO tieout_app USING (true)",
    ],
)
def test_rows_seen_through_a_torn_wall_are_found(statement: str, scene: Scene, torn: str) -> None:
    app_url = database_plugin.server_url(role=databases.APP, database=torn)
    assert raw.rows_seen(app_url, scene) == []
    with psycopg.connect(database_plugin.superuser_url(torn), autocommit=True) as connection:
        connection.execute(statement.encode())
    assert raw.rows_seen(app_url, scene) == ["posting_effect: 8 rows of others"]


def test_a_model_beside_the_walls_is_found() -> None:
    with isolate_apps("tenants"):

        class Stray(models.Model):  # noqa: DJ008
            tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT)

            class Meta:
                app_label = "tenants"

    assert catalog.stray_models([Stray]) == ["tenants.Stray"]


def test_a_write_is_found_and_undone(scene: Scene) -> None:
    """Also one that the journal of triggers could not have told by its count of rows."""
    database = scene.database
    with psycopg.connect(database.url, autocommit=True) as connection:
        _change_amount(connection, scene)
    assert database.written() == frozenset({"posting_effect"})
    assert database.changed(["posting_effect"], tenant_id=scene.b.tenant.id) == ["posting_effect"]
    assert database.changed(["posting_effect"], tenant_id=scene.a.tenant.id) == []
    database.restore_all()
    assert database.changed(database.tables()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE posting_effect SET amount = amount + 1 WHERE id = %s",
        "DELETE FROM posting_effect WHERE id = %s",
    ],
)
def test_a_write_that_no_trigger_noted_is_found(statement: str, scene: Scene) -> None:
    database = scene.database
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode(), [scene.b.values["effect_id"]])
    assert database.written() == frozenset()
    assert database.unnoticed() == ["posting_effect"]
    database.restore(["posting_effect"])
    assert database.unnoticed() == []
    assert database.changed(database.tables()) == []


def _change_amount(connection: psycopg.Connection[Any], scene: Scene) -> None:
    connection.execute(
        "UPDATE posting_effect SET amount = amount + 1 WHERE id = %s", [scene.b.values["effect_id"]]
    )
