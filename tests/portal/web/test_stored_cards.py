"""Stored cards on screens: shown, edited, forgotten; what a plan that charges one cannot lose."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from integrations.instructions.models import Instruction, RecurringPlan, StoredPaymentMethod
from tenants.models import AuditEvent
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests.factories import Books
from tests.portal.web.charges import allow, asked_rows, at, member_with, speaks_v1, stored_card
from tests.portal.web.reading import text_of


def test_a_stored_card_is_refunded_without_a_payment_after_somebody_elses_approval(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    card = stored_card(books)
    assert "Refund to it" in text_of(alice.get(at(books, "cards/")))
    page = at(books, f"cards/{card.id}/refund/")
    shown = text_of(alice.get(page))
    assert "Refund to Visa ending in 1111 of ACME01" in shown
    assert "Somebody else has to approve it, whatever the amount." in shown
    missing = text_of(alice.post(page, {"key": "k", "amount": "5.00"}))
    assert "Say why the customer gets money." in missing
    sent = {"key": "k", "amount": "5.00", "invoice_number": "10432", "description": "Goodwill"}
    first = alice.post(page, sent)
    assert alice.post(page, sent).headers["Location"] == first.headers["Location"]
    assert asked_rows(books) == [
        ("refund_customer", "waiting_approval", Decimal("5.0000"), "ACME01", "10432")
    ]
    told = text_of(alice.get(first.headers["Location"]))
    assert "You asked for this, so somebody else approves it" in told
    assert member_with(books, Role.VIEWER).get(page).status_code == 403
    approver = member_with(books, Role.APPROVER)
    seen = text_of(approver.get(first.headers["Location"]))
    assert "It goes to Visa ending in 1111, known here since" in seen
    assert " said " not in seen
    # Whoever approves learns who says that the card is the customer's.
    alice.post(at(books, f"cards/{card.id}/assign/"), {"customer_number": "ACME01"})
    seen = text_of(approver.get(first.headers["Location"]))
    assert f"{books.owner.email} said" in seen
    assert "that it is ACME01’s. PayTrace shows no payment of the customer for it." in seen


def test_what_a_plan_cannot_lose_is_said_and_nothing_is_asked(alice: Client, books: Books) -> None:
    """And its page names the card that it charges."""
    allow(books, alice)
    speaks_v1(books)
    card = stored_card(books)
    with tenant_transaction(books.tenant.id):
        plan = RecurringPlan.objects.create(
            environment=books.environment, connection=books.paytrace, recurrence_id="R-1",
            customer_number="ACME01", vault_id=card.vault_id, amount=Decimal("89.00"),
            currency="USD", frequency="3", counts_from="2099-01-31", total_count=6,
            description="Service",
        )  # fmt: skip
    page = at(books, f"plans/{plan.id}/")
    assert "Charges Visa ending in 1111, 07/2028" in text_of(alice.get(page))
    sent = {"key": "c", "amount": "95.00", "frequency": "3", "total_count": "", "description": ""}
    refused = text_of(alice.post(f"{page}change/", sent))
    assert "PayTrace cannot take the number of payments away." in refused
    assert "PayTrace keeps the old words where none are given." in refused
    kept = text_of(alice.post(at(books, f"cards/{card.id}/forget/"), {"key": "f"}))
    assert "A recurring plan of 89.00 USD charges this payment method. End the plan first." in kept
    assert asked_rows(books) == []
    with tenant_transaction(books.tenant.id):
        RecurringPlan.objects.update(state="ended")
        StoredPaymentMethod.objects.update(expiry_year=2024)
    assert "07/2024 Expired" in text_of(alice.get(at(books, "cards/?customer=acme01")))
    charge = {"key": "k", "method": str(card.id), "amount": "1.00"}
    assert alice.post(at(books, "new/"), charge).status_code == 302
    forget = {"key": "f2"}
    kept = text_of(alice.post(at(books, f"cards/{card.id}/forget/"), forget))
    assert "A charge, refund or plan of this payment method is still under way." in kept


def test_a_stored_card_shows_only_what_may_be_known_and_is_forgotten(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    card = stored_card(books)
    shown = text_of(alice.get(at(books, "cards/")))
    known = ("ACME01", "Visa ending in 1111", "In PayTrace V-1", "07/2028", "Ask for a card")
    assert [w for w in known if w not in shown] == []
    assert "Nothing stored for ZENITH" in text_of(alice.get(at(books, "cards/?customer=ZENITH")))
    assert alice.post(at(books, f"cards/{card.id}/forget/"), {"key": "f"}).status_code == 302
    assert asked_rows(books)[0][:2] == ("forget_customer", "ready")


def test_a_person_says_whose_card_it_is_that_was_stored_in_paytrace_itself(
    alice: Client, books: Books
) -> None:
    card = stored_card(books)
    with tenant_transaction(books.tenant.id):
        StoredPaymentMethod.objects.update(customer_number="", vault_id="web-4711")
    shown = text_of(alice.get(at(books, "cards/")))
    assert "Whose is it?" in shown
    assert "Say whose it is" in shown
    page = at(books, f"cards/{card.id}/assign/")
    assert "Say whose card it is." in text_of(alice.post(page, {"customer_number": " "}))
    wrong = alice.post(page, {"customer_number": "4012000098765439"})
    assert "card number" in text_of(wrong, status=wrong.status_code)
    told = text_of(alice.post(page, {"customer_number": " ZENITH "}, follow=True))
    assert "Visa ending in 1111 is ZENITH’s now." in told
    with tenant_transaction(books.tenant.id):
        assert StoredPaymentMethod.objects.get().customer_number == "ZENITH"
        (one,) = AuditEvent.objects.filter(action="payment_method.assigned")
        assert one.details == {"customer": "ZENITH", "before": ""}
    viewer = member_with(books, Role.VIEWER)
    assert viewer.post(page, {"customer_number": "ACME01"}).status_code == 403


def test_a_card_beyond_the_first_five_hundred_can_be_charged(alice: Client, books: Books) -> None:
    allow(books, alice)
    oldest = stored_card(books)
    with tenant_transaction(books.tenant.id):
        StoredPaymentMethod.objects.bulk_create(
            StoredPaymentMethod(
                tenant=books.tenant, environment=books.environment, connection=books.paytrace,
                vault_id=f"V-{number}", customer_number="ACME01", stored_by="PayTrace",
            )
            for number in range(2, 503)
        )  # fmt: skip
        StoredPaymentMethod.objects.filter(id=oldest.id).update(
            stored_at=timezone.now() - timedelta(days=1)
        )
    page = at(books, "new/")
    assert f'value="{oldest.id}"' not in alice.get(page).content.decode()
    assert (
        f'value="{oldest.id}" selected' in alice.get(f"{page}?method={oldest.id}").content.decode()
    )
    sent = {"key": "k", "method": str(oldest.id), "amount": "1.00"}
    assert alice.post(page, sent).status_code == 302
    assert alice.get(f"{page}?method=nonsense").status_code == 200


def test_a_stored_card_is_edited_once_and_what_is_wrong_stands_beside_its_field(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    card = stored_card(books)
    page = at(books, f"cards/{card.id}/edit/")
    # An account of API v3 has no such call: no button, and a sentence to whoever comes anyway.
    assert page not in alice.get(at(books, "cards/")).content.decode()
    refused = text_of(alice.post(page, {"key": "e", "name": "Acme"}))
    assert "uses PayTrace’s API v3, which changes no stored payment method." in refused
    speaks_v1(books)
    assert page in alice.get(at(books, "cards/")).content.decode()
    assert "Visa ending in 1111 of ACME01" in text_of(alice.get(page))
    for sent, told in (
        ({}, "Nothing of the payment method would change."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"country": "U1"}, "‘U1’ is no country’s code of two letters."),
        ({"expiry_month": "7"}, "A card ends in a month and a year."),
        ({"expiry_month": "7", "expiry_year": "2020"}, "cannot be charged"),
        ({"name": "4012000098765439"}, "card number"),
    ):
        answer = alice.post(page, {"key": "e", **sent})
        assert answer.status_code in {200, 400}, sent
        assert told in text_of(answer, status=answer.status_code), sent
    assert asked_rows(books) == []
    sent = {"key": "e", "name": "Acme Tools Inc.", "expiry_month": "7", "expiry_year": "2031"}
    first = alice.post(page, sent)
    assert alice.post(page, sent).headers["Location"] == first.headers["Location"]
    assert [row[:2] for row in asked_rows(books)] == [("update_customer", "ready")]
    again = alice.post(page, {**sent, "key": "f"})
    assert "Something else about this payment method is still under way." in text_of(again)
    assert member_with(books, Role.VIEWER).get(page).status_code == 403


@pytest.mark.parametrize(
    ("brand", "shown"),
    [
        ("visa", "Visa ending in 1111"),
        ("amex", "American Express ending in 1111"),
        ("JCB", "JCB ending in 1111"),
        ("", "Card ending in 1111"),
        ("Elo", "Elo ending in 1111"),
    ],
)
def test_a_brand_is_written_as_people_write_it(brand: str, shown: str) -> None:
    assert str(StoredPaymentMethod(brand=brand, last_four="1111")) == shown


def test_a_bank_account_is_charged_planned_and_forgotten_as_one(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    account = stored_card(books)
    with tenant_transaction(books.tenant.id):
        StoredPaymentMethod.objects.update(
            method="ach", brand="", last_four="6789", expiry_month=None, expiry_year=None
        )
    shown = text_of(alice.get(at(books, "cards/")))
    assert "Bank account ending in 6789" in shown
    charge = {"key": "k", "method": str(account.id), "amount": "1.00"}
    held = text_of(alice.post(at(books, "new/"), {**charge, "what": "hold"}))
    assert "This payment method is a bank account, and on those nothing can be held." in held
    assert alice.post(at(books, "new/"), charge).status_code == 302
    plan = {
        "key": "p", "method": str(account.id), "amount": "89.00", "frequency": "3",
        "start_on": "2099-01-31",
    }  # fmt: skip
    assert alice.post(at(books, "plans/new/"), plan).status_code == 302
    with tenant_transaction(books.tenant.id):
        asked = Instruction.objects.order_by("asked_at").values_list("kind", "request__method")
        assert list(asked) == [("charge", "ach"), ("plan_create", "ach")]
        Instruction.objects.update(state="done")
    assert alice.post(at(books, f"cards/{account.id}/forget/"), {"key": "f"}).status_code == 302
    with tenant_transaction(books.tenant.id):
        forgotten = Instruction.objects.get(kind="forget_customer")
        assert forgotten.request == {
            "kind": "forget_customer", "customer_number": "ACME01", "method": "ach",
            "vault_id": "V-1",
        }  # fmt: skip


def test_what_paytrace_lists_no_more_says_so_and_is_not_offered(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    card = stored_card(books)
    with tenant_transaction(books.tenant.id):
        StoredPaymentMethod.objects.update(unlisted_since=at_noon("2026-11-20"))
        plan = RecurringPlan.objects.create(
            environment=books.environment, connection=books.paytrace, recurrence_id="R-1",
            customer_number="ACME01", vault_id=card.vault_id, amount=Decimal("89.00"),
            currency="USD", frequency="3", counts_from="2099-01-31",
            unlisted_since=at_noon("2026-11-20"),
        )  # fmt: skip
    shown = text_of(alice.get(at(books, "cards/")))
    assert "Not listed PayTrace lists it no more since Nov 20, 2026" in shown
    assert "Visa ending in 1111" not in text_of(alice.get(at(books, "new/")))
    assert "Visa ending in 1111" not in text_of(alice.get(at(books, "plans/new/")))
    assert "Visa ending in 1111" in text_of(alice.get(at(books, f"new/?method={card.id}")))
    assert "Not listed" in text_of(alice.get(at(books, "plans/")))
    told = text_of(alice.get(at(books, f"plans/{plan.id}/")))
    assert "PayTrace lists this plan no more since Nov 20, 2026." in told


def at_noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T20:00:00+00:00")
