"""What Sage Pro holds beside payments: sales orders, items, stock; and allocating stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from integrations.canonical.posting import Refusal


class OrderStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    VOID = "void"


@dataclass(frozen=True)
class OrderLine:
    """One line of a sales order. Quantities in the item's own unit, `price` for one of them."""

    number: int
    item: str
    open_quantity: Decimal
    shipped_quantity: Decimal
    price: Decimal
    description: str = ""
    location: str = ""


@dataclass(frozen=True)
class SalesOrder:
    """A sales order as Sage holds it. Numbers are trimmed; amounts in `currency`."""

    number: str
    customer_number: str
    order_date: date | None
    open_amount: Decimal
    """What is not shipped yet, tax included."""
    shipped_amount: Decimal
    currency: str
    status: OrderStatus
    lines: tuple[OrderLine, ...] = ()
    customer_po: str = ""
    is_history: bool = False
    """Found in the history table (SOYMST)."""
    is_locked: bool = False


@dataclass(frozen=True)
class Item:
    number: str
    description: str
    price: Decimal
    """For one unit, in the company's currency."""
    is_active: bool = True


@dataclass(frozen=True)
class Stock:
    """How much of an item lies at one place, in the item's own unit."""

    item: str
    location: str
    on_hand: Decimal
    allocated: Decimal
    """Promised to sales orders."""

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.allocated


@dataclass(frozen=True)
class Allocation:
    """Stock to promise to a sales order; a quantity below zero gives some back."""

    key: str
    """Natural and unique in the company; with it, asking again changes nothing."""
    item: str
    location: str
    quantity: Decimal


class ChangeOutcome(StrEnum):
    DONE = "done"
    MATCHED = "matched"
    """It was there, so nothing was made; only our own record of the key was written."""
    EXISTS = "exists"
    """It was done before, with this key and these contents."""
    REFUSED = "refused"
    """Nothing was written; the reason says which field."""
    CONFLICT = "conflict"
    """The key was used before with other contents; nothing was written."""
    WAIT = "wait"
    """Nothing was written: a record is in use; waiting helps."""
    WITHDRAWN = "withdrawn"
    """A tombstone forbids this key for ever."""
    HANDED_OVER = "handed_over"
    """The agent has it; ask again for what became of it."""


@dataclass(frozen=True)
class ChangeResult:
    """What became of a change beside payments, with the rows read back."""

    outcome: ChangeOutcome
    evidence: Mapping[str, object] = field(default_factory=dict)
    """Table → list of {column: text}; JSON-ready."""
    refusal: Refusal | None = None
    number: str = ""
    """The order or customer it is about, as Sage numbers it."""
