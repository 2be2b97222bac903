"""Batches as people see them: the list, the file, and one batch beside what we know of it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from integrations.events.models import GatewayBatch
from integrations.posting.models import Effect
from tenants.scope import tenant_transaction
from tests.factories import Books
from tests.portal.settled import deposited, settled
from tests.portal.web.reading import text_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def posting(books: Books) -> Books:
    """Its account posts every batch."""
    with tenant_transaction(books.tenant.id):
        books.paytrace.settings = {**books.paytrace.settings, "settle_from": "2026-11-01"}
        books.paytrace.save(update_fields=["settings"])
    return books


def page(books: Books, rest: str = "") -> str:
    return f"/t/{books.tenant.slug}/batches/{rest}"


def test_the_list_says_what_each_comes_to_and_where_it_stands(
    alice: Client, posting: Books
) -> None:
    assert "No batch has settled yet" in text_of(alice.get(page(posting)))
    with tenant_transaction(posting.tenant.id):
        settled(posting, "571")
        settled(posting, "572", net="-25.00")
    shown = text_of(alice.get(page(posting)))
    assert "Batch 571" in shown
    assert "740.00 USD" in shown
    assert "\u221225.00 USD" in shown
    assert "Checking It is being compared with our own transactions of it." in shown


def test_today_leads_to_the_batches_where_one_needs_somebody(alice: Client, posting: Books) -> None:
    today = f"/t/{posting.tenant.slug}/"
    with tenant_transaction(posting.tenant.id):
        settled(posting, "571")
        settled(posting, "572", net="812.35")
    assert "Look at the batches" not in text_of(alice.get(today))
    with tenant_transaction(posting.tenant.id):
        effects = Effect.objects.filter(kind="settlement").order_by("occurred_at", "id")
        Effect.objects.filter(id=effects[0].id).update(state="parked", reason_code="batch_mismatch")
    shown = alice.get(today)
    assert "1 batch or ACH deposit needs you. It does not agree" in text_of(shown)
    assert f'href="{page(posting)}"' in shown.content.decode()
    with tenant_transaction(posting.tenant.id):
        Effect.objects.filter(kind="settlement").update(state="parked")
    assert "2 batches or ACH deposits need you. They do not agree" in text_of(alice.get(today))


def test_the_list_asks_the_same_few_questions_for_one_batch_and_for_many(
    alice: Client, posting: Books, django_assert_num_queries: Any
) -> None:
    with tenant_transaction(posting.tenant.id):
        for number in range(1, 4):
            settled(posting, str(number))
    with django_assert_num_queries(10):
        alice.get(page(posting))
    for odd in ("?after=x_y", "?after=2026-01-01_zz"):
        assert alice.get(page(posting, odd)).status_code == 200


def test_one_batch_shows_both_totals_its_transactions_and_where_it_differs(
    alice: Client, posting: Books, django_assert_num_queries: Any
) -> None:
    with tenant_transaction(posting.tenant.id):
        right = settled(posting, "571")
        wrong = settled(posting, "572", net="800.00")
    with django_assert_num_queries(16):
        shown = text_of(alice.get(page(posting, f"{right.id}/")))
    assert "Batch 571 of November 20, 2026" in shown
    assert "Acme Tools Inc." in shown
    assert "Differs" not in shown
    assert text_of(alice.get(page(posting, f"{wrong.id}/"))).count("Differs") == 2
    assert alice.get(page(posting, "none/")).status_code == 404
    with tenant_transaction(posting.tenant.id):
        settlement = Effect.objects.get(transaction_id="B-571-2026-11-20")
    own = alice.get(f"/t/{posting.tenant.slug}/payments/{settlement.id}/")
    assert page(posting, f"{right.id}/") in own.content.decode()


def test_an_ach_deposit_stands_beside_the_batches_with_its_fees_and_what_it_waits_for(
    alice: Client, books: Books, django_assert_num_queries: Any
) -> None:
    with tenant_transaction(books.tenant.id):
        off = deposited(books, "20261120-D0001")
    shown = text_of(alice.get(page(books, f"{off.id}/")))
    assert "Not posted: this account posts no ACH deposit of that day." in shown
    with tenant_transaction(books.tenant.id):
        books.paytrace.settings = {**books.paytrace.settings, "deposit_from": "2026-11-01"}
        books.paytrace.save(update_fields=["settings"])
        made = deposited(books, "20261120-D0002", net="700.00")
        made.refresh_from_db()
    listed = text_of(alice.get(page(books)))
    assert "ACH deposit 20261120-D0002" in listed
    assert "700.00 USD" in listed
    with django_assert_num_queries(17):
        shown = text_of(alice.get(page(books, f"{made.id}/")))
    assert "ACH deposit 20261120-D0002 of November 20, 2026" in shown
    assert "Fees kept back 1.85 USD 1.85 USD" in shown
    assert "Net 700.00 USD 738.15 USD Differs" in shown
    with tenant_transaction(books.tenant.id):
        settlement = Effect.objects.get(id=str(made.effect_id))
    assert settlement.transaction_id == "D-20261120-D0002-2026-11-20"
    own = alice.get(f"/t/{books.tenant.slug}/payments/{settlement.id}/")
    assert page(books, f"{made.id}/") in own.content.decode()
    file = alice.get(f"/t/{books.tenant.slug}/batches.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))
    assert [row[-2:] for row in rows] == [
        ["Kind", "Fees"], ["ACH deposit", "1.85"], ["ACH deposit", "1.85"],
    ]  # fmt: skip


def test_what_is_not_told_is_unknown_and_never_nothing(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        made = settled(books, "571", is_told_apart=False)
        assert GatewayBatch.objects.get().effect_id is None
    shown = text_of(alice.get(page(books, f"{made.id}/")))
    assert shown.count("unknown") == 2
    assert "Noted" in shown
    assert "posts no batch of that day" in shown
    response = alice.get(f"/t/{books.tenant.slug}/batches.csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1][:9] == [
        "2026-11-20", books.paytrace.name, "571", "1", "unknown", "unknown", "740.00", "USD",
        "Noted",
    ]  # fmt: skip


def test_the_first_day_to_post_is_a_setting_of_the_account(alice: Client, books: Books) -> None:
    where = f"/t/{books.tenant.slug}/connections/{books.paytrace.id}/"
    sent = {
        "settings-name": "PayTrace", "settings-merchant_id": "MID-4417",
        "settings-zone": "America/Los_Angeles", "settings-currency": "USD",
        "settings-posts_to": str(books.sage.id), "settings-settle_from": "2026-12-01",
    }  # fmt: skip
    shown = text_of(alice.post(f"{where}do/settings/", sent, follow=True))
    assert "Posts settled batches from 2026-12-01" in shown
    with tenant_transaction(books.tenant.id):
        books.paytrace.refresh_from_db()
        settled(books, "571")
        assert Effect.objects.filter(kind="settlement").count() == 0
    odd = alice.post(f"{where}do/settings/", sent | {"settings-settle_from": "soon"})
    assert "Enter a valid date" in text_of(odd)
    alice.post(f"{where}do/settings/", sent | {"settings-settle_from": ""})
    with tenant_transaction(books.tenant.id):
        books.paytrace.refresh_from_db()
    assert books.paytrace.settings["settle_from"] == ""


def test_the_first_day_whose_deposits_are_posted_is_asked_where_deposits_are_told(
    alice: Client, books: Books
) -> None:
    where = f"/t/{books.tenant.slug}/connections/{books.paytrace.id}/"
    for version, is_asked in (("v1", False), ("v3", True)):
        with tenant_transaction(books.tenant.id):
            books.paytrace.settings = {**books.paytrace.settings, "api_version": version}
            books.paytrace.save(update_fields=["settings"])
        assert ("Post ACH deposits from" in text_of(alice.get(where))) is is_asked
    sent = {
        "settings-name": "PayTrace", "settings-merchant_id": "4417",
        "settings-zone": "America/Los_Angeles", "settings-currency": "USD",
        "settings-posts_to": str(books.sage.id), "settings-deposit_from": "2026-12-01",
    }  # fmt: skip
    shown = text_of(alice.post(f"{where}do/settings/", sent, follow=True))
    assert "Posts ACH deposits from 2026-12-01" in shown
