"""Another way to a company that is connected: tested anew, and never while something is under
way there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from integrations import pipeline
from integrations.canonical.posting import PostingOutcome
from integrations.connections import folders, site_tests, ways, writing
from integrations.connections.agents import companies, pairing
from integrations.connections.clients import open_connection, sage_connector
from integrations.connections.models import Connection
from integrations.sagepro.backends.dbf import proof, site
from integrations.sagepro.sample.profile import foxpro_profile, sample_profile
from tenants import work
from tenants.errors import NotPossible
from tenants.models import WorkKind
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.connections.scene import ACTOR, Scene
from tests.connections.test_folders import allowed
from tests.sagepro.companies import SampleCompany
from tests.sagepro.foxpro.company import TODAY
from tests.sagepro.foxpro.model import Program, pass_self_test
from tests.sagepro.postings import receipt

__all__ = ["allowed"]

_ELSEWHERE = "postgresql://tieout@127.0.0.1:1/elsewhere"


def _create(supply: Scene, folder: Path) -> Connection:
    with tenant_transaction(supply.tenant.id):
        return folders.create_company(
            environment_id=supply.environment_id,
            name="Acme FoxPro",
            company_number="01",
            folder=str(folder),
            profile=foxpro_profile().as_json(),
            actor=ACTOR,
        )


def _use_folder(supply: Scene, connection: Connection, folder: Path) -> Connection:
    return _change(
        supply,
        connection,
        lambda: ways.use_folder(
            connection_id=connection.id, folder=str(folder), actor=ACTOR, now=timezone.now()
        ),
    )


def _use_agent(supply: Scene, connection: Connection) -> Connection:
    return _change(
        supply,
        connection,
        lambda: ways.use_agent(connection_id=connection.id, actor=ACTOR, now=timezone.now()),
    )


def _use_database(supply: Scene, connection: Connection, dsn: str) -> Connection:
    return _change(
        supply,
        connection,
        lambda: ways.use_database(
            connection_id=connection.id, dsn=dsn, actor=ACTOR, now=timezone.now()
        ),
    )


def _change(supply: Scene, connection: Connection, change: Callable[[], Connection]) -> Connection:
    with tenant_transaction(supply.tenant.id):
        return pipeline.change_way(company_id=connection.id, change=change)


def _prove(supply: Scene, connection: Connection, folder: Path) -> None:
    """As the command does once Sage Pro's half has been played."""
    opened = open_connection(tenant_id=supply.tenant.id, connection_id=connection.id)
    key = proof.key_of(bytes.fromhex(opened.secret(folders.SITE_KEY).reveal()))
    site.prepare(folder, foxpro_profile(), epoch=opened.settings["writer_epoch"], today=TODAY)
    pass_self_test(folder)
    site.sign(folder, foxpro_profile(), key=key, today=TODAY)


def _may_post(supply: Scene, connection: Connection) -> bool:
    with tenant_transaction(supply.tenant.id):
        return site_tests.may_post(Connection.objects.get(pk=connection.pk))


def test_another_folder_is_proven_before_anything_is_written_there(
    supply: Scene, allowed: Path
) -> None:
    first = allowed / "ardata"
    second = Path(shutil.copytree(first, allowed / "newserver"))
    connection = _create(supply, first)
    _prove(supply, connection, first)
    assert supply.test(connection).state == "passed"
    before = supply.row(connection)
    assert _may_post(supply, connection)

    _use_folder(supply, connection, second)
    row = supply.row(connection)
    assert (row.settings["folder"], row.state, row.fingerprint) == (str(second), "new", "")
    assert row.settings["writer_epoch"] > before.settings["writer_epoch"]
    assert row.settings["profile"] == before.settings["profile"]
    assert not _may_post(supply, connection)
    # The proof of the former site is sealed with another key, wherever it is copied to.
    shutil.copytree(first, second, dirs_exist_ok=True)
    assert supply.test(connection).state == "failed"
    _prove(supply, connection, second)
    assert supply.test(connection).state == "passed"
    assert _may_post(supply, connection)
    sage = sage_connector(tenant_id=supply.tenant.id, connection_id=row.id)
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    Program(second).run()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_a_folder_that_is_not_allowed_changes_nothing(supply: Scene, allowed: Path) -> None:
    connection = _create(supply, allowed / "ardata")
    before = supply.row(connection)
    with pytest.raises(NotPossible, match="This portal may not open that folder") as refused:
        _use_folder(supply, connection, Path("/etc"))
    assert refused.value.field == "folder"
    assert supply.row(connection).settings == before.settings


def test_tables_go_from_folder_to_agent_and_back(supply: Scene, allowed: Path) -> None:
    connection = _create(supply, allowed / "ardata")
    with tenant_transaction(supply.tenant.id):
        writing.choose(connection_id=connection.id, writes="assisted", actor=ACTOR)
    _use_agent(supply, connection)
    row = supply.row(connection)
    assert {name for name in row.settings if name != "profile"} == {
        "way", "writes", "edition", "company_number", "profile_version",
    }  # fmt: skip
    assert (row.settings["way"], row.settings["writes"], row.state) == ("agent", "assisted", "new")
    with pytest.raises(NotPossible, match="An agent reaches this company already"):
        _use_agent(supply, connection)
    with tenant_transaction(supply.tenant.id):
        code = pairing.new_code(connection_id=connection.id, actor=ACTOR, now=timezone.now())
    assert pairing.pair(code=code, about={"host": "books-pc"}, now=timezone.now())
    with tenant_transaction(supply.tenant.id):
        other = pairing.new_code(connection_id=connection.id, actor=ACTOR, now=timezone.now())
    _use_folder(supply, connection, allowed / "ardata")
    with tenant_transaction(supply.tenant.id):
        assert pairing.in_force(connection.id) is None
    assert pairing.pair(code=other, about={"host": "books-pc"}, now=timezone.now()) is None
    assert [fact for fact in supply.audit() if fact[0] == "connection.way_changed"] == [
        ("connection.way_changed", {"before": "folder", "after": "agent"}),
        ("connection.way_changed", {"before": "agent", "after": "folder"}),
    ]


def test_a_database_goes_to_the_agent_and_back(supply: Scene, company: SampleCompany) -> None:
    connection = supply.sagepro(company.dsn)
    assert supply.test(connection).state == "passed"
    _use_agent(supply, connection)
    assert supply.row(connection).settings["way"] == "agent"
    assert "server" not in supply.row(connection).settings
    with pytest.raises(NotPossible, match="Only a company in FoxPro tables is reached so"):
        _use_folder(supply, connection, Path("/srv"))
    _use_database(supply, connection, company.dsn)
    row = supply.row(connection)
    assert ("way" in row.settings, row.state) == (False, "new")
    assert not _may_post(supply, connection)
    assert supply.test(connection).state == "passed"
    assert _may_post(supply, connection)


@pytest.mark.parametrize("state", ["claimed", "intent", "unknown", "handed_over"])
def test_nothing_changes_while_a_posting_is_under_way(db: None, state: str) -> None:
    books = factories.company()
    scene = Scene(books.tenant, books.environment.id)
    with tenant_transaction(books.tenant.id):
        effect = factories.effect(books, state=state)
    before = scene.row(books.sage)
    with pytest.raises(NotPossible, match="1 posting is under way in Sage"):
        _use_database(scene, books.sage, _ELSEWHERE)
    with (
        pytest.raises(NotPossible, match="1 posting is under way"),
        tenant_transaction(books.tenant.id),
    ):
        pipeline.choose_writing(connection_id=books.sage.id, writes="assisted", actor=ACTOR)
    assert scene.row(books.sage).settings == before.settings
    with tenant_transaction(books.tenant.id):
        type(effect).objects.filter(pk=effect.pk).update(
            state="handed_over", reason_code="with_person"
        )
    _use_database(scene, books.sage, _ELSEWHERE)
    assert scene.row(books.sage).settings["database"] == "elsewhere"


def test_nothing_changes_while_a_worker_is_posting_there(db: None) -> None:
    books = factories.company()
    scene = Scene(books.tenant, books.environment.id)
    with tenant_transaction(books.tenant.id):
        work.ring(WorkKind.DELIVER, tenant_id=books.tenant.id, subject_id=books.sage.id)
    fence = work.take(WorkKind.DELIVER, subject_id=books.sage.id, seconds=75)
    assert fence is not None
    with pytest.raises(NotPossible, match="Tieout is just posting to this company"):
        _use_database(scene, books.sage, _ELSEWHERE)
    work.release(WorkKind.DELIVER, subject_id=books.sage.id, fence=fence)
    _use_database(scene, books.sage, _ELSEWHERE)
    # And the bell is rung for whatever waited there.
    assert ("deliver", books.sage.id) in scene.due()


def test_the_page_offers_the_other_ways_and_shows_what_is_wrong(db: None, allowed: Path) -> None:
    books = factories.company()
    scene = Scene(books.tenant, books.environment.id)
    connection = _create(scene, allowed / "ardata")
    client = Client()
    client.force_login(factories.member(books.tenant, email="it@acme.example", role=Role.IT))
    page = f"/t/{books.tenant.slug}/connections/{connection.id}/"
    shown = client.get(page).content.decode()
    for told in ("How it is reached", "Use this folder", "Use an agent"):
        assert told in shown
    assert "Use this database" not in shown
    wrong = client.post(f"{page}do/way/", {"way": "folder", "folder-folder": "/etc"})
    assert "This portal may not open that folder." in wrong.content.decode()
    assert client.post(f"{page}do/way/", {"way": "database"}).status_code == 404
    second = Path(shutil.copytree(allowed / "ardata", allowed / "newserver"))
    done = client.post(
        f"{page}do/way/", {"way": "folder", "folder-folder": str(second)}, follow=True
    )
    assert "Changed. Test the connection now" in done.content.decode()
    assert scene.row(connection).settings["folder"] == str(second)
    client.post(f"{page}do/way/", {"way": "agent"})
    assert scene.row(connection).settings["way"] == "agent"
    viewer = Client()
    viewer.force_login(factories.member(books.tenant, email="v@acme.example", role=Role.VIEWER))
    assert "Reach it another way" not in viewer.get(page).content.decode()
    assert viewer.post(f"{page}do/way/", {"way": "agent"}).status_code == 403


def test_a_company_behind_an_agent_is_offered_its_database(db: None) -> None:
    books = factories.company()
    with tenant_transaction(books.tenant.id):
        connection = companies.create_company(
            environment_id=books.environment.id,
            name="Behind an agent",
            company_number="02",
            profile=sample_profile().as_json() | {"company_number": "02"},
            actor=ACTOR,
        )
    client = Client()
    client.force_login(factories.member(books.tenant, email="it@acme.example", role=Role.IT))
    page = f"/t/{books.tenant.slug}/connections/{connection.id}/"
    given = {
        "way": "database", "database-product": "postgresql", "database-host": "127.0.0.1",
        "database-port": "5432", "database-database": "books", "database-user": "tieout",
    }  # fmt: skip
    missing = client.post(f"{page}do/way/", given).content.decode()
    assert "This field is required." in missing or "password" in missing.lower()
    done = client.post(
        f"{page}do/way/", {**given, "database-password": "pw-of-tieout"}, follow=True
    )
    assert "Changed. Test the connection now" in done.content.decode()
    scene = Scene(books.tenant, books.environment.id)
    assert scene.row(connection).settings["database"] == "books"
    assert "pw-of-tieout" not in done.content.decode()
