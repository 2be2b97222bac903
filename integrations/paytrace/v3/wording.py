"""Our requests in v3's field names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.paytrace.cards import Charge
from integrations.paytrace.people import Address

Json = Mapping[str, Any]


def address_fields(address: Address | None) -> Json:
    """v3's card calls say `street` and `postal_code` (SaleTransactions page)."""
    if address is None:
        return {}
    return _said(
        {
            "street": address.street,
            "street2": address.street2,
            "city": address.city,
            "state": address.region,
            "postal_code": address.postal_code,
            "country": address.country,
        }
    )


def customer_address_fields(address: Address | None) -> Json:
    """v3's customer calls say `name` and `street_address` (solution25 Shopware plugin)."""
    if address is None:
        return {}
    return _said(
        {
            "name": address.name,
            "street_address": address.street,
            "street_address2": address.street2,
            "city": address.city,
            "state": address.region,
            "postal_code": address.postal_code,
            "country": address.country,
        }
    )


def charge_fields(charge: Charge) -> Json:
    """What a charge says beside its payer and amount."""
    return {
        "invoice_number": charge.invoice_id,
        "description": charge.description,
        "customer_reference_id": charge.customer_reference,
        "billing_email": charge.email,
        "billing_name": charge.billing.name if charge.billing else "",
        "billing_address": address_fields(charge.billing),
        "shipping_name": charge.shipping.name if charge.shipping else "",
        "shipping_address": address_fields(charge.shipping),
        "tax_amount": charge.tax.plain if charge.tax else "",
        "discretionary_data": [{name: text} for name, text in charge.discretionary.items()] or "",
    }


def _said(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in ("", None)}
