"""What was sold, line by line, as a form of as many lines as somebody wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from integrations.canonical.money import Money
from integrations.canonical.problems import Problem
from integrations.instructions import level_three
from integrations.instructions.level_three import ITEM_TEXTS, MOST_ITEMS, TEXTS
from portal.web.forms.instructions import AskingForm

Json = dict[str, Any]
_LONGEST_NUMBER = 24
_HEADER = {
    "customer_reference": "Customer’s purchase order",
    "tax": "Tax",
    "freight": "Freight",
    "discount": "Discount on the whole",
    "source_postal_code": "Postal code it is sent from",
    "shipping_postal_code": "Postal code it is sent to",
}
_MORE = {
    "shipping_country": "Country it is sent to, such as US",
    "merchant_tax_id": "Your tax number",
    "customer_tax_id": "The customer’s tax number",
    "commodity_code": "Commodity code of the whole",
    "duty": "Duty",
    "national_tax": "National tax",
    "additional_tax": "Another tax",
    "additional_tax_rate": "Its rate in per cent",
}
_LINE = {
    "description": "What was sold",
    "product_id": "Product number",
    "quantity": "Quantity",
    "unit_of_measure": "Unit, such as EA",
    "unit_cost": "Price of one",
    "amount": "Amount of the line",
}
# How a line is said to lack each of them.
_LACKS = {
    "description": "description",
    "product_id": "product number",
    "quantity": "quantity",
    "unit_of_measure": "unit",
    "unit_cost": "price",
    "amount": "amount",
}
_MORE_OF_LINE = {
    "commodity_code": "Commodity code",
    "discount": "Discount",
    "additional_tax": "Another tax",
    "additional_tax_rate": "Its rate in per cent",
    "is_tax_included": "The amount includes the tax",
    "is_credit": "It is a credit",
}
_FLAGS = frozenset({"is_tax_included", "is_credit"})


class LevelThreeForm(AskingForm):
    """`customer_reference` stands fixed where `keeps_reference`: the payment is found by it."""

    def __init__(
        self, *args: Any, lines: int = 1, keeps_reference: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        for name, label in {**_HEADER, **_MORE}.items():
            self.fields[name] = _field(name, label, TEXTS)
        self.fields["customer_reference"].disabled = keeps_reference
        for number in range(lines):
            for name, label in {**_LINE, **_MORE_OF_LINE}.items():
                words = f"Line {number + 1}: {label[0].lower()}{label[1:]}"
                field = self.fields[_in_line(number, name)] = _field(name, words, ITEM_TEXTS)
                field.required = name in _LACKS
                if field.required:
                    missing = f"Line {number + 1} has no {_LACKS[name]}. Give it."
                    field.error_messages["required"] = missing
        self.lines = lines

    @property
    def header(self) -> list[BoundField]:
        return [self[name] for name in _HEADER]

    @property
    def more(self) -> list[BoundField]:
        return [self[name] for name in _MORE]

    @property
    def rows(self) -> list[tuple[list[BoundField], list[BoundField]]]:
        """Of each line what it must say, and what it may."""
        return [
            (
                [self[_in_line(number, name)] for name in _LINE],
                [self[_in_line(number, name)] for name in _MORE_OF_LINE],
            )
            for number in range(self.lines)
        ]

    def detail(self, *, paid: Money) -> Json:
        """What a filled form says, with a sentence beside every field that is not right."""
        told = _said({name: self._plain(name) for name in (*_HEADER, *_MORE)})
        told["items"] = [
            _said({
                name: self._plain(_in_line(number, name)) for name in (*_LINE, *_MORE_OF_LINE)
            })
            for number in range(self.lines)
        ]  # fmt: skip
        found = list(level_three.problems(told)) or list(level_three.difference(told, paid=paid))
        for problem in found:
            self._say(problem)
        return told

    def _plain(self, name: str) -> Any:
        """As it was typed; a number without the commas that people write between thousands."""
        value = self.cleaned_data.get(name, "")
        is_text = name.partition("_")[2] in ITEM_TEXTS or name in TEXTS
        return value if is_text or not isinstance(value, str) else value.replace(",", "")

    def _say(self, problem: Problem) -> None:
        """`level_three.items[1].amount` is the field `line1_amount`."""
        name = problem.field.removeprefix(f"{level_three.ROOT}.")
        if name.startswith("items["):
            number, _, part = name.removeprefix("items[").partition("].")
            name = _in_line(int(number), part)
        sentence = f"{problem.sentence} {problem.remedy}".strip()
        self.add_error(name if name in self.fields else None, sentence)


def typed(data: Mapping[str, Any]) -> tuple[Json, list[Json]]:
    """What stands in a form that was sent, checked by nobody: its header and its lines."""
    head = {name: data.get(name, "") for name in (*_HEADER, *_MORE, "key")}
    return head, [
        {name: data.get(_in_line(number, name), "") for name in (*_LINE, *_MORE_OF_LINE)}
        for number in range(count_of(data))
    ]


def count_of(data: Mapping[str, Any]) -> int:
    """How many lines a form that was sent has; 1 for what is no number of lines."""
    text = str(data.get("count", ""))
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len("250") else 1
    return min(max(number, 1), MOST_ITEMS)


def filled(head: Json, lines: Sequence[Json], **more: Any) -> LevelThreeForm:
    """A form that shows this, without a word about it."""
    initial = {name: value for name, value in head.items() if value}
    for number, line in enumerate(lines):
        initial |= {_in_line(number, name): value for name, value in line.items()}
    return LevelThreeForm(initial=initial, lines=len(lines), **more)


def _in_line(number: int, name: str) -> str:
    return f"line{number}_{name}"


def _field(name: str, label: str, longest: Mapping[str, int]) -> forms.Field:
    if name in _FLAGS:
        return forms.BooleanField(label=label, required=False)
    widget = forms.TextInput(attrs={} if name in longest else {"inputmode": "decimal"})
    most = longest.get(name, _LONGEST_NUMBER)
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


def _said(told: Json) -> Json:
    return {name: value for name, value in told.items() if value not in ("", None, False)}
