"""What is asked of the books about a change beside payments that a person keys."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.canonical.orders import CustomerRequest
from integrations.canonical.stock import ChangeResult

Wanted = CustomerRequest


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
class ChangeQuestion:
    """One change, and what the worksheet knows of it; nothing is written by asking."""

    customer: CustomerRequest
    is_listed: bool = False
    """It stands on the worksheet: it is looked for, and no rule of writing is applied."""
    is_seen: bool = False
    """It was found before, under `number`."""
    number: str = ""
    """In Sage, as a person told it or the books showed it."""
    numbers: tuple[str, ...] = ()
    """Customer numbers that stand on the worksheet."""
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
    """In words what stands in Sage otherwise than listed."""
