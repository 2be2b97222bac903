"""Taking in the cases of a page: what fits becomes facts, what does not goes to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.canonical.errors import NeverWorks
from integrations.canonical.transactions import TransactionState
from integrations.connections.models import Connection
from integrations.disputes.provider import Case, Told, UnreadableCase
from integrations.events.models import GatewayFact
from integrations.pipeline import chargebacks
from integrations.pipeline import dispute_questions as questions
from integrations.pipeline.taking_in import take_in

# A page with more than this is no page: the provider's format has changed, and a day of
# questions helps nobody. The look fails as a whole and its watermark stays.
MOST_UNREADABLE = 20


@dataclass(frozen=True)
class Taken:
    """How many cases were looked at, and how many of their states were new."""

    seen: int = 0
    new: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.seen + other.seen, self.new + other.new)


def take_cases(told: Sequence[Told], *, source: Connection, teller: str) -> Taken:
    """Take in one page about the payments of the account `source`, told by that provider.

    Inside one tenant transaction. A case that contradicts what was told of it by any door, one
    in a state nobody knows and one that cannot be read each ask a person, once, and stop no
    other. One whose payment is not known here is taken in, and its walk asks. Raises NeverWorks
    when too many of them cannot be read.
    """
    unreadable = [one for one in told if isinstance(one, UnreadableCase)]
    if len(unreadable) > MOST_UNREADABLE:
        raise NeverWorks(
            f"More than {MOST_UNREADABLE} cases of one page cannot be read, so this look is "
            "given up. Nothing is lost; ask the provider whether its format has changed.",
            code="disputes.unreadable_cases",
        )
    for one in unreadable:
        questions.ask_unreadable(one, source=source)
    fresh = [_take(one, source=source, teller=teller) for one in told if isinstance(one, Case)]
    return Taken(len(told), sum(fresh))


def _take(case: Case, *, source: Connection, teller: str) -> int:
    """How many of its states were new."""
    if case.state is TransactionState.UNKNOWN:
        questions.ask_status(case, source=source)
        return 0
    transactions = chargebacks.transactions(case.disputes(), source=source)
    contradiction = chargebacks.contradiction(transactions, source=source)
    if contradiction:
        questions.ask_contradiction(case, contradiction, source=source)
        return 0
    questions.settle(case, source=source)
    sync = GatewayFact.SeenBy.SYNC
    fresh = take_in(transactions, source=source, seen_by=sync)
    chargebacks.note_deadlines(transactions, source=source, seen_by=sync, told_by=teller)
    return len(fresh)
