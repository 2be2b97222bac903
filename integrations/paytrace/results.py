"""What the client answers, beyond payments and batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from integrations.canonical.transactions import GatewayTransaction


@dataclass(frozen=True)
class Token:
    """A bearer token and how long it lives from now. The value never shows in a repr."""

    value: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True)
class Attempt:
    """What a look-up by invoice id found of a charge whose answer was lost."""

    found: tuple[GatewayTransaction, ...]
    """Every card transaction that names exactly this invoice id, oldest first."""
    is_real_time: bool
    """Whether real-time records were asked too. If not, the newest may be missing. Even then
    finding nothing is an answer only once the request cannot be under way any more: minutes,
    where PayTrace speaks of 3 to 6 seconds."""


@dataclass(frozen=True)
class Capability:
    """One thing the account can do: True, False, or None when PayTrace does not tell."""

    name: str
    is_available: bool | None
    sentence: str
    ends_on: date | None = None
    """When it ends by itself, where it does: a web user's password."""


@dataclass(frozen=True)
class Capabilities:
    """What *Test connection* lists, by name: cards, batches, customers, refunds, ach, ceilings,
    user, settle."""

    items: tuple[Capability, ...]

    def __getitem__(self, name: str) -> Capability:
        """The capability of that name. Raises KeyError for a name nobody asked about."""
        for item in self.items:
            if item.name == name:
                return item
        raise KeyError(name)
