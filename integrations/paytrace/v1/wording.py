"""Our requests in v1's field names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.paytrace.cards import Charge
from integrations.paytrace.level_three import MAX_ITEM_DESCRIPTION, LevelThree, LineItem
from integrations.paytrace.people import Address

Json = Mapping[str, Any]


def address_fields(address: Address | None) -> Json:
    """v1 says `zip` and `street_address` (PayTrace/api-demo); empty parts are left out."""
    if address is None:
        return {}
    return _said(
        {
            "name": address.name,
            "street_address": address.street,
            "street_address2": address.street2,
            "city": address.city,
            "state": address.region,
            "zip": address.postal_code,
            "country": address.country,
        }
    )


def charge_fields(charge: Charge) -> Json:
    """What a charge says beside its payer and amount."""
    return {
        "invoice_id": charge.invoice_id,
        "description": charge.description,
        "customer_reference_id": charge.customer_reference,
        "email": charge.email,
        "tax_amount": charge.tax.plain if charge.tax else "",
        "billing_address": address_fields(charge.billing),
        "shipping_address": address_fields(charge.shipping),
        "discretionary_data": dict(charge.discretionary),
    }


def level_three_fields(data: LevelThree) -> Json:
    """The header and line items (help.paytrace.com/json-visa-level3)."""
    return _said(
        {
            "invoice_id": data.invoice_id,
            "customer_reference_id": data.customer_reference,
            "merchant_tax_id": data.merchant_tax_id,
            "customer_tax_id": data.customer_tax_id,
            "commodity_code": data.commodity_code,
            "tax_amount": data.tax and data.tax.plain,
            "national_tax_amount": data.national_tax and data.national_tax.plain,
            "discount_amount": data.discount and data.discount.plain,
            "freight_amount": data.freight and data.freight.plain,
            "duty_amount": data.duty and data.duty.plain,
            "additional_tax_amount": data.additional_tax and data.additional_tax.plain,
            "additional_tax_rate": data.additional_tax_rate,
            "source_address": _said({"zip": data.source_postal_code}),
            "shipping_address": _said(
                {"zip": data.shipping_postal_code, "country": data.shipping_country}
            ),
            "line_items": [_item_fields(item) for item in data.items],
        }
    )


def _item_fields(item: LineItem) -> Json:
    return _said(
        {
            "description": item.description[:MAX_ITEM_DESCRIPTION],
            "product_id": item.product_id,
            "quantity": item.quantity,
            "unit_of_measure": item.unit_of_measure,
            "unit_cost": item.unit_cost,
            "amount": item.amount.plain,
            "commodity_code": item.commodity_code,
            "discount_amount": item.discount and item.discount.plain,
            "additional_tax_amount": item.additional_tax and item.additional_tax.plain,
            "additional_tax_rate": item.additional_tax_rate,
            "debit_or_credit": "C" if item.is_credit else "D",
            "tax_included": item.is_tax_included,
        }
    )


def _said(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in ("", None, {})}
