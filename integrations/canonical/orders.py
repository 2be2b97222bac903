"""What a shop asks of Sage Pro: a sales order as it shall stand, a customer to be there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class WantedLine:
    """One line as it shall stand. `price` for one unit, in the order's currency."""

    number: int
    """Keeps its item for ever; another item takes another number."""
    item: str
    quantity: Decimal
    """In the item's own unit."""
    price: Decimal
    location: str = ""
    description: str = ""
    """Blank: the item's own."""


@dataclass(frozen=True)
class OrderRequest:
    """A whole sales order as it shall stand; lines it leaves out are taken off."""

    order: str
    """The order's name outside, natural and unique in the company."""
    version: int
    """1 for a new order; each change of it has a higher one."""
    customer_number: str
    order_date: date
    currency: str
    lines: tuple[WantedLine, ...]
    tax: Decimal = Decimal(0)
    """Of the whole order, in its currency."""
    customer_po: str = ""
    allocates: bool = False
    """Promise stock for the lines that name a location."""

    @property
    def name(self) -> str:
        """What our own record knows the order by, all versions of it."""
        return f"order:{self.order.strip()}"

    @property
    def key(self) -> str:
        """The key of this version."""
        return f"{self.name}:{self.version}"


class MatchBy(StrEnum):
    """How a customer that is there already may be recognised."""

    NUMBER = "number"
    EMAIL = "email"
    NAME_AND_POSTAL_CODE = "name_and_postal_code"


@dataclass(frozen=True)
class CustomerRequest:
    """A customer to find by `match_by`, in that order, or to create where none is found."""

    key: str
    """Natural and unique in the company; with it, asking again changes nothing."""
    name: str
    match_by: tuple[MatchBy, ...] = (
        MatchBy.NUMBER,
        MatchBy.EMAIL,
        MatchBy.NAME_AND_POSTAL_CODE,
    )
    number: str = ""
    """In Sage, where the asker knows one; a new customer gets the company's next."""
    email: str = ""
    contact: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    currency: str = ""
    """Blank: the company's own."""
