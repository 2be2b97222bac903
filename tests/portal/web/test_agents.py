"""The agent's page: a code shown once, how it is, its self-test, revoking; and who may do what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from integrations.connections.agents import companies, pairing
from integrations.connections.models import Agent, Connection
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import AgentToken
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books


@pytest.fixture
def books(db: None) -> Books:
    return factories.company()


@pytest.fixture
def company(books: Books) -> Connection:
    with tenant_transaction(books.tenant.id):
        return companies.create_company(
            environment_id=books.environment.id,
            name="Northfield",
            company_number="01",
            profile=sample_profile().as_json(),
            actor=books.owner.email,
        )


def _as(books: Books, role: Role | None = None) -> Client:
    client = Client()
    user = books.owner
    if role is not None:
        user = factories.member(books.tenant, email=f"{role}@acme.example", role=role)
    client.force_login(user)
    return client


def _page(books: Books, connection: Connection, deed: str = "") -> str:
    base = f"/t/{books.tenant.slug}/connections/{connection.id}/agent/"
    return f"{base}{deed}/" if deed else base


def _text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_company_behind_an_agent_is_added_without_an_address(books: Books) -> None:
    client = _as(books, Role.IT)
    address = f"/t/{books.tenant.slug}/connections/add/agent/"
    refused = client.post(address, {"name": "", "company_number": "01"})
    assert "Give the connection a name." in refused.content.decode()
    made = client.post(address, {"name": "Northfield", "company_number": "01"})
    shown = _text(client, made["Location"])
    assert "No agent is paired yet." in shown
    assert "postgresql://" not in shown
    with tenant_transaction(books.tenant.id):
        row = Connection.objects.get(name="Northfield")
    assert (row.settings["way"], row.state) == ("agent", "new")


def test_a_code_is_shown_once_and_only_to_those_who_may_pair(
    books: Books, company: Connection
) -> None:
    client = _as(books, Role.IT)
    shown = client.post(_page(books, company, "code")).content.decode()
    code = shown.split('id="pairing-code">')[1].split("<")[0]
    assert len(code) == 14
    assert code not in _text(client, _page(books, company))
    assert AgentToken.objects.count() == 1
    viewer = _as(books, Role.VIEWER)
    assert "Make a pairing code" not in _text(viewer, _page(books, company))
    for deed in ("code", "examine", "revoke"):
        assert viewer.post(_page(books, company, deed)).status_code == 403
        assert client.get(_page(books, company, deed)).status_code == 405
    assert client.post(_page(books, company, "dance")).status_code == 404
    assert client.get(_page(books, books.sage)).status_code == 404


def test_the_page_says_how_the_agent_is(books: Books, company: Connection) -> None:
    client = _as(books)
    code = client.post(_page(books, company, "code")).content.decode()
    plain = code.split('id="pairing-code">')[1].split("<")[0]
    paired = pairing.pair(
        code=plain, about={"host": "books-pc", "version": "0.1.0"}, now=timezone.now()
    )
    assert paired is not None
    assert paired.secret not in repr(paired)
    shown = _text(client, _page(books, company))
    assert "books-pc" in shown
    assert "Connected." in shown
    assert paired.secret not in shown
    assert "The agent is connected." in _text(client, _page(books, company)[: -len("agent/")])
    with tenant_transaction(books.tenant.id):
        Agent.objects.update(
            self_test=[{"label": "Clock", "ok": False, "sentence": "It is 900 seconds behind."}],
            self_tested_at=timezone.now(),
            last_seen_at=timezone.now() - timedelta(seconds=50),
        )
    shown = _text(client, _page(books, company))
    assert "Offline: last heard of" in shown
    assert "It is 900 seconds behind." in shown
    assert "The agent is offline." in _text(client, _page(books, company)[: -len("agent/")])
    refused = client.post(_page(books, company, "examine")).content.decode()
    assert "The agent is offline, so it cannot test itself now." in refused


def test_a_revoked_agent_is_gone_and_revoking_twice_says_so(
    books: Books, company: Connection
) -> None:
    client = _as(books)
    with tenant_transaction(books.tenant.id):
        code = pairing.new_code(connection_id=company.id, actor="it", now=timezone.now())
    paired = pairing.pair(code=code, about={}, now=timezone.now())
    assert paired is not None
    assert client.post(_page(books, company, "examine")).status_code == 302
    assert "Testing now" in _text(client, _page(books, company))
    assert client.post(_page(books, company, "revoke")).status_code == 302
    assert pairing.caller_of(paired.secret) is None
    again = client.post(_page(books, company, "revoke")).content.decode()
    assert "No agent is paired with this company." in again


def test_a_company_in_foxpro_tables_is_added_and_told_its_steps(books: Books) -> None:
    client = _as(books, Role.IT)
    address = f"/t/{books.tenant.slug}/connections/add/foxpro/"
    refused = client.post(address, {"name": "", "company_number": "01"})
    assert "Give the connection a name." in refused.content.decode()
    made = client.post(address, {"name": "Northfield", "company_number": "01"})
    code = client.post(made["Location"] + "code/").content.decode()
    assert "--way dbf --address" in code
    with tenant_transaction(books.tenant.id):
        row = Connection.objects.get(name="Northfield")
        now = timezone.now()
        words = pairing.new_code(connection_id=row.id, actor="it@acme.example", now=now)
    assert pairing.pair(code=words, about={"host": "BOOKS"}, now=now)
    assert (row.settings["way"], row.settings["edition"]) == ("agent", "dbf")
    assert "tieout-agent prepare" in _text(client, made["Location"])
    shown = _text(client, f"/t/{books.tenant.slug}/connections/{row.id}/")
    assert "<dt>Edition</dt><dd>FoxPro tables</dd>" in shown
    assert "this site has to prove itself for it before the first posting" in shown
    assert "How the site is proven" in shown
    assert "Rights of the database user" not in shown
    profile = _text(client, f"/t/{books.tenant.slug}/connections/{row.id}/posting-profile/")
    assert 'value="{table}{company}"' in profile
    script = client.get(f"/t/{books.tenant.slug}/connections/{row.id}/rights/mssql/")
    assert script.status_code == 404
