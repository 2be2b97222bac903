"""Level 3 detail on a screen: lines come and go, nothing typed is lost, and it has to add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from integrations.instructions.models import Instruction
from integrations.posting.models import Effect
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.charges import allow, asked_rows, member_with, speaks_v1
from tests.portal.web.reading import text_of

LINE = {
    "description": "Steel bolts M8", "product_id": "B-7", "quantity": "1,000",
    "unit_of_measure": "EA", "unit_cost": "0.70", "amount": "700.00",
}  # fmt: skip


@pytest.fixture
def paid(alice: Client, books: Books) -> Effect:
    allow(books, alice)
    speaks_v1(books)
    return _paid(books)


def _paid(books: Books, **values: Any) -> Effect:
    with tenant_transaction(books.tenant.id):
        return factories.effect(books, amount=Decimal("740.00"), **values)


def _page(books: Books, effect: Effect, what: str = "level-three/") -> str:
    return f"/t/{books.tenant.slug}/payments/{effect.id}/{what}"


def _form(*lines: dict[str, str], **head: str) -> dict[str, str]:
    given = {"key": "shown-once", "count": str(len(lines)), "tax": "40.00"} | head
    for number, line in enumerate(lines):
        given |= {f"line{number}_{name}": value for name, value in line.items()}
    return given


def test_it_is_offered_on_the_payment_and_asked_for_once(
    alice: Client, books: Books, paid: Effect
) -> None:
    assert "Send level 3 detail" in text_of(alice.get(_page(books, paid, "")))
    page = _page(books, paid)
    told = text_of(alice.get(page))
    assert "overwrites the invoice number and the customer’s reference" in told
    assert "Tieout sends the invoice number it already has, INV-10432" in told
    credit = LINE | {"product_id": "B-8", "amount": "50.00", "is_credit": "on"}
    sent = _form(LINE | {"amount": "750.00"}, credit, customer_reference="PO-77")
    first = alice.post(page, sent)
    assert alice.post(page, sent).headers["Location"] == first.headers["Location"]
    assert asked_rows(books) == [("add_level_three", "ready", None, "ACME01", "")]
    with tenant_transaction(books.tenant.id):
        asked = Instruction.objects.get().request["level_three"]
    assert asked == {
        "customer_reference": "PO-77", "tax": "40.00",
        "items": [
            LINE | {"quantity": "1000", "amount": "750.00"},
            LINE | {"quantity": "1000", "product_id": "B-8", "amount": "50.00", "is_credit": True},
        ],
    }  # fmt: skip


def test_lines_come_and_go_and_nothing_typed_is_lost(
    alice: Client, books: Books, paid: Effect
) -> None:
    page = _page(books, paid)
    other = LINE | {"description": "Washers", "amount": "not yet"}
    sent = _form(LINE, other, customer_reference="PO-77", line0_is_tax_included="on")
    added = alice.post(page, sent | {"do": "add"}).content.decode()
    assert 'name="count" value="3"' in added
    for typed in ("Steel bolts M8", "Washers", "not yet", "PO-77", "shown-once"):
        assert f'value="{typed}"' in added
    assert "checked" in added
    removed = alice.post(page, sent | {"do": "remove-0"}).content.decode()
    assert ("Steel bolts" in removed, "Washers" in removed) == (False, True)
    assert 'name="count" value="1"' in removed
    assert "Remove" not in text_of(alice.get(page)), "One line stays"
    for odd in ("remove-9", "remove-x", "shout", "remove-"):
        assert "Washers" in alice.post(page, sent | {"do": odd}).content.decode()
    assert asked_rows(books) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"line0_amount": "650.00"},
            (
                "The lines, 650.00, with tax 40.00, come to 690.00, and the payment is 740.00 USD. "
                "Change the amount of a line, or the tax, freight, duty or discount."
            ),
        ),
        ({"line0_quantity": ""}, "Line 1: quantity: Line 1 has no quantity. Give it."),
        ({"line0_unit_cost": "cheap"}, "‘cheap’ is no unit cost such as 2.50."),
        ({"tax": "4.005"}, "Tax: The tax has more than two decimals. Round it."),
        ({"shipping_country": "USA"}, "at most 2 characters"),
        ({"count": "many", "line0_amount": ""}, "Line 1 has no amount."),
    ],
)
def test_what_is_wrong_is_named_and_kept_and_nothing_is_asked(
    alice: Client, books: Books, paid: Effect, changed: dict[str, str], told: str
) -> None:
    answer = alice.post(_page(books, paid), _form(LINE) | changed)
    assert told in text_of(answer)
    assert 'value="Steel bolts M8"' in answer.content.decode()
    assert asked_rows(books) == []


def test_no_card_number_gets_in(alice: Client, books: Books, paid: Effect) -> None:
    answer = alice.post(_page(books, paid), _form(LINE | {"description": "Card 4012000098765439"}))
    assert answer.status_code == 400
    assert asked_rows(books) == []


def test_the_reference_by_which_a_payment_is_found_stays(
    alice: Client, books: Books, paid: Effect
) -> None:
    """A charge of ours carries a number of its own; the invoice stands in the reference."""
    ours = _paid(books, invoice_reference="10432-T5K2Q9ABCDE", customer_reference="10432")
    page = _page(books, ours)
    shown = alice.get(page).content.decode()
    assert "the purchase order stays as well" in text_of(alice.get(page))
    assert "disabled" in shown
    alice.post(page, _form(LINE, customer_reference="PO-77"))
    with tenant_transaction(books.tenant.id):
        asked = Instruction.objects.get().request["level_three"]
    assert asked["customer_reference"] == "10432"


@pytest.mark.parametrize(
    "values",
    [{"gateway_state": "settled"}, {"card_brand": "American Express"}, {"method": "ach"}],
)
def test_a_payment_that_takes_none_says_so(
    alice: Client, books: Books, paid: Effect, values: dict[str, Any]
) -> None:
    other = _paid(books, **values)
    assert "Send level 3 detail" not in text_of(alice.get(_page(books, other, "")))
    assert "This payment takes none" in text_of(alice.get(_page(books, other)))
    assert alice.post(_page(books, other), _form(LINE)).status_code == 409
    assert asked_rows(books) == []


def test_api_v3_has_no_such_call_and_who_looks_only_may_not(alice: Client, books: Books) -> None:
    allow(books, alice)
    one = _paid(books)
    assert "This payment takes none" in text_of(alice.get(_page(books, one)))
    speaks_v1(books)
    viewer = member_with(books, Role.VIEWER)
    assert "Send level 3 detail" not in text_of(viewer.get(_page(books, one, "")))
    assert viewer.get(_page(books, one)).status_code == 403
