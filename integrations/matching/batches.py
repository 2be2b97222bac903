"""A settled batch beside our own transactions of it: do they agree, to the cent? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from integrations.canonical.fields import Record
from integrations.canonical.money import Money
from integrations.canonical.transactions import PartKind, PaymentMethod


@dataclass(frozen=True)
class Totals:
    """What a batch comes to. Refunds, returns and fees are above zero and count against the net."""

    count: int
    net: Money
    sales: Money | None = None
    refunds: Money | None = None
    """None where the gateway does not tell them apart."""
    returns: Money | None = None
    """Payments that came back; None where there are none or they are not told apart."""
    fees: Money | None = None
    """What the processor kept back."""

    @property
    def gross(self) -> Money:
        """What its transactions alone come to."""
        return self.net + self.fees if self.fees is not None else self.net

    @property
    def words(self) -> str:
        noun = "transaction" if self.count == 1 else "transactions"
        apart = ""
        if self.sales is not None and self.refunds is not None:
            returns = f", returns {self.returns}" if self.returns is not None else ""
            apart = f" (sales {self.sales}, refunds {self.refunds}{returns})"
        fees = f" after fees of {self.fees}" if self.fees else ""
        return f"{self.count} {noun} over {self.net}{apart}{fees}"


@dataclass(frozen=True)
class Member:
    """One transaction of a batch, and what it did to the books."""

    transaction_id: str
    amount: Money
    """As it was settled, above zero."""
    kind: PartKind
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
        """Below zero for what counts against the net."""
        return self.amount if self.kind is PartKind.SALE else -self.amount


@dataclass(frozen=True)
class SettledBatch:
    """A batch as it was entered to be posted, with everything we know of it."""

    number: str
    settled_on: date
    """The day in the gateway's zone."""
    told: Totals
    method: PaymentMethod = PaymentMethod.CARD
    members: tuple[Member, ...] = ()
    is_wanted: bool = True
    """Settled batches of this account are to be posted."""

    @property
    def name(self) -> str:
        return name_of(self.method, self.number, self.settled_on)

    @property
    def noun(self) -> str:
        return noun_of(self.method)


def noun_of(method: PaymentMethod) -> str:
    """What people call it: a batch of cards, an ACH deposit."""
    return "ACH deposit" if method is PaymentMethod.ACH else "batch"


def name_of(method: PaymentMethod, number: str, day: date) -> str:
    """`Batch 571 of November 20, 2026`, `ACH deposit 20261120-D9999 of November 20, 2026`"""
    noun = noun_of(method)
    return f"{noun[0].upper()}{noun[1:]} {number} of {day:%B} {day.day}, {day.year}"


def own_totals(members: Sequence[Member], *, currency: str) -> Totals:
    """What our own transactions of the batch come to."""
    nothing = Money.zero(currency)
    sales, refunds, returns = (
        sum((one.amount for one in members if one.kind is kind), nothing) for kind in PartKind
    )
    came_back = returns if any(one.kind is PartKind.RETURN for one in members) else None
    return Totals(len(members), sales - refunds - returns, sales, refunds, came_back)


def difference(told: Totals, members: Sequence[Member]) -> str:
    """How the batch and our transactions of it differ, to the cent; empty when they do not."""
    ours = own_totals(members, currency=told.net.currency)
    parts = _parts(told, ours)
    if not parts and told.count == ours.count and told.gross == ours.net:
        parts = _booked_otherwise(members)
        return " ".join(parts)
    between = f"PayTrace tells {told.words}; we know {ours.words}."
    amount = f"The difference is {told.gross - ours.net}" + (
        f": {'; '.join(parts)}" if parts else ""
    )
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
