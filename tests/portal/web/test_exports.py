"""Lists of charges, holds, plans and links: as files, page by page, and by what is searched."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from integrations.canonical.disputes import case_number
from integrations.canonical.money import Money
from integrations.instructions import links
from integrations.instructions.links import NewLink
from integrations.instructions.models import Instruction, RecurringPlan, StoredPaymentMethod
from integrations.instructions.policies import Who
from portal.web.spreadsheet import safe
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.charges import allow, at, stored_card
from tests.portal.web.reading import text_of


def _rows(alice: Client, books: Books, what: str) -> list[list[str]]:
    answer = alice.get(f"/t/{books.tenant.slug}/{what}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def _charge(alice: Client, books: Books, **more: str) -> None:
    with tenant_transaction(books.tenant.id):
        found = StoredPaymentMethod.objects.first()
    card = found or stored_card(books)
    sent = {"key": "k", "method": str(card.id), "amount": "740.00", "invoice_number": "10432"}
    assert alice.post(at(books, "new/"), sent | more).status_code == 302


def test_charges_are_downloaded_as_the_filter_shows_them(alice: Client, books: Books) -> None:
    allow(books, alice)
    _charge(alice, books, description="x")
    _charge(alice, books, key="k2", amount="1240.50", invoice_number="=1+1")
    heading, *rows = _rows(alice, books, "charges.csv")
    assert heading[:7] == [
        "Asked at (Pacific)", "What", "Customer number", "Invoice", "Amount", "Currency", "State",
    ]  # fmt: skip
    shown = [row[1:7] for row in rows]
    assert shown == [
        ["Charge", "ACME01", "'=1+1", "1240.50", "USD", "Waiting for approval"],
        ["Charge", "ACME01", "10432", "740.00", "USD", "Ready to send"],
    ]
    _, *ready = _rows(alice, books, "charges.csv?state=ready")
    assert [row[4] for row in ready] == ["740.00"]


def test_holds_plans_and_links_are_downloaded_and_no_address_is(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        factories.hold(books, amount=Decimal("300.00"))
        factories.instructed(books)
    holds, plans, made = (
        _rows(alice, books, f"charges/{what}.csv")[1:] for what in ("holds", "plans", "links")
    )
    assert [row[1:9] for row in holds] == [
        ["Acme Tools Inc.", "", "INV-10432", "300.00", "300.00", "USD", "Visa", "5454"]
    ]
    assert [row[:5] for row in plans] == [["ACME01", "", "every month", "99.00", "USD"]]
    assert [row[1:6] for row in made] == [["ACME01", "10432", "99.00", "USD", "Open"]]
    assert "/pay/" not in str(made)


def test_chargebacks_are_downloaded_with_their_outcome_and_fee(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, amount=Decimal("740.00"))
        about: dict[str, object] = {"transaction_id": "dispute:C-1", "gateway_state": "opened"}
        opened = factories.effect(
            books, kind="chargeback", parent=paid, state="posted",
            occurred_at=datetime(2025, 3, 12, 7, tzinfo=UTC), **about,
        )  # fmt: skip
        number = case_number(opened.transaction_id)
    assert _rows(alice, books, "chargebacks.csv")[1:] == [
        [
            number, "2025-03-12", "Acme Tools Inc.", paid.transaction_id, "740.00", "USD",
            "Posted", "Open", "", "", "PayTrace, store",
        ]
    ]  # fmt: skip


@pytest.mark.parametrize("wanted", ["740", "740.00", "0,740.00"])
def test_a_charge_is_found_by_its_amount(alice: Client, books: Books, wanted: str) -> None:
    allow(books, alice)
    _charge(alice, books)
    _charge(alice, books, key="k2", amount="741.00", invoice_number="10433")
    found = text_of(alice.get(at(books, f"?find={wanted}")))
    assert ("10432" in found, "10433" in found) == (True, False)


@pytest.mark.parametrize("odd", ["nan", "1e999", "-", "9" * 40])
def test_no_search_is_too_odd(alice: Client, books: Books, odd: str) -> None:
    assert "Nothing matches" in text_of(alice.get(at(books, f"?find={odd}")))


def test_every_stored_card_stands_on_one_page_and_is_found_by_its_digits(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        for number in range(53):
            StoredPaymentMethod.objects.create(
                environment=books.environment, connection=books.paytrace,
                vault_id=f"V-{number:02}", customer_number=f"C{number:02}",
                customer_name="Zenith Röhren & Stahl" if number == 7 else "",
                brand="Visa", last_four=f"{number:04}", stored_by="alice@acme.example",
            )  # fmt: skip
    first = alice.get(at(books, "cards/"))
    older = first.context["older"]
    second = alice.get(at(books, f"cards/?{older}"))
    seen = [row[0].vault_id for page in (first, second) for row in page.context["rows"]]
    assert (len(seen), len(set(seen)), second.context["older"]) == (53, 53, "")
    assert second.context["newest"] == "?"
    for wanted in ("C07", "zenith", "0007", "v-07"):
        rows = alice.get(at(books, f"cards/?customer={wanted}")).context["rows"]
        assert [row[0].vault_id for row in rows] == ["V-07"]


def test_links_go_on_to_older_ones_with_the_filter_as_it_is(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        for number in range(52):
            links.make(
                NewLink("ACME01", Money(Decimal(99), "USD"), invoice_number=f"{number:05}"),
                environment_id=books.environment.id, connection_id=books.paytrace.id,
                idempotency_key=f"k{number}", who=Who("alice@acme.example"),
            )  # fmt: skip
    first = alice.get(at(books, "links/?state=open"))
    assert (len(first.context["rows"]), "state=open" in first.context["older"]) == (50, True)
    second = alice.get(at(books, f"links/?{first.context['older']}"))
    assert (len(second.context["rows"]), second.context["older"]) == (2, "")
    assert second.context["newest"] == "?state=open"


def test_plans_are_found_by_state_and_customer(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        for number, state in enumerate(("active", "paused", "ended")):
            RecurringPlan.objects.create(
                environment=books.environment, connection=books.paytrace,
                recurrence_id=f"R{number}", customer_number=f"C{number}",
                vault_id=f"V{number}", amount=Decimal("89.00"),
                currency="USD", frequency="3", counts_from="2026-12-01", state=state,
                description="Service of the pumps",
            )  # fmt: skip

    def found(query: str) -> list[str]:
        rows = alice.get(at(books, f"plans/?{query}")).context["plans"]
        return [plan.customer_number for plan, _ in rows]

    assert found("state=paused") == ["C1"]
    assert found("find=c2") == ["C2"]
    assert found("find=pumps&state=ended") == ["C2"]
    assert found("state=odd") == ["C0", "C2", "C1"]
    assert "Nothing matches" in text_of(alice.get(at(books, "plans/?find=nobody")))


def test_pages_of_charges_say_that_charges_are_off(alice: Client, books: Books) -> None:
    pages = ("", "new/", "holds/", "plans/", "plans/new/")
    off = "Charges and refunds from here are off."
    assert [off in text_of(alice.get(at(books, page))) for page in pages] == [True] * 5
    allow(books, alice)
    assert [off in text_of(alice.get(at(books, page))) for page in pages] == [False] * 5
    with tenant_transaction(books.tenant.id):
        assert not Instruction.objects.exists()


def test_a_step_that_the_plan_has_no_form_for_any_more_is_answered(
    alice: Client, books: Books
) -> None:
    """Pressed in a tab that was opened before somebody else paused it."""
    allow(books, alice)
    with tenant_transaction(books.tenant.id):
        plan = RecurringPlan.objects.create(
            environment=books.environment, connection=books.paytrace, recurrence_id="R1",
            customer_number="ACME01", vault_id="V1", amount=Decimal("89.00"), currency="USD",
            frequency="3", counts_from="2026-12-01", state="paused",
        )  # fmt: skip
    told = alice.post(at(books, f"plans/{plan.id}/pause/"), {"key": "k"})
    assert told.context["problem"]
    assert told.context["problem"] in text_of(told)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        (" \t=1+1", "' \t=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-5", "'-5"),
        # Where a spreadsheet parts cells at semicolons.
        ("Acme;=1+1;@x", "Acme;'=1+1;'@x"),
        ("Acme = Sons; Ltd", "Acme = Sons; Ltd"),
        ("10432-A", "10432-A"),
        ("", ""),
    ],
)
def test_no_spreadsheet_reads_a_text_as_a_formula(text: str, written: str) -> None:
    assert safe(text) == written
