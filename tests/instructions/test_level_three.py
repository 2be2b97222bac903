"""Level 3 detail: every mistake is named where it stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.money import Money
from integrations.instructions import level_three, wishes
from integrations.instructions.kinds import Kind
from integrations.instructions.wishes import Wish

LINE = {
    "description": "Bolts", "product_id": "B-7", "quantity": "2.5", "unit_of_measure": "KG",
    "unit_cost": "4.005", "amount": "10.00",
}  # fmt: skip
TODAY = date(2026, 11, 20)


def _wrong(detail: dict[str, Any]) -> list[str]:
    wish = Wish(Kind.ADD_LEVEL_THREE, transaction_id="9001", level_three=detail)
    assert Wish.from_json(wish.as_json()) == wish
    return [one.field for one in wishes.problems(wish, today=TODAY)]


def test_a_whole_detail_has_nothing_wrong() -> None:
    line = LINE | {"discount": "0", "additional_tax_rate": "8.25", "is_credit": True}
    assert _wrong({"items": [line], "tax": "0.80", "shipping_country": "US"}) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": ""}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"amount": "-1.00"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "1e400"}, "amount"),
        ({"unit_cost": "four"}, "unit_cost"),
        ({"product_id": "B" * 21}, "product_id"),
        ({"description": "Bolts\u0000"}, "description"),
        ({"description": "4012000098765439"}, "description"),
    ],
)
def test_a_mistake_in_a_line_is_named(changed: dict[str, str], field: str) -> None:
    assert _wrong({"items": [LINE, LINE | changed]}) == [f"level_three.items[1].{field}"]


@pytest.mark.parametrize(
    ("detail", "field"),
    [
        ({"items": [LINE], "tax": "x"}, "level_three.tax"),
        ({"items": [LINE], "shipping_country": "USA"}, "level_three.shipping_country"),
        ({"items": []}, "level_three.items"),
        ({"items": [LINE] * 251}, "level_three.items"),
    ],
)
def test_a_mistake_beside_the_lines_is_named(detail: dict[str, Any], field: str) -> None:
    assert _wrong(detail) == [field]


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"items": [LINE, LINE]}, ""),
        ({"items": [LINE, LINE], "tax": "1.00", "freight": "2", "discount": "3.00"}, ""),
        ({"items": [LINE | {"is_tax_included": True}, LINE], "tax": "1.00"}, ""),
        ({"items": [LINE, LINE | {"is_credit": True}], "duty": "20.00"}, ""),
        ({"items": [LINE]}, "The lines, 10.00 come to 10.00, and the payment is 20.00 USD."),
        (
            {"items": [LINE, LINE], "tax": "1", "discount": "0.50"},
            (
                "The lines, 20.00, with tax 1.00 and less the discount of 0.50, come to 20.50, and "
                "the payment is 20.00 USD."
            ),
        ),
    ],
)
def test_it_comes_to_what_was_paid_or_the_sum_is_told(detail: dict[str, Any], told: str) -> None:
    found = level_three.difference(detail, paid=Money(Decimal(20), "USD"))
    assert [one.sentence for one in found] == ([told] if told else [])
