"""What waits for somebody's approval: said on Today, why it waits, and who may give it."""

from __future__ import annotations

from django.test import Client

from tenants.roles import Role
from tests.factories import Books
from tests.portal.web.charges import allow, at, member_with, stored_card
from tests.portal.web.reading import text_of


def _ask(alice: Client, books: Books, **more: str) -> str:
    """The page of what was asked for."""
    sent = {"key": "k", "method": str(stored_card(books).id), "amount": "1,000.01"} | more
    path = "plans/new/" if "frequency" in more else "new/"
    return alice.post(at(books, path), sent).headers["Location"]


def test_today_says_that_something_waits_for_approval(alice: Client, books: Books) -> None:
    allow(books, alice)
    today = f"/t/{books.tenant.slug}/"
    assert "approv" not in text_of(alice.get(today))
    _ask(alice, books)
    shown = alice.get(today)
    assert "1 charge or refund waits for approval. Nothing of it is sent" in text_of(shown)
    assert f"{at(books)}?state=waiting_approval" in shown.content.decode()
    viewer = text_of(member_with(books, Role.VIEWER).get(today))
    assert "1 charge or refund waits for an approver." in viewer


def test_the_page_says_when_nobody_else_may_approve(alice: Client, books: Books) -> None:
    allow(books, alice)
    one = _ask(alice, books)
    alone = text_of(alice.get(one))
    assert "Above 1,000.00 USD somebody else approves." in alone
    assert "Nobody else of the company may approve it yet." in alone
    assert "Invite an approver" in alone
    member_with(books, Role.ACCOUNTANT)
    assert "Nobody else of the company may approve it yet." in text_of(alice.get(one))
    approver = member_with(books, Role.APPROVER)
    told = text_of(alice.get(one))
    assert "somebody else approves it: approver@acme.example." in told
    assert "Nobody else" not in told
    assert "Nobody else" not in text_of(approver.get(one))


def test_a_plan_says_what_it_comes_to(alice: Client, books: Books) -> None:
    allow(books, alice)
    one = _ask(alice, books, amount="89.00", frequency="3", start_on="2099-01-01")
    told = text_of(alice.get(one))
    assert "this one comes to 1,068.00 USD, and above 1,000.00 USD somebody else approves" in told


def test_the_limits_say_how_much_of_the_day_is_left(alice: Client, books: Books) -> None:
    limits = at(books, "limits/")
    assert "Asked for today" not in text_of(alice.get(limits))
    allow(books, alice)
    _ask(alice, books, amount="740.00")
    mine = text_of(alice.get(limits))
    assert "You Asked for 740.00 USD of 5,000.00 USD Left 4,260.00 USD" in mine
    other = text_of(member_with(books, Role.ACCOUNTANT).get(limits))
    assert "You Asked for 0.00 USD of 5,000.00 USD Left 5,000.00 USD" in other
    assert "Everybody together Asked for 740.00 USD of 20,000.00 USD Left 19,260.00 USD" in other
