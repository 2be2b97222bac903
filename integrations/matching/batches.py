"""A settled batch beside our own transactions of it: do they agree, to the cent? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from integrations.canonical.fields import Record
from integrations.canonical.money import Money
from integrations.canonical.transactions import PaymentMethod


@dataclass(frozen=True)
class Totals:
    """What a batch comes to. Refunds are above zero and count against the net."""

    count: int
    net: Money
    sales: Money | None = None
    refunds: Money | None = None
    """None where the gateway does not tell them apart."""

    @property
    def words(self) -> str:
        noun = "transaction" if self.count == 1 else "transactions"
        apart = ""
        if self.sales is not None and self.refunds is not None:
            apart = f" (sales {self.sales}, refunds {self.refunds})"
        return f"{self.count} {noun} over {self.net}{apart}"


@dataclass(frozen=True)
class Member:
    """One transaction of a batch, and what it did to the books."""

    transaction_id: str
    amount: Money
    """As it was settled, above zero."""
    is_refund: bool
    method: PaymentMethod
    record: Record
    """Its fields, for the GL rules."""
    label: str = ""
    """Where it stands, in words."""
    is_over: bool = True
    """Nothing more of it is to reach the books."""
    booked: Mapping[str, Decimal] = field(default_factory=dict)
    """Clearing account → debits less credits of its posting; empty when we posted nothing."""

    @property
    def signed(self) -> Decimal:
        return self.signed_amount.amount

    @property
    def signed_amount(self) -> Money:
        """Below zero for a refund."""
        return -self.amount if self.is_refund else self.amount


@dataclass(frozen=True)
class SettledBatch:
    """A batch as it was entered to be posted, with everything we know of it."""

    number: str
    settled_on: date
    """The day in the gateway's zone."""
    told: Totals
    members: tuple[Member, ...] = ()
    is_wanted: bool = True
    """Settled batches of this account are to be posted."""


def own_totals(members: Sequence[Member], *, currency: str) -> Totals:
    """What our own transactions of the batch come to."""
    nothing = Money.zero(currency)
    sales = sum((m.amount for m in members if not m.is_refund), nothing)
    refunds = sum((m.amount for m in members if m.is_refund), nothing)
    return Totals(len(members), sales - refunds, sales, refunds)


def difference(told: Totals, members: Sequence[Member]) -> str:
    """How the batch and our transactions of it differ, to the cent; empty when they do not."""
    ours = own_totals(members, currency=told.net.currency)
    parts = _parts(told, ours)
    if not parts and told.count == ours.count and told.net == ours.net:
        parts = _booked_otherwise(members)
        return " ".join(parts)
    between = f"PayTrace tells {told.words}; we know {ours.words}."
    amount = f"The difference is {told.net - ours.net}" + (f": {'; '.join(parts)}" if parts else "")
    return f"{between} {amount}."


def _parts(told: Totals, ours: Totals) -> list[str]:
    pairs = (("sales", told.sales, ours.sales), ("refunds", told.refunds, ours.refunds))
    found = []
    for word, theirs, own in pairs:
        if theirs is None or own is None or theirs == own:
            continue
        if own < theirs:
            found.append(f"{word} of {theirs - own} that we do not know")
        else:
            found.append(f"{word} of {own - theirs} that PayTrace does not count")
    return found


def _booked_otherwise(members: Sequence[Member]) -> list[str]:
    return [
        f"Transaction {one.transaction_id} was settled over {one.amount}, and "
        f"{abs(sum(one.booked.values(), Decimal(0))):,.2f} of it stands in Sage."
        for one in members
        if one.booked and sum(one.booked.values(), Decimal(0)) != one.signed
    ]
