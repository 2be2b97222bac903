"""Open items compared by digests: a copy becomes what stands in the books, and little moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.open_items import (
    Holding,
    OpenItem,
    OpenItemsAnswer,
    OpenItemsQuestion,
    leaf_number,
)


def item(number: int, balance: str = "10.00") -> OpenItem:
    return OpenItem(
        customer_number=f"C{number % 97:05d}",
        number=str(number),
        invoice_date=date(2026, 11, 1),
        amount=Decimal(10),
        balance=Decimal(balance),
        currency="USD",
    )


BOOKS = {number: item(number) for number in range(3_000)}


def copy_of(books: Holding, copy: Holding, most: int = 10_000) -> list[OpenItemsAnswer]:
    """Ask until nothing is left, and take over what is told."""
    told = books.answer(OpenItemsQuestion("night", known=copy.digest))
    answers = [told]
    while answers[-1].changed or len(answers) == 1:
        wanted = copy.differing(told.groups) if told.groups or told.digest != copy.digest else {}
        if not wanted:
            break
        answers.append(books.answer(OpenItemsQuestion("night", groups=wanted), most=most))
        copy.take(answers[-1].changed)
    return answers


def test_a_line_stands_for_its_item() -> None:
    one = replace(item(7), invoice_date=None, balance=Decimal("-3.5"), currency="CAD")
    assert one.line == "C00007\t7\t\t10.0000\t-3.5000\tCAD"
    assert OpenItem.read(one.line) == one


@pytest.mark.parametrize(
    "line",
    ["", "C\t7\t\t1\t1", "C\t7\tnever\t1\t1\tUSD", "C\t7\t\tten\t1\tUSD", "C\t7\t\t1\tNaN\tUSD"],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"^(Not |Invalid isoformat)"):
        OpenItem.read(line)


def test_the_same_item_has_one_line_whatever_the_books_are_stored_in() -> None:
    """A scale, a negative zero, a decomposed letter and a tab are not a difference."""
    composed = replace(item(1), number="CRÈME 1", balance=Decimal("0.00"))
    others = (
        replace(composed, number="CRE\u0300ME 1"),
        replace(composed, number="CRÈME\t1"),
        replace(composed, balance=Decimal("-0")),
    )
    assert {(one.line, one.leaf) for one in others} == {(composed.line, composed.leaf)}


def test_order_does_not_matter() -> None:
    assert Holding(BOOKS.values()).digest == Holding(reversed(BOOKS.values())).digest


def test_a_first_copy_takes_everything_and_a_second_look_takes_nothing() -> None:
    books, copy = Holding(BOOKS.values()), Holding()
    first = copy_of(books, copy)
    lines = [line for answer in first for leaf in answer.changed.values() for line in leaf]
    assert sorted(lines) == sorted(one.line for one in BOOKS.values())
    assert copy_of(books, copy) == [OpenItemsAnswer(books.digest)]


def test_what_changed_came_and_went_moves_with_its_neighbours_only() -> None:
    copy = Holding(BOOKS.values())
    changed = {5: item(5, "4.00"), 3_001: item(3_001)}
    now = {number: one for number, one in (BOOKS | changed).items() if number != 8}
    answers = copy_of(Holding(now.values()), copy)
    assert copy.digest == Holding(now.values()).digest
    touched = {f"{one.leaf:04x}" for one in (BOOKS[5], BOOKS[8], changed[3_001])}
    assert set(answers[1].changed) == touched


def test_a_copy_of_what_is_all_gone_is_emptied() -> None:
    copy = Holding([item(1), item(2)])
    copy_of(Holding(), copy)
    assert copy.digest == Holding().digest


def test_more_than_one_answer_holds_comes_in_several() -> None:
    books, copy = Holding(BOOKS.values()), Holding()
    answers = copy_of(books, copy, most=700)
    assert [answer.is_whole for answer in answers] == [True, False, False, False, False, True]
    assert copy.digest == books.digest


def test_a_leaf_larger_than_an_answer_comes_all_the_same() -> None:
    books, copy = Holding([item(1), item(1, "2"), item(1, "3")]), Holding()
    copy_of(books, copy, most=1)
    assert copy.digest == books.digest


@pytest.mark.parametrize("name", ["", "g", "2000", "-001", "1", "ffff"])
def test_a_leaf_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^(Not a leaf|invalid literal)"):
        leaf_number(name)
