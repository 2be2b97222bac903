"""Level 3 detail as a program gives it: checked, and read as PayTrace is told it. Pure.

It is plain JSON, frozen with the wish: amounts, quantities and rates are decimal texts, amounts in
the sale's currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.canonical.card_scan import contains_card_number
from integrations.canonical.money import Money, MoneyError
from integrations.canonical.problems import Problem
from integrations.canonical.transactions import GatewayTransaction
from integrations.paytrace.level_three import CardBrand, LevelThree, LineItem

Json = Mapping[str, Any]
MOST_ITEMS = 250
ROOT = "level_three"
TEXTS = {
    "customer_reference": 50, "merchant_tax_id": 20, "customer_tax_id": 20, "commodity_code": 12,
    "source_postal_code": 12, "shipping_postal_code": 12, "shipping_country": 2,
}  # fmt: skip
AMOUNTS = ("tax", "national_tax", "discount", "freight", "duty", "additional_tax")
ITEM_TEXTS = {"description": 120, "product_id": 20, "unit_of_measure": 12, "commodity_code": 12}
ITEM_AMOUNTS = ("amount", "unit_cost", "discount", "additional_tax")
ITEM_FLAGS = ("is_credit", "is_tax_included")
_ITEM_NEEDS = ("description", "product_id", "quantity", "unit_of_measure", "unit_cost", "amount")
_RATE = "additional_tax_rate"
_ABOVE_ZERO = frozenset({"amount", "quantity"})
_IN_CENTS = frozenset({*AMOUNTS, *ITEM_AMOUNTS}) - {"unit_cost"}


def problems(told: Json) -> Iterator[Problem]:
    """What is wrong with it, by the name of the field."""
    items = told.get("items") or []
    if not 1 <= len(items) <= MOST_ITEMS:
        sentence = f"Level 3 detail has 1 to {MOST_ITEMS} lines, not {len(items)}."
        yield Problem(f"{ROOT}.items", sentence)
    yield from _wrong_texts(told, ROOT, TEXTS)
    yield from _wrong_numbers(told, ROOT, (*AMOUNTS, _RATE))
    for number, item in enumerate(items):
        where = f"{ROOT}.items[{number}]"
        for name in _ITEM_NEEDS:
            if item.get(name) in (None, ""):
                sentence = f"Line {number + 1} has no {name.replace('_', ' ')}."
                yield Problem(f"{where}.{name}", sentence, remedy="Give it.")
        yield from _wrong_texts(item, where, ITEM_TEXTS)
        yield from _wrong_numbers(item, where, (*ITEM_AMOUNTS, "quantity", _RATE))


def difference(told: Json, *, paid: Money) -> Iterator[Problem]:
    """Whether lines and header come to what was paid; of detail that has no other problem. Tax
    that a line includes is not added to it."""
    items = told["items"]
    lines = _sum(items, "amount", but="is_credit") - _sum(items, "amount", only="is_credit")
    is_included = any(item.get("is_tax_included") for item in items)
    added = {name: _decimal(told.get(name)) or Decimal(0) for name in ("tax", "freight", "duty")}
    if is_included:
        added["tax"] = Decimal(0)
    discount = _decimal(told.get("discount")) or Decimal(0)
    total = lines + sum(added.values(), Decimal(0)) - discount
    if total == paid.amount:
        return
    parts = [f"{name} {value:,.2f}" for name, value in added.items() if value]
    parts += [f"less the discount of {discount:,.2f}"] if discount else []
    beside = f", with {' and '.join(parts)}," if parts else ""
    yield Problem(
        f"{ROOT}.items",
        f"The lines, {lines:,.2f}{beside} come to {total:,.2f}, and the payment is {paid}.",
        remedy="Change the amount of a line, or the tax, freight, duty or discount.",
    )


def _sum(items: Sequence[Json], name: str, *, but: str = "", only: str = "") -> Decimal:
    meant = (item for item in items if not item.get(but) and (not only or item.get(only)))
    return sum((_decimal(item[name]) or Decimal(0) for item in meant), Decimal(0))


def read(told: Json, *, sale: GatewayTransaction, brand: CardBrand) -> LevelThree:
    """What PayTrace is told. The sale keeps its own invoice, and its customer reference where
    none is given: level 3 would overwrite both (help.paytrace.com/json-visa-level3)."""
    currency = sale.amount.currency
    texts: dict[str, Any] = {name: str(told.get(name) or "") for name in TEXTS}
    amounts: dict[str, Any] = {name: _money(told.get(name), currency) for name in AMOUNTS}
    texts["customer_reference"] = texts["customer_reference"] or sale.customer_reference
    return LevelThree(
        transaction_id=sale.transaction_id,
        brand=brand,
        items=tuple(_item(item, currency) for item in told["items"]),
        invoice_id=sale.invoice_reference,
        additional_tax_rate=_decimal(told.get(_RATE)),
        **texts,
        **amounts,
    )


def _item(item: Json, currency: str) -> LineItem:
    texts: dict[str, Any] = {name: str(item.get(name) or "") for name in ITEM_TEXTS}
    flags: dict[str, Any] = {name: bool(item.get(name)) for name in ITEM_FLAGS}
    amount, quantity = _money(item["amount"], currency), _decimal(item["quantity"])
    unit_cost = _decimal(item["unit_cost"])
    assert amount and quantity and unit_cost is not None  # noqa: S101, PT018 checked when asked
    return LineItem(
        quantity=quantity,
        unit_cost=unit_cost,
        amount=amount,
        discount=_money(item.get("discount"), currency),
        additional_tax=_money(item.get("additional_tax"), currency),
        additional_tax_rate=_decimal(item.get(_RATE)),
        **texts,
        **flags,
    )


def _wrong_texts(told: Json, where: str, texts: Mapping[str, int]) -> Iterator[Problem]:
    for name, longest in texts.items():
        text = str(told.get(name) or "")
        word = name.replace("_", " ")
        if len(text) > longest:
            sentence = f"The {word} is longer than {longest} characters."
            yield Problem(f"{where}.{name}", sentence, remedy="Shorten it.")
        elif not text.isprintable():
            yield Problem(f"{where}.{name}", f"The {word} holds what cannot be printed.")
        elif contains_card_number(text.encode()):
            sentence = f"The {word} looks like a card number, and those never enter Tieout."
            yield Problem(f"{where}.{name}", sentence, remedy="Leave it out.")


def _wrong_numbers(told: Json, where: str, names: Sequence[str]) -> Iterator[Problem]:
    for name in names:
        if told.get(name) in (None, ""):
            continue
        value, word = _decimal(told[name]), name.replace("_", " ")
        if value is None or value < 0 or (name in _ABOVE_ZERO and not value):
            sentence = f"‘{str(told[name])[:40]}’ is no {word} such as 2.50."
            yield Problem(f"{where}.{name}", sentence, remedy="Give a decimal text.")
        elif name in _IN_CENTS and not _has_cents(value):
            sentence = f"The {word} has more than two decimals."
            yield Problem(f"{where}.{name}", sentence, remedy="Round it.")


def _has_cents(value: Decimal) -> bool:
    return value == round(value, 2)


def _decimal(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        read_as = Decimal(str(value))
    except InvalidOperation:
        return None
    return read_as if read_as.is_finite() and abs(read_as) < Decimal(10) ** 12 else None


def _money(value: Any, currency: str) -> Money | None:
    if value in (None, ""):
        return None
    try:
        return Money.parse(str(value), currency)
    except MoneyError:
        return None
