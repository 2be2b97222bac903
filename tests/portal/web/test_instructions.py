"""Charges and refunds on screens: asked once, approved by somebody else, limits, plans, cards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from integrations.canonical.flagged import FlaggedRow
from integrations.connections.models import Connection
from integrations.instructions import sage_rows
from integrations.instructions.models import (
    Instruction,
    InstructionPolicy,
    RecurringPlan,
)
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.charges import (
    LIMITS,
    allow,
    asked_rows,
    at,
    member_with,
    speaks_v1,
    stored_card,
)
from tests.portal.web.reading import text_of


def _one(books: Books) -> Instruction:
    with tenant_transaction(books.tenant.id):
        return Instruction.objects.get()


def test_a_charge_is_asked_once_however_often_the_button_is_pressed(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    card = stored_card(books)
    sent = {
        "key": "shown-once",
        "method": str(card.id),
        "amount": "740.00",
        "invoice_number": "10432",
        "description": "By phone",
    }
    first = text_of(alice.post(at(books, "new/"), sent, follow=True))
    again = text_of(alice.post(at(books, "new/"), sent, follow=True))
    assert "Asked. It is sent to PayTrace in a moment." in first
    assert "Asked before; nothing new was asked." in again
    assert asked_rows(books) == [("charge", "ready", Decimal("740.0000"), "ACME01", "10432")]
    other = text_of(alice.post(at(books, "new/"), sent | {"amount": "741.00"}, follow=True))
    assert "came before with other contents" in other
    assert len(asked_rows(books)) == 1


def test_above_the_threshold_somebody_else_approves(alice: Client, books: Books) -> None:
    allow(books, alice)
    sent = {"key": "k", "method": str(stored_card(books).id), "amount": "1,000.01"}
    told = text_of(alice.post(at(books, "new/"), sent, follow=True))
    assert "Somebody else has to approve it before it is sent." in told
    assert "You asked for this, so somebody else approves it" in told
    one = at(books, f"{_one(books).id}/")
    own = text_of(alice.post(f"{one}decide/approve/"))
    assert _one(books).state == "waiting_approval"
    assert "somebody else" in own
    accountant = member_with(books, Role.ACCOUNTANT)
    assert accountant.post(f"{one}decide/approve/").status_code == 403
    approver = member_with(books, Role.APPROVER)
    assert "Approve 1,000.01 USD" in text_of(approver.get(one))
    assert "Approved. It is sent to PayTrace" in text_of(
        approver.post(f"{one}decide/approve/", follow=True)
    )
    assert (_one(books).state, _one(books).decided_by) == ("ready", "approver@acme.example")


def test_it_is_refused_with_a_reason_or_taken_back_before_it_is_sent(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    sent = {"key": "k", "method": str(stored_card(books).id), "amount": "2000.00"}
    alice.post(at(books, "new/"), sent)
    one = at(books, f"{_one(books).id}/")
    approver = member_with(books, Role.APPROVER)
    told = text_of(
        approver.post(f"{one}decide/reject/", {"reason": "Twice the invoice"}, follow=True)
    )
    assert [w for w in ("Not approved", "‘Twice the invoice’") if w not in told] == []
    assert "cannot be cancelled any more" in text_of(alice.post(f"{one}cancel/", {"reason": "x"}))
    alice.post(at(books, "new/"), sent | {"key": "k2", "amount": "10.00"})
    with tenant_transaction(books.tenant.id):
        second = Instruction.objects.get(state="ready")
    alice.post(at(books, f"{second.id}/cancel/"), {"reason": "Paid by cheque"})
    assert [row[1] for row in asked_rows(books)] == ["rejected", "cancelled"]


def test_money_is_given_back_from_the_page_of_its_payment(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, amount=Decimal("740.00"), gateway_state="settled")
    page = f"/t/{books.tenant.slug}/payments/{paid.id}/"
    assert "Give money back" not in text_of(alice.get(page))
    allow(books, alice)
    assert "Give money back" in text_of(alice.get(page))
    assert "Give money back" not in text_of(member_with(books, Role.VIEWER).get(page))
    bad = text_of(
        alice.post(f"{page}give-back/", {"key": "k", "amount": "7,x", "description": "d"})
    )
    assert "‘7x’ is not an amount such as 740.00." in bad
    sent = {"key": "k", "amount": "40.00", "description": "Broken on arrival"}
    told = text_of(alice.post(f"{page}give-back/", sent, follow=True))
    assert "40.00 USD" in told
    with tenant_transaction(books.tenant.id):
        one = Instruction.objects.get()
        assert (one.kind, one.transaction_id, one.state) == (
            "give_back", paid.transaction_id, "ready",
        )  # fmt: skip


def test_the_page_offers_to_give_back_what_is_left_of_the_payment(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, amount=Decimal("740.00"))
        factories.posted(books, kind="refund", amount=Decimal("100.00"), parent=paid)
        factories.effect(
            books, kind="refund", amount=Decimal("9.00"), parent=paid, state="dismissed"
        )
    allow(books, alice)
    page = alice.get(f"/t/{books.tenant.slug}/payments/{paid.id}/give-back/")
    assert "of which 100.00 USD was given or taken back already" in text_of(page)
    assert 'value="640.00"' in page.content.decode()


def test_more_than_is_left_is_told_at_the_field_and_asks_for_nothing(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, amount=Decimal("740.00"))
        factories.posted(books, kind="refund", amount=Decimal("100.00"), parent=paid)
    allow(books, alice)
    page = f"/t/{books.tenant.slug}/payments/{paid.id}/"
    sent = {"key": "k", "amount": "640.01", "description": "Broken on arrival"}
    told = text_of(alice.post(f"{page}give-back/", sent))
    assert "Only 640.00 USD of this payment is left to give back." in told
    assert asked_rows(books) == []
    assert alice.post(f"{page}give-back/", sent | {"amount": "640.00"}).status_code == 302
    assert [row[:3] for row in asked_rows(books)] == [("give_back", "ready", Decimal("640.0000"))]


def test_a_payment_that_was_voided_offers_nothing_to_give_back(alice: Client, books: Books) -> None:
    allow(books, alice)
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, state="reversed")
        factories.effect(
            books, kind="void", parent=paid, state="posted", transaction_id=paid.transaction_id,
            gateway_state="voided",
        )  # fmt: skip
    page = f"/t/{books.tenant.slug}/payments/{paid.id}/"
    assert "Give money back" not in text_of(alice.get(page))
    told = text_of(alice.get(f"{page}give-back/"))
    assert "Nothing is left to give back" in told
    assert "Give it back" not in told


def test_a_payments_page_tells_what_went_back_and_what_was_asked_about_it(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, amount=Decimal("740.00"), gateway_state="settled")
        factories.posted(books, kind="refund", amount=Decimal("100.00"), parent=paid)
    page = f"/t/{books.tenant.slug}/payments/{paid.id}/"
    assert "Asked about it" not in text_of(alice.get(page))
    sent = {"key": "k", "amount": "40.00", "description": "Broken on arrival"}
    alice.post(f"{page}give-back/", sent)
    told = text_of(alice.get(page))
    wanted = [
        "100.00 USD of it was given or taken back; 640.00 USD is left.",
        "Asked about it",
        "40.00 USD",
        "Ready to send",
    ]
    assert [words for words in wanted if words not in told] == []
    again = text_of(alice.get(f"{page}give-back/"))
    assert "alice@acme.example asked to give 40.00 USD back" in again


def test_a_receipt_is_mailed_from_the_page_of_its_payment(alice: Client, books: Books) -> None:
    allow(books, alice)
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books)
    page = f"/t/{books.tenant.slug}/payments/{paid.id}/"
    assert "Mail the receipt" not in text_of(alice.get(page)), "API v3 has no such call"
    speaks_v1(books)
    assert "Mail the receipt" in text_of(alice.get(page))
    assert "Mail the receipt to Acme Tools Inc." in text_of(alice.get(f"{page}mail-receipt/"))
    bad = alice.post(f"{page}mail-receipt/", {"key": "k", "email": "nobody"})
    assert "Enter an address such as ap@acme.example." in text_of(bad)
    sent = {"key": "k", "email": "ap@acme.example"}
    assert alice.post(f"{page}mail-receipt/", sent).status_code == 302
    assert asked_rows(books) == [("send_receipt", "ready", None, "ACME01", "")]


def test_a_bank_payment_is_not_given_back_from_here_and_its_account_can_be_kept(
    alice: Client, books: Books
) -> None:
    """PayTrace has no call that gives it back, so its page says where that is done."""
    allow(books, alice)
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, gateway_state="settled", method="ach")
    page = f"/t/{books.tenant.slug}/payments/{paid.id}/"
    shown = text_of(alice.get(page))
    assert "A bank payment is given back in PayTrace’s own terminal." in shown
    assert [word for word in ("Give money back", "Keep this card") if word in shown] == []
    sent = {"key": "k", "amount": "40.00", "description": "Broken on arrival"}
    refused = text_of(alice.post(f"{page}give-back/", sent))
    assert "PayTrace gives no bank payment back by its API" in refused
    assert asked_rows(books) == []
    assert alice.get(f"{page}mail-receipt/").status_code == 404
    assert "Keep this bank account" in shown
    asked = text_of(alice.get(f"{page}keep-card/"))
    assert "Keep the bank account ending in" in asked
    assert "Only its last four digits come here." in asked
    sent = {"key": "k", "customer_number": "ACME01"}
    assert alice.post(f"{page}keep-card/", sent).status_code == 302
    with tenant_transaction(books.tenant.id):
        assert Instruction.objects.get().request == {
            "kind": "store_customer", "customer_number": "ACME01", "method": "ach",
            "transaction_id": paid.transaction_id, "name": "Acme Tools Inc.",
        }  # fmt: skip


def test_a_payment_says_who_asked_for_it(alice: Client, books: Books) -> None:
    allow(books, alice)
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books)
    alice.post(
        at(books, "new/"), {"key": "k", "method": str(stored_card(books).id), "amount": "1.00"}
    )
    with tenant_transaction(books.tenant.id):
        Instruction.objects.update(state="done", result_id=paid.transaction_id)
    text = text_of(alice.get(f"/t/{books.tenant.slug}/payments/{paid.id}/"))
    assert f"{books.owner.email} asked for it: Charge" in text
    led = text_of(alice.get(at(books, f"{_one(books).id}/")))
    assert "The payment" in led
    assert "Posted" in led


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("user_daily_limit", "lots", "‘lots’ is not an amount such as 5000.00."),
        ("company_daily_limit", "10.00", "above the company’s"),
        ("approval_above", "-1", "A limit cannot be below zero."),
        ("approval_above", "", "Enter an amount such as 740.00."),
    ],
)
def test_bad_limits_get_a_sentence_and_set_nothing(
    alice: Client, books: Books, field: str, value: str, told: str
) -> None:
    assert told in text_of(alice.post(at(books, "limits/"), LIMITS | {field: value}))
    with tenant_transaction(books.tenant.id):
        assert not InstructionPolicy.objects.exists()


def test_only_an_owner_sets_limits_and_switches_charges_off(alice: Client, books: Books) -> None:
    accountant = member_with(books, Role.ACCOUNTANT)
    assert accountant.post(at(books, "limits/"), LIMITS).status_code == 403
    assert "Charges and refunds from here are off." in text_of(alice.get(at(books)))
    allow(books, alice)
    assert "5,000.00 USD" in text_of(accountant.get(at(books, "limits/")))
    told = text_of(alice.post(at(books, "limits/"), {"off": "yes"}, follow=True))
    assert "Charges and refunds from here are off. What was asked before is finished." in told
    sent = {"key": "k", "method": str(stored_card(books).id), "amount": "1.00"}
    assert "Payments from here are off." in text_of(alice.post(at(books, "new/"), sent))


def test_a_plan_is_started_changed_paused_and_ended_each_by_an_instruction(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    sent = {
        "key": "k", "method": str(stored_card(books).id), "amount": "89.00", "frequency": "3",
        "start_on": "2099-01-31", "total_count": "", "description": "Service",
    }  # fmt: skip
    assert "waits for somebody" not in text_of(alice.get(at(books)))
    told = text_of(alice.post(at(books, "plans/new/"), sent, follow=True))
    # Twelve of them in a year are above the threshold.
    assert "Somebody else has to approve it" in told
    assert "1 waits for somebody’s approval." in text_of(alice.get(at(books)))
    with tenant_transaction(books.tenant.id):
        plan = RecurringPlan.objects.create(
            environment=books.environment, connection=books.paytrace, recurrence_id="R-1",
            customer_number="ACME01", vault_id="V-1", amount=Decimal("89.00"), currency="USD",
            frequency="3", counts_from="2099-01-31",
        )  # fmt: skip
    page = at(books, f"plans/{plan.id}/")
    assert "uses PayTrace’s API v3, which changes no recurring plan." in text_of(alice.get(page))
    speaks_v1(books)
    shown = text_of(alice.get(page))
    coming = [
        "Saturday, January 31, 2099",
        "Saturday, February 28, 2099",
        "goes on until you end it",
    ]
    assert [words for words in coming if words not in shown] == []
    same = {"key": "c", "amount": "89.00", "frequency": "3", "description": ""}
    assert "Nothing of the plan would change." in text_of(alice.post(f"{page}change/", same))
    for step, more in (
        ("change", same | {"amount": "95.00"}),
        ("pause", {"key": "p"}),
        ("end", {"key": "e"}),
    ):
        assert alice.post(f"{page}{step}/", more).status_code == 302, step
        assert "still under way" in text_of(alice.post(f"{page}{step}/", more | {"key": "again"}))
        with tenant_transaction(books.tenant.id):
            Instruction.objects.filter(plan=plan).update(state="done")
    assert [row[0] for row in asked_rows(books)] == [
        "plan_create", "plan_change", "plan_pause", "plan_cancel",
    ]  # fmt: skip
    assert alice.post(f"{page}resume/", {"key": "r", "start_on": "31.1."}).status_code == 200
    assert alice.post(f"{page}explode/", {"key": "r"}).status_code == 404


def test_the_list_asks_the_same_few_questions_for_one_row_and_for_many(
    alice: Client, books: Books, django_assert_num_queries: Any
) -> None:
    allow(books, alice)
    card = str(stored_card(books).id)
    for number in range(3):
        sent = {"key": f"k{number}", "method": card, "amount": "1.00"}
        alice.post(at(books, "new/"), sent)
    with django_assert_num_queries(11):
        alice.get(at(books))
    assert "Nothing matches" in text_of(alice.get(at(books, "?find=nobody&state=done")))
    for odd in ("?after=x_y", "?state=odd&kind=odd", "?after=2026-01-01_zz"):
        assert alice.get(at(books, odd)).status_code == 200


def test_a_row_in_sage_shows_what_it_asked_for_and_was_told(alice: Client, books: Books) -> None:
    """One that was taken in and told, and one that could not be taken in."""
    with tenant_transaction(books.tenant.id):
        account = Connection.objects.select_related("posts_to").get(id=books.paytrace.id)
        row = FlaggedRow("7", 0, None, "LUNCH", Decimal(5), "USD")
        refused = sage_rows.take_in(row, account=account)
        assert refused is not None
        sage_rows.note_told(refused)
    shown = text_of(alice.get(at(books, f"{refused.id}/")))
    assert "‘LUNCH’ is no word of the posting profile" in shown
    assert "By row 7, flagged in Sage." in shown
    assert "Row 7 says ‘Refused’." in shown
