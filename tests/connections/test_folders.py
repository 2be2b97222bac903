"""FoxPro companies in a folder of this server: only where an operator allowed it."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.posting import PostingOutcome
from integrations.connections import folders, site_tests, writing
from integrations.connections.clients import open_connection, sage_connector, sage_with
from integrations.connections.models import Connection, WorksheetEntry
from integrations.connections.operations import replace_secrets
from integrations.sagepro.backends.dbf import proof, site
from integrations.sagepro.sample.foxpro import create_foxpro_company
from integrations.sagepro.sample.profile import foxpro_profile
from tenants.errors import NotPossible
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.connections.scene import ACTOR, Scene, told
from tests.sagepro.foxpro.company import TODAY
from tests.sagepro.foxpro.model import Program, pass_self_test
from tests.sagepro.postings import receipt

REFUSED = (
    "This portal may not open that folder. Your operator allows folders by the setting "
    "SAGE_FOLDERS. Or use the agent."
)


@pytest.fixture
def allowed(tmp_path: Path, settings: Settings) -> Path:
    """The folder an operator allowed, with a company in it."""
    root = tmp_path / "sage"
    (root / "ardata").mkdir(parents=True)
    create_foxpro_company(root / "ardata", today=TODAY)
    settings.SAGE_FOLDERS = [str(root)]
    return root


def _create(supply: Scene, folder: Path | str) -> Connection:
    with tenant_transaction(supply.tenant.id):
        return folders.create_company(
            environment_id=supply.environment_id,
            name="Acme FoxPro",
            company_number="01",
            folder=str(folder),
            profile=foxpro_profile().as_json(),
            actor=ACTOR,
        )


def _manage(supply: Scene, what: str) -> str:
    out = StringIO()
    call_command(
        "foxpro_site", "--company", supply.tenant.slug, "--connection", "Acme FoxPro", what,
        "--minutes", "0", stdout=out,
    )  # fmt: skip
    return out.getvalue()


def _prove(supply: Scene, connection: Connection, folder: Path) -> None:
    """As the command does once Sage Pro's half has been played."""
    pass_self_test(folder)
    opened = open_connection(tenant_id=supply.tenant.id, connection_id=connection.id)
    key = proof.key_of(bytes.fromhex(opened.secret(folders.SITE_KEY).reveal()))
    site.sign(folder, foxpro_profile(), key=key, today=TODAY)


def test_a_company_in_an_allowed_folder_is_tested_proven_and_handed_over_to(
    supply: Scene, allowed: Path
) -> None:
    folder = allowed / "ardata"
    connection = _create(supply, folder)
    test = supply.test(connection)
    assert (test.state, told(test)[-1][0:2]) == ("failed", ("Self-test", False))
    assert supply.row(connection).state_sentence == (
        "Nothing is posted, because the self-test failed. Our tables: Our tables are not in the "
        "company's folder yet; prepare the site."
    )
    assert "Next: prove" in _manage(supply, "prepare")
    with pytest.raises(CommandError, match="did not come to the lock test in time"):
        _manage(supply, "prove")
    _prove(supply, connection, folder)
    test = supply.test(connection)
    row = supply.row(connection)
    assert (test.state, row.state, len(row.fingerprint)) == ("passed", "connected", 64)
    assert told(test)[0] == ("Sign in", True, "The company's folder can be read.")
    with tenant_transaction(supply.tenant.id):
        assert site_tests.may_post(row)
        kept = site_tests.history(row.id, limit=5)
    assert [one.is_passed for one in kept] == [True, False]
    sage = sage_connector(tenant_id=supply.tenant.id, connection_id=row.id)
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    Program(folder).run()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_whatever_is_not_inside_gets_one_and_the_same_sentence(
    supply: Scene, allowed: Path, tmp_path: Path, settings: Settings
) -> None:
    outside = Path(shutil.copytree(allowed / "ardata", tmp_path / "sage-other"))
    (allowed / "link").symlink_to(outside)
    (allowed / "loop").symlink_to(allowed / "loop")
    for typed in (
        outside, tmp_path / "absent", allowed / "link", allowed / ".." / "sage-other", "ardata",
        "/etc", f"{allowed / 'ardata'};{outside}", f"{allowed}\0",
    ):  # fmt: skip
        with pytest.raises(NotPossible) as refused:
            _create(supply, typed)
        assert (refused.value.field, refused.value.sentence) == ("folder", REFUSED)
    with pytest.raises(NotPossible, match="Write the folder of the company from its root"):
        _create(supply, " ; ")
    for others in ([], [f"somebody-else={allowed}"], ["/"]):
        settings.SAGE_FOLDERS = others
        with pytest.raises(NotPossible, match="may not open that folder"):
            _create(supply, allowed / "ardata")
    settings.SAGE_FOLDERS = [f"{supply.tenant.slug}={allowed}"]
    assert _create(supply, f"{allowed / 'ardata'};{allowed}").settings["folder"] == (
        f"{allowed / 'ardata'};{allowed}"
    )


def test_a_link_that_is_turned_elsewhere_later_is_refused_at_the_next_use(
    supply: Scene, allowed: Path, tmp_path: Path
) -> None:
    link = allowed / "company"
    link.symlink_to(allowed / "ardata")
    connection = _create(supply, link)
    opened = open_connection(tenant_id=supply.tenant.id, connection_id=connection.id)
    assert sage_with(opened).customer("ACME01") is not None
    outside = Path(shutil.copytree(allowed / "ardata", tmp_path / "elsewhere"))
    link.unlink()
    link.symlink_to(outside)
    with pytest.raises(FixConfiguration) as refused:
        sage_with(opened)
    assert refused.value.code == "sage.folder_refused"
    test = supply.test(connection)
    assert told(test)[-1] == ("Sage Pro", False, REFUSED)


def test_a_table_that_is_a_link_out_of_the_folder_is_not_read(
    supply: Scene, allowed: Path, tmp_path: Path
) -> None:
    connection = _create(supply, allowed / "ardata")
    (allowed / "ardata" / "ARCUST01.DBF").rename(tmp_path / "ARCUST01.DBF")
    (allowed / "ardata" / "ARCUST01.DBF").symlink_to(tmp_path / "ARCUST01.DBF")
    test = supply.test(connection)
    assert told(test)[-1][2].startswith("ARCUST01.DBF in the company's folder is a link")


def test_a_person_may_key_from_the_worksheet_here_too(supply: Scene, allowed: Path) -> None:
    connection = _create(supply, allowed / "ardata")
    with tenant_transaction(supply.tenant.id):
        writing.choose(connection_id=connection.id, writes="assisted", actor=ACTOR)
        row = Connection.objects.get(pk=connection.id)
        assert site_tests.may_post(row)
    sage = sage_connector(tenant_id=supply.tenant.id, connection_id=connection.id)
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    with tenant_transaction(supply.tenant.id):
        assert WorksheetEntry.objects.get().marker == receipt().marker
        with pytest.raises(NotPossible, match="1 entry stands on the worksheet"):
            writing.choose(connection_id=connection.id, writes="direct", actor=ACTOR)
        with pytest.raises(NotPossible, match="has no secrets to replace"):
            replace_secrets(connection_id=connection.id, secrets={"dsn": "x"}, actor=ACTOR)


def test_the_form_offers_a_folder_only_where_one_is_allowed(
    db: None, allowed: Path, settings: Settings
) -> None:
    books = factories.company()
    client = Client()
    client.force_login(factories.member(books.tenant, email="it@acme.example", role=Role.IT))
    address = f"/t/{books.tenant.slug}/connections/add/foxpro/"
    assert "in a folder this server can reach" in client.get(address).content.decode()
    given = {"name": "Acme FoxPro", "company_number": "01", "reached": "folder"}
    refused = client.post(address, {**given, "folder": "/etc"}).content.decode()
    assert "This portal may not open that folder." in refused
    made = client.post(address, {**given, "folder": str(allowed / "ardata")})
    shown = client.get(made["Location"]).content.decode()
    assert f"<dt>Folder</dt><dd>{allowed / 'ardata'}</dd>" in shown
    assert "manage.py foxpro_site" in shown
    assert "Replace the secrets" not in shown
    settings.SAGE_FOLDERS = []
    assert "in a folder this server" not in client.get(address).content.decode()
    made = client.post(address, {**given, "name": "Other", "folder": str(allowed)})
    with tenant_transaction(books.tenant.id):
        assert Connection.objects.get(name="Other").settings["way"] == "agent"


def test_the_command_names_what_is_not_there(supply: Scene) -> None:
    with pytest.raises(CommandError, match="no Sage Pro connection of that name in a folder"):
        _manage(supply, "prepare")
