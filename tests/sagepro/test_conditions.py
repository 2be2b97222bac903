"""One statement for every condition of a shape, given each one's own values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.conditions import Condition, Statements, Where
from integrations.sagepro.sample.profile import sample_profile

COMPANY = SqlCompany.of(sample_profile())


class Asked:
    """Statements, and how often one was built."""

    def __init__(self) -> None:
        self.statements = Statements()
        self.built = 0

    def of(self, where: Where) -> tuple[str, dict[str, object]]:
        statement, given = self.statements.of("invoices", where, self._make)
        return str(statement.element).partition("WHERE ")[2].replace("\n", ""), dict(given)

    def _make(self, condition: ColumnElement[bool] | None) -> Select[Any]:
        self.built += 1
        statement = select(COMPANY.column("invoices", "number"))
        return statement if condition is None else statement.where(condition)


def paid_by(number: str, balance: object) -> Condition:
    return COMPANY.matches("invoices", "number", [number]) & COMPANY.holds(
        "invoices", "balance", balance
    )


def test_conditions_of_one_shape_share_a_statement_and_keep_their_values() -> None:
    asked = Asked()
    text, given = asked.of(paid_by("10432", 7))
    assert text == (
        "armast.invno IN (:number_1_1, :number_1_2, :number_1_3) AND armast.balance = :balance_1"
    )
    assert given == {
        "number_1_1": "     10432", "number_1_2": "10432", "number_1_3": "10432     ",
        "balance_1": 7,
    }  # fmt: skip
    again, other = asked.of(paid_by("10433", 8))
    assert (again, other["number_1_2"], other["balance_1"]) == (text, "10433", 8)
    assert asked.built == 1


def test_another_count_of_values_another_column_and_either_are_other_statements() -> None:
    asked = Asked()
    one = COMPANY.equals("invoices", "number", "1")
    conditions = (
        one,
        COMPANY.equals("invoices", "customer_number", "1"),
        COMPANY.matches("invoices", "number", ["1", "2"]),
        one | COMPANY.equals("invoices", "customer_number", "1"),
        one & COMPANY.equals("invoices", "customer_number", "1"),
        COMPANY.holds("invoices", "number", "1"),
        COMPANY.holds("invoices", "number", None),
        COMPANY.is_open("1"),
        COMPANY.is_open(),
        None,
    )
    texts = [asked.of(condition)[0] for condition in conditions]
    assert len(set(texts)) == len(conditions) == asked.built
    assert texts[6] == "armast.invno IS NULL"
    assert texts[-1] == ""


def test_a_column_named_twice_has_two_places() -> None:
    where = COMPANY.equals("invoices", "number", "1") | COMPANY.equals("invoices", "number", "2")
    text, given = Asked().of(where)
    assert text == "armast.invno IN (:number_1_1) OR armast.invno IN (:number_2_1)"
    assert given == {"number_1_1": "1", "number_2_1": "2"}


def test_an_expression_as_it_stands_is_built_each_time() -> None:
    asked = Asked()
    for number in ("1", "2"):
        text, given = asked.of(COMPANY.column("invoices", "number") > number)
        assert (text, given) == ("armast.invno > :number_1", {})
    assert asked.built == 2


def test_what_is_kept_is_bounded() -> None:
    asked = Asked()
    found = COMPANY.column("invoices", "number").is_(None)
    for count in range(1, 600):
        asked.of(Condition(("empty", count), (), lambda _: found))
    assert 0 < len(asked.statements) <= 500
