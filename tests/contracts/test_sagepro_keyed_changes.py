"""What the books say of a change that a person keys: the same on every way that reads them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from integrations.canonical.keyed_changes import ChangeQuestion, ListedRow
from integrations.canonical.stock import Allocation, ChangeOutcome
from tests.contracts.test_sagepro_orders import done
from tests.sagepro.any_company import AnyCompany, Everything
from tests.sagepro.orders import BEARINGS, LABOR, NEWCOMER, order

_SAID = "2026-11-20T20:00:00Z"


def _values(row: ListedRow) -> list[tuple[str, str, str]]:
    return [(one.column, one.value, one.was) for one in row.values]


def test_a_new_order_is_listed_whole(company: AnyCompany, books: Everything) -> None:
    before = company.books()
    seen = books.look_for_change(ChangeQuestion(order=order()))
    assert (seen.result.outcome, seen.told) == (ChangeOutcome.HANDED_OVER, "")
    head, first, second = seen.listed
    assert (head.name, head.key) == (company.named("{somast}"), "order shop:4711")
    assert _values(head)[:6] == [
        ("customer_number", "ACME01", ""),
        ("order_date", "2026-11-20", ""),
        ("customer_po", "WEB-4711", ""),
        ("open_amount", "142.27", ""),
        ("tax", "5.25", ""),
        ("currency", "USD", ""),
    ]
    assert (first.name, first.key) == (company.named("{sotran}"), "line 1")
    assert _values(second)[:6] == [
        ("item", "VLV-075", ""),
        ("description", "Valve, brass", ""),
        ("location", "MAIN", ""),
        ("open_quantity", "1.5", ""),
        ("price", "42.015", ""),
        ("amount", "63.02", ""),
    ]
    assert company.books() == before


def test_an_order_is_read_back_line_by_line(company: AnyCompany, books: Everything) -> None:
    done(books.upsert_order(order()))
    asked = order(name="shop:4712")
    seen = books.look_for_change(ChangeQuestion(order=asked))
    assert seen.told == (
        "In Sage the same stands already as 7404. If it is this order, key nothing and tell its "
        "number."
    )
    question = ChangeQuestion(order=asked, is_listed=True, number="7404", said_at=_SAID)
    found = books.look_for_change(question)
    assert (found.result.outcome, found.result.number) == (ChangeOutcome.DONE, "7404")
    assert found.record
    company.change("sotran", {"sono": "7404", "tranlineno": 2}, qtyord=Decimal("2.5"))
    company.change("somast", {"sono": "7404"}, ponum="WEB-4717")
    wrong = books.look_for_change(replace(question, said_at=f"{_SAID} again"))
    assert wrong.result.outcome is ChangeOutcome.HANDED_OVER
    told = wrong.told.split(". ")
    assert told[0] == company.named(
        "{somast}.ponum of sales order 7404 is ‘WEB-4717’ in Sage and should be ‘WEB-4711’"
    )
    assert told[1].startswith(
        company.named("{sotran}.qtyord of line 2 of sales order 7404 is ‘2.5")
    )
    assert told[1].endswith("in Sage and should be ‘1.5’.")
    nowhere = books.look_for_change(replace(question, number="7777"))
    assert nowhere.told == company.named("Sage has no sales order 7777 ({somast}).")


def test_a_line_that_is_missing_or_strange_is_named(company: AnyCompany, books: Everything) -> None:
    done(books.upsert_order(order()))
    asked = order(1, BEARINGS, LABOR, name="shop:4712")
    question = ChangeQuestion(order=asked, is_listed=True, number="7404", said_at=_SAID)
    rows = books.look_for_change(question).told
    assert "line 3 of sales order 7404 is missing" in rows
    assert "of line 2, VLV-075, of sales order 7404 is ‘1.5" in rows
    assert "in Sage and should be ‘0’." in rows


def test_a_customer_is_read_back_value_by_value(company: AnyCompany, books: Everything) -> None:
    done(books.create_or_match_customer(NEWCOMER))
    asked = replace(NEWCOMER, key="shop:customer:89")
    question = ChangeQuestion(customer=asked, is_listed=True, number="ACME02", said_at=_SAID)
    found = books.look_for_change(question)
    assert (found.result.outcome, found.result.number) == (ChangeOutcome.DONE, "ACME02")
    company.change("arcust", {"custno": "ACME02"}, phone="555-0199")
    wrong = books.look_for_change(replace(question, said_at=f"{_SAID} again"))
    assert wrong.told == company.named(
        "{arcust}.phone of customer ACME02 is ‘555-0199’ in Sage and should be ‘555-0188’."
    )


def test_stock_is_told_as_it_stands(company: AnyCompany, books: Everything) -> None:
    wanted = Allocation("order:1:line:1", "BRG-6204", "MAIN", Decimal("2.5"))
    seen = books.look_for_change(ChangeQuestion(allocation=wanted))
    (row,) = seen.listed
    assert (row.name, row.key) == (company.named("{iciqty}"), "BRG-6204 at MAIN")
    ((column, value, was),) = _values(row)
    assert (column, Decimal(value), Decimal(was)) == ("allocated", Decimal("22.5"), Decimal(20))
    assert (seen.stands, seen.moves) == (Decimal(20), (wanted,))
    company.change("iciqty", {"item": "BRG-6204", "loctid": "MAIN"}, qsoaloc=Decimal(27))
    listed = ChangeQuestion(allocation=wanted, is_listed=True, said_at=_SAID)
    assert books.look_for_change(listed).stands == Decimal(27)


def test_what_the_list_takes_is_waited_for(company: AnyCompany, books: Everything) -> None:
    wanted = Allocation("order:1:line:1", "BRG-6204", "EAST", Decimal(1))
    question = ChangeQuestion(allocation=wanted, moves=(replace(wanted, key="order:2:line:1"),))
    assert books.look_for_change(question).result.outcome is ChangeOutcome.WAIT
    asked = replace(order(), lines=(replace(BEARINGS, quantity=Decimal(1), location="EAST"),))
    with_order = ChangeQuestion(order=asked, moves=question.moves)
    assert books.look_for_change(with_order).result.outcome is ChangeOutcome.WAIT
    assert books.look_for_change(ChangeQuestion(order=asked)).moves == (
        replace(wanted, key="order:shop:4711:1"),
    )
