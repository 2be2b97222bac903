"""What a person may do to a connection, and what is refused with which sentence."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from pytest_django import Settings

from integrations.connections import operations, queries
from integrations.connections.models import Connection
from integrations.sagepro.sample.profile import sample_profile
from tenants.errors import NotPossible
from tenants.ids import new_id
from tenants.models import Environment
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene, logins
from tests.paytrace.simulator_process import Simulator

State = Connection.State
BOOKS = "postgresql://sage:x@127.0.0.1:1/books"
GATEWAY = "http://127.0.0.1:9"


def _act(scene: Scene, operation: Any, **values: Any) -> Any:
    with tenant_transaction(scene.tenant.id):
        return operation(actor=ACTOR, **values)


def test_a_new_connection_is_not_tested_yet(supply: Scene) -> None:
    books = supply.sagepro(BOOKS)
    gateway = supply.paytrace(GATEWAY, posts_to_id=books.id)
    assert (gateway.state, books.state) == (State.NEW, State.NEW)
    with tenant_transaction(supply.tenant.id):
        assert queries.connections(supply.environment_id) == [gateway, books]
        assert queries.paytrace_connections(supply.environment_id) == [gateway]
        assert queries.sage_companies(supply.environment_id) == [books]
        assert queries.company_of(gateway) == books
        assert queries.company_of(books) == books
        assert queries.latest_test(gateway.id) is None
        assert dict(queries.public_settings(books)) == {
            "edition": "sql",
            "company_number": "01",
            "server": "127.0.0.1",
            "database": "books",
            "folder": "",
        }
    assert supply.audit()[1:] == [
        ("connection.created", {"kind": "sagepro"}),
        ("connection.created", {"kind": "paytrace"}),
    ]


def test_without_an_address_paytrace_s_documented_host_is_meant(supply: Scene) -> None:
    made = supply.paytrace("")
    assert made.settings["base_url"] == "https://api.sandbox.paytrace.com"
    other = supply.paytrace(" ", name="Real", gateway_environment="production")
    assert other.settings["base_url"] == "https://api.paytrace.com"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": " "}, "name", "Give the connection a name"),
        ({"name": "x" * 81}, "name", "at most 80"),
        ({"api_version": "v2"}, "api_version", "v1 or v3"),
        ({"gateway_environment": "test"}, "gateway_environment", "sandbox or production"),
        ({"base_url": "not an address"}, "base_url", "https://host"),
        (
            {"base_url": "https://api.paytrace.com"},
            "gateway_environment",
            "api.paytrace.com is PayTrace's production, and you chose sandbox.",
        ),
        (
            {"gateway_environment": "production", "base_url": "https://api.sandbox.paytrace.com"},
            "gateway_environment",
            "User names and passwords of one do not work in the other.",
        ),
        (
            {"gateway_environment": "production", "base_url": "http://gateway.example.com"},
            "base_url",
            "only reached over https",
        ),
        ({"username": ""}, "username", "Enter the user name."),
        ({"password": "  "}, "password", "Enter the password."),
        ({"password": "Kf83n\x00"}, "password", "control character"),
        ({"password": "x" * 201}, "password", "too long"),
        ({"zone": "Mars/Olympus"}, "zone", "time zone"),
        ({"zone": "../../etc/passwd"}, "zone", "time zone"),
        ({"zone": "America"}, "zone", "time zone"),
        ({"zone": ""}, "zone", "time zone"),
        ({"currency": "dollars"}, "currency", "three letters"),
        ({"posts_to_id": new_id()}, "posts_to", "Sage Pro company"),
        ({"environment_id": new_id()}, "environment", "does not exist"),
    ],
)
def test_what_cannot_be_a_gateway_is_refused_at_its_field(
    supply: Scene, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(NotPossible) as refused:
        supply.paytrace(changes.pop("base_url", GATEWAY), **changes)
    assert words in refused.value.sentence
    assert refused.value.field == field
    with tenant_transaction(supply.tenant.id):
        assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"company_number": ""}, "company"),
        ({"company_number": "01'; --"}, "company"),
        ({"edition": "dbf"}, "edition"),
        ({"profile": {}}, "profile"),
        ({"profile": sample_profile().as_json() | {"code_page": "klingon"}}, "profile"),
        ({"dsn": "nonsense"}, "dsn"),
    ],
)
def test_what_cannot_be_a_sage_company_is_refused_at_its_field(
    supply: Scene, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(NotPossible) as refused:
        supply.sagepro(changes.pop("dsn", BOOKS), **changes)
    assert refused.value.field == field


def test_a_name_stands_once_per_kind_and_environment(supply: Scene) -> None:
    first = supply.paytrace(GATEWAY, name="Acme")
    supply.sagepro(BOOKS, name="Acme")
    with pytest.raises(NotPossible, match="already a connection called Acme"):
        supply.paytrace(GATEWAY, name=" Acme ")
    _act(supply, operations.update_settings, connection_id=first.id, name="Acme")


def test_sandbox_payments_do_not_reach_the_production_books(
    supply: Scene, settings: Settings
) -> None:
    with tenant_transaction(supply.tenant.id):
        production = Environment.objects.get(kind="production").id
    for address in ("", "https://sandbox.gateway.example.com"):
        with pytest.raises(NotPossible, match="not real money"):
            supply.paytrace(address, environment_id=production)
    supply.paytrace(GATEWAY, environment_id=production, name="Simulator on this machine")
    settings.ALLOW_LOOPBACK_CONNECTIONS = False
    with pytest.raises(NotPossible, match="https"):
        supply.paytrace(GATEWAY, environment_id=production)


def test_a_gateway_posts_to_a_company_of_its_own_environment_and_company(
    supply: Scene, parts: Scene, superuser_url: str
) -> None:
    with tenant_transaction(supply.tenant.id):
        production = Environment.objects.get(kind="production").id
    elsewhere = supply.sagepro(BOOKS, environment_id=production)
    theirs = parts.sagepro(BOOKS)
    for company in (elsewhere, theirs):
        with pytest.raises(NotPossible, match="of this environment"):
            supply.paytrace(GATEWAY, posts_to_id=company.id)
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="same_tenant"):
        _link_by_force(superuser_url, supply.paytrace(GATEWAY), theirs)


def _link_by_force(superuser_url: str, gateway: Connection, company: Connection) -> None:
    with psycopg.connect(superuser_url) as everything:
        everything.execute("SET CONSTRAINTS ALL IMMEDIATE")
        everything.execute(
            "UPDATE connections_connection SET posts_to_id = %s WHERE id = %s",
            [company.id, gateway.id],
        )


def _connected(scene: Scene, connection: Connection) -> None:
    with tenant_transaction(scene.tenant.id):
        Connection.objects.filter(pk=connection.pk).update(
            state=State.CONNECTED, fingerprint="f" * 64
        )


def test_another_merchant_or_profile_needs_a_test_and_other_settings_do_not(
    supply: Scene,
) -> None:
    gateway, books = supply.paytrace(GATEWAY), supply.sagepro(BOOKS)
    _connected(supply, gateway)
    _connected(supply, books)
    update = operations.update_settings
    _act(supply, update, connection_id=gateway.id, name="G", zone="UTC", currency="cad")
    _act(supply, update, connection_id=gateway.id, posts_to_id=books.id, merchant_id="777001")
    row = supply.row(gateway)
    assert (row.state, row.name, row.posts_to_id) == (State.CONNECTED, "G", books.id)
    assert (row.settings["zone"], row.settings["currency"]) == ("UTC", "CAD")
    _act(supply, update, connection_id=gateway.id, merchant_id="9")
    assert supply.row(gateway).state == State.NEW
    profile = sample_profile().as_json() | {"kinds": ["receipt"], "company_number": "99"}
    _act(supply, update, connection_id=books.id, profile=profile)
    after = supply.row(books)
    assert (after.state, after.fingerprint) == (State.NEW, "")
    assert after.settings["profile"]["company_number"] == "01", "the company stays the same"
    assert after.settings["profile_version"] == 2
    assert supply.audit()[-2:] == [
        ("connection.profile_saved", {"version": 2, "origin": "uploaded", "note": ""}),
        ("connection.settings_changed", {"changed": []}),
    ]


def test_one_merchant_is_read_by_one_connection_of_an_environment(supply: Scene) -> None:
    """By two, each payment would be posted twice, and be given back by each."""
    first = supply.paytrace(GATEWAY)
    sentence = "Acme gateway is connected to merchant 777001 already"
    with pytest.raises(NotPossible, match=sentence) as refused:
        supply.paytrace(GATEWAY, name="Again", merchant_id="777001")
    assert refused.value.field == "merchant_id"
    other = supply.paytrace(GATEWAY, name="Other", merchant_id="777002")
    with pytest.raises(NotPossible, match=sentence):
        _act(supply, operations.update_settings, connection_id=other.id, merchant_id="777001 ")
    _act(supply, operations.update_settings, connection_id=first.id, merchant_id="777001")

    _act(supply, operations.pause, connection_id=first.id, reason="Another company from now on")
    again = supply.paytrace(GATEWAY, name="Again", merchant_id="777001")
    with pytest.raises(NotPossible, match="Again is connected to merchant 777001 already"):
        _act(supply, operations.resume, connection_id=first.id)
    _act(supply, operations.pause, connection_id=again.id, reason="Back to the first")
    _act(supply, operations.resume, connection_id=first.id)
    assert supply.row(first).paused_at is None


def test_new_secrets_wait_for_a_test_and_forget_the_token(
    supply: Scene, simulator: Simulator
) -> None:
    gateway = supply.paytrace(simulator.url)
    supply.test(gateway)
    _act(
        supply,
        operations.replace_secrets,
        connection_id=gateway.id,
        secrets={"username": "somebody_else", "password": "wrong"},
    )
    row = supply.row(gateway)
    assert (row.state, row.settings["username_hint"]) == (State.NEW, "so…se")
    assert row.settings["login_key"] != gateway.settings["login_key"]
    assert supply.test(gateway).state == "failed"
    assert logins(simulator, "somebody_else") == (0, 1)
    assert ("connection.credentials_replaced", {"fields": ["password", "username"]}) in (
        supply.audit()
    )


@pytest.mark.parametrize(
    "secrets", [{}, {"dsn": BOOKS}, {"notice_secret": "whsec_mine"}, {"password": ""}]
)
def test_only_a_gateway_s_own_secrets_can_be_replaced(
    supply: Scene, secrets: dict[str, str]
) -> None:
    gateway = supply.paytrace(GATEWAY)
    with pytest.raises(NotPossible):
        _act(supply, operations.replace_secrets, connection_id=gateway.id, secrets=secrets)


def test_a_gateway_moves_with_its_secrets_only(supply: Scene, simulator: Simulator) -> None:
    """Or a stored password could be sent to an address of somebody's own."""
    gateway = supply.paytrace(GATEWAY)
    address = {
        "connection_id": gateway.id,
        "api_version": "v3",
        "gateway_environment": "sandbox",
        "base_url": simulator.url,
        "username": "api_user_77",
    }
    with pytest.raises(NotPossible, match="Enter the password"):
        _act(supply, operations.replace_address, password="", **address)
    assert supply.row(gateway).settings["base_url"] == GATEWAY
    _act(supply, operations.replace_address, password="Kf83n-correct-horse", **address)
    assert supply.test(gateway).state == "passed"
    assert supply.row(gateway).settings["api_version"] == "v3"


def test_pausing_needs_a_reason_and_resuming_rings(supply: Scene) -> None:
    gateway = supply.paytrace(GATEWAY)
    with pytest.raises(NotPossible, match="Say why"):
        _act(supply, operations.pause, connection_id=gateway.id, reason=" ")
    with pytest.raises(NotPossible, match="not paused"):
        _act(supply, operations.resume, connection_id=gateway.id)
    _act(supply, operations.pause, connection_id=gateway.id, reason="Audit week.")
    assert supply.row(gateway).paused_reason == "Audit week."
    with pytest.raises(NotPossible, match="paused already"):
        _act(supply, operations.pause, connection_id=gateway.id, reason="Again.")
    assert supply.due() == []
    _act(supply, operations.resume, connection_id=gateway.id)
    assert supply.row(gateway).paused_at is None
    due = [(kind, gateway.id) for kind in ("instruct", "poll", "process")]
    assert supply.due() == due
    assert supply.audit()[-2:] == [
        ("connection.paused", {"reason": "Audit week."}),
        ("connection.resumed", {}),
    ]


def test_another_company_cannot_touch_a_connection(supply: Scene, parts: Scene) -> None:
    gateway = supply.paytrace(GATEWAY)
    before = supply.row(gateway)
    acts: list[tuple[Any, dict[str, Any]]] = [
        (operations.request_test, {}),
        (operations.pause, {"reason": "x"}),
        (operations.resume, {}),
        (operations.lift_halt, {"reason": "x"}),
        (operations.update_settings, {"name": "x"}),
        (operations.replace_secrets, {"secrets": {"password": "x"}}),
        (operations.have_reset_password, {}),
    ]
    for operation, values in acts:
        with pytest.raises(NotPossible):
            _act(parts, operation, connection_id=gateway.id, **values)
    assert vars(supply.row(gateway)).keys() == vars(before).keys()
    assert supply.row(gateway).name == before.name
    assert supply.due() == []


def test_have_reset_is_for_gateways(supply: Scene) -> None:
    books = supply.sagepro(BOOKS)
    with pytest.raises(NotPossible, match="Only PayTrace"):
        _act(supply, operations.have_reset_password, connection_id=books.id)
