"""Holds on screens: made from a stored card, shown, captured once, let go."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from integrations.events import holds
from integrations.instructions.models import Instruction
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.charges import (
    allow,
    asked_rows,
    at,
    member_with,
    speaks_v1,
    stored_card,
)
from tests.portal.web.reading import text_of


def _held(books: Books, **values: object) -> str:
    with tenant_transaction(books.tenant.id):
        return str(factories.hold(books, **values).id)


def test_an_amount_is_held_from_the_page_that_charges(alice: Client, books: Books) -> None:
    allow(books, alice)
    sent = {
        "key": "k", "method": str(stored_card(books).id), "amount": "740.00",
        "invoice_number": "10432", "what": "hold",
    }  # fmt: skip
    assert "Only hold the amount" in text_of(alice.get(at(books, "new/")))
    told = text_of(alice.post(at(books, "new/"), sent, follow=True))
    assert "Asked. It is sent to PayTrace in a moment." in told
    assert asked_rows(books) == [("hold", "ready", Decimal("740.0000"), "ACME01", "10432")]
    with tenant_transaction(books.tenant.id):
        one = Instruction.objects.get()
        Instruction.objects.update(state="done", result_id="9001")
    assert "It stands under Holds" in text_of(alice.get(at(books, f"{one.id}/")))


def test_what_is_held_is_shown_and_a_part_of_it_captured_once(alice: Client, books: Books) -> None:
    one = _held(books, created_at=timezone.now() - timedelta(days=5), customer_id="ACME01")
    answer = alice.get(at(books, "holds/"))
    page = text_of(answer)
    here = f'<a href="/t/{books.tenant.slug}/payments/" aria-current="page">'
    assert here in answer.content.decode()
    shown = ("Acme Tools Inc.", "INV-10432", "Visa ··5454", "740.00")
    assert [word for word in shown if word not in page] == []
    assert "Capture it" not in page
    allow(books, alice)
    assert "Capture it" in text_of(alice.get(at(books, "holds/")))
    capture = at(books, f"holds/{one}/capture/")
    assert "Only 740.00 USD is held." in text_of(
        alice.post(capture, {"key": "k", "amount": "740.01"})
    )
    assert "is not an amount" in text_of(alice.post(capture, {"key": "k", "amount": "7,x"}))
    sent = {"key": "k", "amount": "700.00"}
    first = alice.post(capture, sent)
    assert alice.post(capture, sent).headers["Location"] == first.headers["Location"]
    assert asked_rows(books) == [("capture", "ready", Decimal("700.0000"), "ACME01", "")]
    page = text_of(alice.get(at(books, "holds/")))
    assert "Capture of 740.00 USD Ready to send" in page
    assert "Capture it" not in page


def test_the_held_amount_is_changed_within_what_paytrace_allows(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    one = _held(books)
    page = text_of(alice.get(at(books, "holds/")))
    assert "Change the amount" in page
    assert "PayTrace allows 518.00 USD to 962.00 USD. Nothing is charged." in page
    change = at(books, f"holds/{one}/adjust/")
    assert "740.00 USD is held already." in text_of(
        alice.post(change, {"key": "k", "amount": "740.00"})
    )
    assert "by at most 30 % of what was held first" in text_of(
        alice.post(change, {"key": "k", "amount": "962.01"})
    )
    sent = {"key": "k", "amount": "800.00"}
    first = alice.post(change, sent)
    assert alice.post(change, sent).headers["Location"] == first.headers["Location"]
    assert asked_rows(books) == [("adjust", "ready", Decimal("800.0000"), "", "")]
    page = text_of(alice.get(at(books, "holds/")))
    assert "Change of 740.00 USD Ready to send" in page
    assert "Capture it" not in page
    with tenant_transaction(books.tenant.id):
        Instruction.objects.update(state="done")
        factories.held_amount(books, one, "800.00")
    page = text_of(alice.get(at(books, "holds/")))
    assert ("800.00 USD first 740.00 USD" in page, "Capture it" in page) == (True, True)


def test_api_v1_offers_no_change(alice: Client, books: Books) -> None:
    allow(books, alice)
    one = _held(books)
    speaks_v1(books)
    assert "Change the amount" not in text_of(alice.get(at(books, "holds/")))
    told = text_of(alice.post(at(books, f"holds/{one}/adjust/"), {"key": "k", "amount": "800"}))
    assert "Let the hold go and make another, or connect the account by API v3." in told


def test_a_number_that_is_only_ours_is_not_shown_as_what_it_is_for(
    alice: Client, books: Books
) -> None:
    _held(books, invoice_reference="TBD4C6309W4")
    _held(books, invoice_reference="10432-TBD4C6309W4", customer_reference="10432")
    page = text_of(alice.get(at(books, "holds/")))
    assert ("BD4C6309W4" in page, "for 10432" in page) == (False, True)


def test_a_hold_is_let_go(alice: Client, books: Books) -> None:
    allow(books, alice)
    one = _held(books)
    assert alice.post(at(books, f"holds/{one}/release/"), {"key": "k"}).status_code == 302
    assert asked_rows(books) == [("give_back", "ready", Decimal("740.0000"), "", "")]
    assert "Let go of 740.00 USD" in text_of(alice.get(at(books, "holds/")))


@pytest.mark.parametrize("state", ["pending_settlement", "settled", "voided"])
def test_what_was_captured_or_let_go_is_held_no_more(
    alice: Client, books: Books, state: str
) -> None:
    allow(books, alice)
    one = _held(books, transaction_id="9001")
    with tenant_transaction(books.tenant.id):
        factories.effect(books, transaction_id="9001", gateway_state=state)
    assert "Nothing is held" in text_of(alice.get(at(books, "holds/")))
    sent = {"key": "k", "amount": "1.00"}
    assert alice.post(at(books, f"holds/{one}/capture/"), sent).status_code == 404
    assert alice.post(at(books, f"holds/{one}/release/"), sent).status_code == 404
    assert alice.post(at(books, f"holds/{one}/adjust/"), sent).status_code == 404


def test_what_paytrace_shows_as_held_for_months_stays_marked_and_after_the_others(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    now = timezone.now()
    for days, name in ((300, "Oldest"), (32, "Old"), (29, "Young"), (1, "Youngest")):
        _held(books, customer_name=name, created_at=now - timedelta(days=days), transaction_id=name)
    page = text_of(alice.get(at(books, "holds/")))
    names = [one for one in page.split() if one in {"Oldest", "Old", "Young", "Youngest"}]
    assert list(dict.fromkeys(names)) == ["Young", "Youngest", "Old", "Oldest"]
    assert page.count("Older than 30 days The bank may have let it go") == 2
    with tenant_transaction(books.tenant.id):
        holds.note_listed(
            connection_id=books.paytrace.id, looked_for=["Old", "Oldest"], listed=["Oldest"]
        )
    assert "Old " not in text_of(alice.get(at(books, "holds/")))
    with tenant_transaction(books.tenant.id):
        holds.note_listed(connection_id=books.paytrace.id, looked_for=["Old"], listed=["Old"])
    assert "Old " in text_of(alice.get(at(books, "holds/")))


def test_who_may_not_move_money_only_looks(alice: Client, books: Books) -> None:
    allow(books, alice)
    one = _held(books)
    viewer = member_with(books, Role.VIEWER)
    assert "Capture it" not in text_of(viewer.get(at(books, "holds/")))
    assert viewer.post(at(books, f"holds/{one}/capture/"), {"key": "k"}).status_code == 403


def test_the_list_asks_as_often_for_many_holds_as_for_one(
    alice: Client, books: Books, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    allow(books, alice)
    for _ in range(12):
        _held(books)
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        alice.get(at(books, "holds/"))
