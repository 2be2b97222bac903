"""What was sold, line by line, as a program says it: for the lower rate of level 3."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from integrations.instructions.level_three import ITEM_TEXTS, TEXTS


def _number(help_text: str = "A decimal text.", **more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=24, help_text=help_text, **more)


class LineIn(serializers.Serializer[Any]):
    """One thing sold."""

    description = serializers.CharField(
        max_length=ITEM_TEXTS["description"], help_text="PayTrace shows its first 35 characters."
    )
    product_id = serializers.CharField(max_length=ITEM_TEXTS["product_id"])
    quantity = _number()
    unit_of_measure = serializers.CharField(max_length=ITEM_TEXTS["unit_of_measure"])
    unit_cost = _number()
    amount = _number("Of the whole line.")
    commodity_code = serializers.CharField(
        max_length=ITEM_TEXTS["commodity_code"], default="", allow_blank=True
    )
    discount = _number(default="", allow_blank=True)
    additional_tax = _number(default="", allow_blank=True)
    additional_tax_rate = _number("Per cent.", default="", allow_blank=True)
    is_credit = serializers.BooleanField(default=False)
    is_tax_included = serializers.BooleanField(default=False)


class LevelThreeIn(serializers.Serializer[Any]):
    """The detail of one sale. Amounts are decimal texts in its currency."""

    items = LineIn(many=True)
    customer_reference = serializers.CharField(
        max_length=TEXTS["customer_reference"],
        default="",
        allow_blank=True,
        help_text="The customer’s purchase order; without one the sale keeps what it has.",
    )
    merchant_tax_id = serializers.CharField(
        max_length=TEXTS["merchant_tax_id"], default="", allow_blank=True
    )
    customer_tax_id = serializers.CharField(
        max_length=TEXTS["customer_tax_id"], default="", allow_blank=True
    )
    commodity_code = serializers.CharField(
        max_length=TEXTS["commodity_code"], default="", allow_blank=True
    )
    source_postal_code = serializers.CharField(
        max_length=TEXTS["source_postal_code"], default="", allow_blank=True
    )
    shipping_postal_code = serializers.CharField(
        max_length=TEXTS["shipping_postal_code"], default="", allow_blank=True
    )
    shipping_country = serializers.CharField(
        max_length=TEXTS["shipping_country"], default="", allow_blank=True
    )
    tax = _number(default="", allow_blank=True)
    national_tax = _number(default="", allow_blank=True)
    discount = _number(default="", allow_blank=True)
    freight = _number(default="", allow_blank=True)
    duty = _number(default="", allow_blank=True)
    additional_tax = _number(default="", allow_blank=True)
    additional_tax_rate = _number("Per cent.", default="", allow_blank=True)


def said(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """What was given, without what is empty: as it is frozen."""
    if given is None:
        return None
    kept = {name: value for name, value in given.items() if value not in ("", None)}
    return {**kept, "items": [_line(one) for one in given["items"]]}


def _line(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value not in ("", None, False)}
