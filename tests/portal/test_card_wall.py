"""A card number in a request gets a sentence that names the field, and nothing else happens."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrations.canonical.card_scan import contains_card_number
from tenants.ids import new_id
from tenants.models import Tenant
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.api.conftest import Program, make_program, program

__all__ = ["make_program", "program"]

CARD = "4111 1111 1111 1111"


@pytest.fixture
def books(db: None) -> Books:
    return factories.company()


@pytest.fixture
def alice(books: Books) -> Client:
    client = Client()
    client.force_login(books.owner)
    return client


def _refused(answer: Any) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == 400
    assert not contains_card_number(text.encode())
    assert "those never enter Tieout" in text
    return text


def test_a_form_field_is_named_and_nothing_is_saved(alice: Client) -> None:
    before = Tenant.objects.count()
    text = _refused(alice.post("/companies/new/", {"name": f"Acme {CARD}"}))
    assert "The field ‘name’ holds" in text
    assert Tenant.objects.count() == before


def test_a_field_whose_name_is_a_card_number_is_not_named(alice: Client) -> None:
    assert "What you sent holds" in _refused(alice.post("/companies/new/", {CARD: "x"}))


def test_a_search_in_the_address_is_refused(alice: Client, books: Books) -> None:
    text = _refused(alice.get(f"/t/{books.tenant.slug}/payments/", {"q": CARD}))
    assert "The field ‘q’ holds" in text


def test_an_address_that_is_one_leads_nowhere(alice: Client) -> None:
    answer = alice.get("/t/4111111111111111/payments/")
    assert answer.status_code == 404
    assert not contains_card_number(answer.content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{CARD}.csv", b"case number,payment\n"),
        ("cases.csv", b"case number,reason\n1,4111111111111111\n"),
        ("cases.csv", b"x" * (256 * 1024 - 7) + b" 4111111111111111 "),
    ],
    ids=["its name", "a row", "between two pieces"],
)
def test_an_upload_is_refused(alice: Client, books: Books, name: str, content: bytes) -> None:
    file = SimpleUploadedFile(name, content)
    answer = alice.post(f"/t/{books.tenant.slug}/chargebacks/upload/", {"file": file})
    assert "The field ‘file’ holds" in _refused(answer)


def test_a_file_without_one_arrives_whole(alice: Client, books: Books) -> None:
    heading = b"case number,payment,state,date,amount\n"
    file = SimpleUploadedFile("cases.csv", heading + b"7,9,stolen,2026-11-20,1.00\n")
    data = {"file": file, "account": str(books.paytrace.id)}
    answer = alice.post(f"/t/{books.tenant.slug}/chargebacks/upload/", data)
    assert "stolen" in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"reason": "4111 1111 1111 1111"}', "reason"),
        ('{"reason": 4111111111111111}', "reason"),
        (r'{"reason": "\u0034111111111111111"}', "reason"),
        ('{"4111111111111111": 1, "4111111111111111": 2}', ""),
        ('{"reason": "4111111111111111', ""),
    ],
)
def test_the_api_refuses_a_body_in_its_own_shape(program: Program, body: str, field: str) -> None:
    answer = program.post(f"exceptions/{new_id()}/dismiss", body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (400, "card_number", field)
    assert not contains_card_number(answer.content)


def test_the_api_refuses_a_query_and_an_idempotency_key(program: Program) -> None:
    queried = program.get("payments", q=CARD)
    keyed = program.post("mappings", {"rows": []}, **{"Idempotency-Key": CARD})
    for answer, field in ((queried, "q"), (keyed, "Idempotency-Key")):
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
        assert not contains_card_number(answer.content)


MERCHANT = "4445012345678908"
SETTINGS = {
    "settings-name": "Till", "settings-merchant_id": MERCHANT, "settings-currency": "USD",
    "settings-zone": "America/Denver",
}  # fmt: skip


def test_a_merchant_id_that_reads_like_a_card_is_taken_as_it_is(
    alice: Client, books: Books
) -> None:
    address = f"/t/{books.tenant.slug}/connections/{books.paytrace.id}/do/settings/"
    assert contains_card_number(MERCHANT.encode())
    answer = alice.post(address, SETTINGS | {"settings-posts_to": str(books.sage.id)})
    assert answer.status_code == 302
    with tenant_transaction(books.tenant.id):
        books.paytrace.refresh_from_db()
    assert books.paytrace.settings["merchant_id"] == MERCHANT


@pytest.mark.parametrize(
    "odd",
    [
        {"settings-merchant_id": "4445 0123 4567 8908"},
        {"settings-merchant_id": f"{MERCHANT} or so"},
        {"settings-name": MERCHANT},
    ],
)
def test_no_other_field_and_no_other_shape_is_spared(
    alice: Client, books: Books, odd: dict[str, str]
) -> None:
    address = f"/t/{books.tenant.slug}/connections/{books.paytrace.id}/do/settings/"
    text = _refused(alice.post(address, SETTINGS | odd))
    assert "Is it no card?" in text
    if "settings-merchant_id" in odd:
        assert "A merchant id is digits alone" in text


def test_a_gl_account_that_reads_like_a_card_reaches_the_api(program: Program) -> None:
    """It is refused further on, by name: the chart of accounts does not have it."""
    account = "4000-100-200-001"
    assert contains_card_number(account.encode())
    rule = {"name": "Sales", "role": "sales", "account": account}
    taken = program.post("gl-rules", {"rules": [rule], "note": "Sales"})
    assert taken.json()["error"]["code"] != "card_number"
    as_card = rule | {"account": "4111-1111-1111-1111"}
    refused = program.post("gl-rules", {"rules": [as_card], "note": "Sales"})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["field"]) == (400, "card_number", "rules")
    assert "Is it no card?" in error["remedy"]


def test_other_long_numbers_are_let_through(alice: Client) -> None:
    answer = alice.post("/companies/new/", {"name": "Acme 4111111111111112"})
    assert answer.status_code == 302


def test_what_paytraces_form_gives_is_random_and_may_look_like_one(books: Books) -> None:
    """A card number in its place is refused all the same."""
    pair = {"hpf_token": "ab" * 16, "enc_key": f"{'af' * 100}4111111111111111{'ea' * 100}"}
    assert Client().post("/pay/nobody/", pair).status_code == 404
    text = _refused(Client().post("/pay/nobody/", pair | {"hpf_token": CARD}))
    assert "The field ‘hpf token’ holds" in text
    assert Client().post("/account/sign-in/", pair).status_code == 400
