"""Another amount for a hold: what can be said of it before PayTrace is asked. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.instructions.kinds import Kind
from integrations.instructions.wishes import Wish
from integrations.paytrace.adjusting import check_range
from tenants.errors import NotPossible


@dataclass(frozen=True)
class Held:
    """A hold as PayTrace told it."""

    now: Money
    first: Money
    """What was held before it was changed for the first time."""


def check(wish: Wish, held: Held | None) -> None:
    """Raise NotPossible naming the field, where the amount of that hold cannot be changed so."""
    if wish.kind is not Kind.ADJUST or wish.amount is None:
        return
    if held is None:
        raise NotPossible(
            "Nothing is held under this number. Choose one of the page Holds.",
            field="transaction_id",
        )
    if wish.amount == held.now:
        raise NotPossible(f"{held.now} is held already. Enter another amount.", field="amount")
    try:
        check_range(wish.amount, first=held.first)
    except NeverWorks as error:
        raise NotPossible(f"{error.sentence} {error.remedy}", field="amount") from None


def counted(wish: Wish, held: Held | None) -> Money | None:
    """How much of a wish counts against the limits of the day: of a changed hold what is held
    more than before, and nothing where that is less. None for what moves nothing."""
    if wish.kind is not Kind.ADJUST or wish.amount is None or held is None:
        return wish.amount
    return wish.amount - held.now if held.now < wish.amount else None
