"""What a disputes API is to us: a list of cases that changed since a moment, page by page.

Raised by everything here, and nothing else (`integrations.canonical.errors`):

TryLater            away, busy, or an answer that cannot be read as a whole
FixConfiguration    the key, the address or the account is wrong: a person first
NeverWorks          the provider refuses the question itself
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from integrations.canonical.disputes import Dispute
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState


@dataclass(frozen=True)
class Case:
    """One case as the provider tells it now. Amounts are above zero, fees at least zero."""

    case_number: str
    """The same through every door: what a letter, a spreadsheet or a form names too."""
    payment_id: str
    """The PayTrace transaction that is disputed; empty when the provider names none."""
    state: TransactionState
    """OPENED, WON, LOST, or UNKNOWN for a word nobody knows; never guessed."""
    status: str
    """The provider's own word for the state, kept as evidence."""
    amount: Money
    opened_on: date
    """Days are those of the provider's answer; money moves in the books on them."""
    decided_on: date | None = None
    """Told with WON and LOST."""
    fee: Money | None = None
    reason: str = ""
    respond_by: date | None = None
    """The last day to contest it."""

    def disputes(self) -> tuple[Dispute, ...]:
        """The states it has been through, first the opening; none while its state is unknown."""
        if self.state is TransactionState.UNKNOWN:
            return ()
        opened = self._told(TransactionState.OPENED, self.opened_on)
        if self.state is TransactionState.OPENED or self.decided_on is None:
            return (opened,)
        return opened, self._told(self.state, self.decided_on)

    def _told(self, state: TransactionState, day: date) -> Dispute:
        return Dispute(
            case_number=self.case_number,
            payment_id=self.payment_id,
            state=state,
            amount=self.amount,
            happened_on=day,
            fee=self.fee,
            reason=self.reason,
            respond_by=self.respond_by,
        )


@dataclass(frozen=True)
class UnreadableCase:
    """A case that cannot be read whole: kept as told, without secrets, never guessed at."""

    case_number: str
    """Empty where even that cannot be read."""
    field: str
    """What of it cannot be read, in the provider's own name."""
    record: object
    """As it was told, without card numbers and secrets: JSON."""


Told = Case | UnreadableCase


class DisputesProvider(Protocol):
    """A disputes API of one merchant account, with its credential in it. Used by one worker at a
    time, outside of transactions."""

    def check(self) -> None:
        """Prove by the smallest read that the key is accepted and belongs to this account."""

    def cases(self, *, changed_since: datetime) -> Iterator[Sequence[Told]]:
        """Every case that was opened or changed at or after `changed_since` (aware), as it
        stands now, page by page in the order of change.

        A page may repeat a case and, while cases change, leave one out: who asks looks again
        with an overlap. A record that cannot be read stops no other; a page that cannot be read
        raises, with the pages before it told.
        """

    def close(self) -> None:
        """Close what is kept open; a later call opens it again."""
