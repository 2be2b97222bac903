"""Payment links by program: made once, shown with their address to whoever may make some, ended."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from integrations.instructions import link_mail, link_states
from integrations.instructions.models import Instruction, PaymentLink
from tenants.models import ApiAnswer, AuditEvent, Membership, Tenant
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests.factories import Books
from tests.portal.api.conftest import MakeProgram, Program

ASKED = {
    "amount": "740.00",
    "customer_number": "ACME01",
    "invoice_number": "10432",
    "description": "Thank you",
    "email": "ap@acme.example",
    "days": 30,
    "may_keep": True,
}


def make(program: Program, key: str = "one", **changes: Any) -> Any:
    return program.post("payment-links", ASKED | changes, **{"Idempotency-Key": key})


def test_a_link_is_made_once_and_its_address_opens_the_pay_page(
    program: Program, books: Books
) -> None:
    first = make(program)
    assert first.status_code == 201, first.content
    told = first.json()
    again = make(program).json()
    assert (again["id"], again["address"]) == (told["id"], told["address"])
    shown = {name: told[name] for name in (*ASKED, "currency", "state", "purpose", "made_by")
             if name != "days"}  # fmt: skip
    assert shown == {
        "amount": "740.00", "customer_number": "ACME01", "invoice_number": "10432",
        "description": "Thank you", "email": "ap@acme.example", "may_keep": True,
        "currency": "USD", "state": "open", "purpose": "pay", "made_by": told["made_by"],
    }  # fmt: skip
    assert told["made_by"].startswith("API key Shop …")
    path = "/pay/" + told["address"].split("/pay/")[1]
    # The account of this test answers nobody, and the page says so instead of being unknown.
    assert Client().get(path).status_code == 503
    with tenant_transaction(books.tenant.id):
        assert PaymentLink.objects.count() == 1
        assert AuditEvent.objects.filter(action="payment_link.made").count() == 1


def test_a_programs_link_is_mailed_and_answers_go_to_whoever_made_its_key(
    program: Program, books: Books
) -> None:
    """A company's name may hold a line end, which no header of a mail may."""
    Tenant.objects.filter(id=books.tenant.id).update(name="Acme\r\nSupply")
    make(program, is_mailed=True)
    link_mail.tend(tenant_id=books.tenant.id)
    (letter,) = mail.outbox
    assert (letter.to, letter.reply_to) == (["ap@acme.example"], ["alice@acme.example"])
    assert letter.subject == "Acme Supply: 740.00 USD for invoice 10432"


def test_the_address_is_kept_nowhere(program: Program, books: Books) -> None:
    """Not in the answer that is repeated either: only its hash is."""
    token = make(program).json()["address"].rstrip("/").rsplit("/", 1)[1]
    make(program)
    with tenant_transaction(books.tenant.id):
        stored = [json.dumps(one.answer) for one in ApiAnswer.objects.all()]
        stored += [json.dumps(one.details) for one in AuditEvent.objects.all()]
    assert [text for text in stored if token in text] == []


def test_who_only_reads_sees_no_address(
    program: Program, books: Books, make_program: MakeProgram
) -> None:
    made = make(program).json()
    reader = make_program(books, "instructions:read")
    one = reader.get(f"payment-links/{made['id']}").json()
    assert (one["id"], one["address"]) == (made["id"], "")
    (listed,) = reader.get("payment-links", state="open").json()["payment_links"]
    assert (listed["id"], listed["address"]) == (made["id"], "")
    assert program.get("payment-links", search="10432").json()["payment_links"][0]["address"]
    assert program.get("payment-links", search="nobody").json()["payment_links"] == []
    assert reader.post(f"payment-links/{made['id']}/cancel").status_code == 403


def test_a_link_is_cancelled_once(program: Program) -> None:
    made = make(program).json()
    cancel = f"payment-links/{made['id']}/cancel"
    done = program.post(cancel, **{"Idempotency-Key": "c"}).json()
    assert (done["state"], done["address"]) == ("cancelled", "")
    assert program.post(cancel, **{"Idempotency-Key": "c"}).json() == done
    refused = program.post(cancel)
    assert refused.status_code == 409
    assert "cannot be cancelled any more" in refused.json()["error"]["message"]


def test_without_an_amount_the_customer_is_asked_for_a_card(program: Program) -> None:
    made = program.post(
        "payment-links", {"customer_number": "ACME01"}, **{"Idempotency-Key": "card"}
    ).json()
    assert (made["purpose"], made["amount"], made["currency"]) == ("store", None, "")


def test_paytraces_own_page_is_asked_for_and_its_address_shown_once_it_is_told(
    program: Program, books: Books, make_program: MakeProgram
) -> None:
    told = make(program, page="paytrace", may_keep=False, is_mailed=True).json()
    assert (told["state"], told["page"], told["address"], told["transaction_id"]) == (
        "making", "paytrace", "", "",
    )  # fmt: skip
    assert told["sentence"] == "PayTrace is asked to make its page; its answer decides."
    with tenant_transaction(books.tenant.id):
        made = Instruction.objects.get(id=told["instruction_id"])
        assert (made.kind, made.origin, made.request["email"]) == (
            "make_page", "pay_page", "ap@acme.example",
        )  # fmt: skip
        link_states.page_answered(made.id, is_made=True, address="https://pay.example/x")
    one = program.get(f"payment-links/{told['id']}").json()
    assert (one["state"], one["address"]) == ("open", "https://pay.example/x")
    reader = make_program(books, "instructions:read")
    assert reader.get(f"payment-links/{told['id']}").json()["address"] == ""
    refused = program.post(
        "instructions",
        {"kind": "make_page", "amount": "1.00", "customer_number": "ACME01"},
        **{"Idempotency-Key": "k"},
    )
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "kind")


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"amount": "seven"}, 400, ("amount", "not an amount")),
        ({"amount": "-1.00"}, 400, ("amount", "is not above zero")),
        ({"amount": "1.00", "currency": "EUR"}, 409, ("amount", "takes USD")),
        ({"customer_number": ""}, 400, ("customer_number", "blank")),
        ({"days": 91}, 400, ("days", "less than or equal to 90")),
        ({"email": "nobody"}, 400, ("email", "valid email")),
        ({"email": "", "is_mailed": True}, 409, ("email", "where to mail the link")),
        ({"description": "4012000098765439"}, 400, ("description", "card number")),
        ({"page": "paytrace"}, 409, ("may_keep", "keeps no card for next time")),
        ({"page": "elsewhere"}, 400, ("page", "not a valid choice")),
        ({"shop": 1}, 400, ("shop", "not known here")),
    ],
)
def test_what_is_wrong_is_named_and_no_link_is_made(
    program: Program, books: Books, changes: dict[str, Any], status: int, told: tuple[str, str]
) -> None:
    refused = make(program, **changes)
    error = refused.json()["error"]
    assert (refused.status_code, error["field"]) == (status, told[0]), error
    assert told[1] in error["message"]
    with tenant_transaction(books.tenant.id):
        assert not PaymentLink.objects.exists()


def test_one_key_makes_one_link_and_one_invoice_has_one(
    program: Program, books: Books, make_program: MakeProgram
) -> None:
    assert make(program).status_code == 201
    assert make(program, amount="1.00").json()["error"]["code"] == "idempotency_key_reused"
    second = make(program, "two")
    assert second.status_code == 409
    assert "is open already" in second.json()["error"]["message"]
    # Another program's key is its own.
    other = make(make_program(books), invoice_number="10433")
    assert other.status_code == 201
    missing = program.post("payment-links", ASKED)
    assert (missing.status_code, missing.json()["error"]["field"]) == (400, "Idempotency-Key")


def test_a_key_whose_maker_may_not_move_money_any_more_makes_none(
    program: Program, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        Membership.objects.update(role=Role.VIEWER)
    refused = make(program)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "maker_not_allowed")
