"""What is asked of the books about a change beside payments that a person keys."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.stock import Allocation, ChangeResult

Wanted = CustomerRequest | OrderRequest | Allocation


@dataclass(frozen=True)
class ListedValue:
    """One column as it shall stand, in the words of the posting profile."""

    column: str
    name: str
    """As the company's own table calls it."""
    value: str
    was: str = ""
    """What stands there, where it is changed."""


@dataclass(frozen=True)
class ListedRow:
    """One record to key, or what of it differs."""

    table: str
    name: str
    """As the company calls the table."""
    key: str
    """Which record it is, in words."""
    values: tuple[ListedValue, ...]
    is_new: bool = True


@dataclass(frozen=True)
class KeyedVersion:
    """A version of a sales order that a person keyed before."""

    key: str
    told: str
    """What the books answered about it then, as our own record of a written one holds it."""


@dataclass(frozen=True)
class ChangeQuestion:
    """One change, and what the worksheet knows of it; nothing is written by asking."""

    customer: CustomerRequest | None = None
    order: OrderRequest | None = None
    allocation: Allocation | None = None
    is_listed: bool = False
    """It stands on the worksheet: it is looked for, and no rule of writing is applied."""
    is_seen: bool = False
    """It was found before, under `number`."""
    number: str = ""
    """In Sage, as a person told it or the books showed it."""
    versions: tuple[KeyedVersion, ...] = ()
    """Of the order."""
    numbers: tuple[str, ...] = ()
    """Customer numbers that stand on the worksheet."""
    moves: tuple[Allocation, ...] = ()
    """What else stands there and moves stock."""
    said_at: str = ""
    """When a person said that it is keyed: an answer of before says nothing about it."""


@dataclass(frozen=True)
class ChangeSeen:
    """What the books say of it."""

    result: ChangeResult
    """DONE, MATCHED and EXISTS stand in the books, HANDED_OVER does not; the rest as
    `BeyondPayments` says."""
    listed: tuple[ListedRow, ...] = ()
    """What is to be keyed, where Sage would take it."""
    told: str = ""
    """In words what stands in Sage otherwise than listed, or looks the same already."""
    record: str = ""
    """Of a sales order that was found: what a later version is told of it."""
    moves: tuple[Allocation, ...] = ()
    """The stock that it moves once it is keyed."""
    stands: Decimal | None = None
    """How much of an item is allocated now."""


def question_about(wanted: Wanted) -> ChangeQuestion:
    """The question about this change, before the worksheet knows anything of it."""
    if isinstance(wanted, CustomerRequest):
        return ChangeQuestion(customer=wanted)
    if isinstance(wanted, OrderRequest):
        return ChangeQuestion(order=wanted)
    return ChangeQuestion(allocation=wanted)
