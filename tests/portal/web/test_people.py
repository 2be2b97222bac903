"""Signing up, naming a company, inviting, joining; keys shown once; nobody's else 404."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tenants.models import ApiKey, Membership, Tenant, User
from tenants.roles import Role
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of


def test_somebody_new_signs_up_and_names_a_company(db: None) -> None:
    client = Client()
    client.post("/account/sign-up/", {"email": "Ana@Acme.example", "password1": "tidy-ledger-42"})
    assert User.objects.get().email == "ana@acme.example"
    assert client.get("/").headers["Location"] == "/companies/new/"
    page = client.post("/companies/new/", {"name": "Acme Supply"})
    assert page.headers["Location"] == "/t/acme-supply/"
    text = text_of(client.get("/t/acme-supply/"))
    assert "Connect PayTrace and Sage Pro to see your first payment arrive." in text
    assert Membership.objects.get().role == Role.OWNER


def test_an_invitation_makes_a_member_once(alice: Client, books: Books) -> None:
    page = alice.post(
        f"/t/{books.tenant.slug}/members/invite/", {"email": "ben@acme.example", "role": "approver"}
    )
    link = re.search(r"/join/[^<\s]+", page.content.decode())
    assert link is not None
    visitor = Client()
    text = text_of(visitor.get(link.group()))
    assert "Join Acme Supply" in text
    ben, ana = factories.person("ben@acme.example"), factories.person("ana@other.example")
    visitor.force_login(ana)
    assert "is for another e-mail address" in text_of(visitor.post(link.group()))
    visitor.force_login(ben)
    assert visitor.post(link.group()).headers["Location"] == f"/t/{books.tenant.slug}/"
    assert Membership.objects.get(user=ben).role == Role.APPROVER
    assert "used, withdrawn or is too old" in text_of(visitor.get(link.group()))


def test_the_last_owner_stays(alice: Client, books: Books) -> None:
    mine = Membership.objects.get(user=books.owner)
    for address, given in (("role", {"role": "viewer"}), ("remove", {})):
        page = alice.post(f"/t/{books.tenant.slug}/members/{mine.id}/{address}/", given)
        assert "A company needs an owner." in text_of(page)


def test_a_key_is_shown_once_and_revoked(alice: Client, books: Books) -> None:
    given = {"name": "Web shop", "scopes": ["payments:read"]}
    page = alice.post(f"/t/{books.tenant.slug}/keys/create/", given).content.decode()
    plain = re.search(r"tieout_[\w-]+", page)
    assert plain is not None
    assert plain.group() not in alice.get(f"/t/{books.tenant.slug}/keys/").content.decode()
    key = ApiKey.objects.get()
    alice.post(f"/t/{books.tenant.slug}/keys/{key.id}/revoke/")
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_key_decides_nothing_that_its_maker_may_not_decide(books: Books) -> None:
    client = Client()
    client.force_login(factories.member(books.tenant, email="ivan@acme.example", role=Role.IT))
    address = f"/t/{books.tenant.slug}/keys/"
    assert "Ask for charges" not in text_of(client.get(address))
    assert "Decide about exceptions" not in text_of(client.get(address))
    for scope in (
        "instructions:write", "instructions:approve", "exceptions:write", "mappings:write",
        "gl_rules:write",
    ):  # fmt: skip
        client.post(f"{address}create/", {"name": "Till", "scopes": [scope]})
    assert not ApiKey.objects.exists()
    client.post(f"{address}create/", {"name": "Till", "scopes": ["instructions:read"]})
    assert ApiKey.objects.get().scopes == ["instructions:read"]


def test_a_company_of_others_is_absent_byte_for_byte(alice: Client, books: Books) -> None:
    charlie = Client()
    charlie.force_login(factories.person("charlie@parts.example"))
    theirs = charlie.get(f"/t/{books.tenant.slug}/payments/")
    absent = charlie.get("/t/no-such-company/payments/")
    assert (theirs.status_code, theirs.content) == (404, absent.content)
    assert books.tenant.name not in theirs.content.decode()
    mine = alice.get(f"/t/{books.tenant.slug}/payments/{books.tenant.id}/")
    assert (mine.status_code, mine.content) == (404, absent.content)


def test_nobody_signed_in_is_asked_to(books: Books) -> None:
    page = Client().get(f"/t/{books.tenant.slug}/payments/?q=acme")
    assert page.headers["Location"].startswith("/account/sign-in/?next=/t/acme-supply/payments/")


@pytest.mark.parametrize("page", ["sign-in", "sign-up", "password/reset"])
def test_wrong_input_comes_back_with_a_sentence(db: None, page: str) -> None:
    text = text_of(Client().post(f"/account/{page}/", {"email": "x", "login": "x"}))
    assert "to repair" in text


def test_two_companies_are_chosen_between(alice: Client, books: Books) -> None:
    assert alice.get("/").headers["Location"] == f"/t/{books.tenant.slug}/"
    alice.post("/companies/new/", {"name": "Acme Supply"})
    text = text_of(alice.get("/"))
    assert text.count("Acme Supply") == Tenant.objects.count() == 2


def test_the_name_is_the_persons_own(alice: Client, books: Books) -> None:
    alice.post("/account/", {"name": "Alice Mori"})
    assert "Alice Mori" in text_of(alice.get(f"/t/{books.tenant.slug}/members/"))
