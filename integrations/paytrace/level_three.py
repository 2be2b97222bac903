"""Level 3: what was sold, in the card brands' own detail, for a lower rate.

Fields: help.paytrace.com/json-visa-level3 and ActiveMerchant's PayTrace gateway. Visa and
MasterCard only, after the sale and before it settles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from integrations.canonical.money import Money

MAX_ITEM_DESCRIPTION = 35
"""Characters (paytrace_ruby)."""


class CardBrand(StrEnum):
    VISA = "visa"
    MASTERCARD = "mastercard"


@dataclass(frozen=True)
class LineItem:
    """One thing sold. `quantity` may be a fraction; amounts are of the sale's currency."""

    description: str
    product_id: str
    quantity: Decimal
    unit_of_measure: str
    unit_cost: Decimal
    amount: Money
    commodity_code: str = ""
    discount: Money | None = None
    additional_tax: Money | None = None
    additional_tax_rate: Decimal | None = None
    """Per cent."""
    is_credit: bool = False
    is_tax_included: bool = False


@dataclass(frozen=True)
class LevelThree:
    """The detail of one sale."""

    transaction_id: str
    brand: CardBrand
    items: tuple[LineItem, ...]
    invoice_id: str = ""
    customer_reference: str = ""
    merchant_tax_id: str = ""
    customer_tax_id: str = ""
    commodity_code: str = ""
    source_postal_code: str = ""
    shipping_postal_code: str = ""
    shipping_country: str = ""
    tax: Money | None = None
    national_tax: Money | None = None
    discount: Money | None = None
    freight: Money | None = None
    duty: Money | None = None
    additional_tax: Money | None = None
    additional_tax_rate: Decimal | None = field(default=None)
    """Per cent."""
