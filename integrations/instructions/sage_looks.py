"""A look through what is flagged in Sage, which may take several turns.

Where it stands is in rows of ours, not in memory: how far it has read, and of each instruction
that may still be taken back when its row was last seen flagged. Inside the open company's
transaction; times are the database's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from integrations.instructions import deciding
from integrations.instructions.models import FlaggedLook, Instruction
from tenants.insert import insert_once


@dataclass(frozen=True)
class Begun:
    """A look that is under way, and the row after which it goes on."""

    began_at: datetime
    after: str


def begin(*, company_id: UUID) -> Begun:
    """Go on with the look that is under way, or begin one."""
    rows = FlaggedLook.objects.filter(company_id=company_id)
    if rows.filter(began_at=None).update(began_at=Now(), after="") == 0 and not rows.exists():
        insert_once(FlaggedLook(company_id=company_id))
        rows.filter(began_at=None).update(began_at=Now(), after="")
    row = rows.get()
    assert row.began_at is not None  # noqa: S101 it was just begun, or had been
    return Begun(row.began_at, row.after)


def note_flagged(numbers: Collection[str], *, accounts: Collection[UUID]) -> None:
    """These rows are flagged: what they asked for is not taken back by this look."""
    _unsent(accounts).filter(sage_row__in=numbers).update(sage_seen_at=Now())


def advance(*, company_id: UUID, after: str) -> None:
    """Everything up to this row has been read and dealt with."""
    FlaggedLook.objects.filter(company_id=company_id).update(after=after)


def unflagged(*, began_at: datetime, accounts: Collection[UUID]) -> list[Instruction]:
    """What may be taken back after a whole look: nothing was sent of it, it had been asked for
    before the look began, and its row was not seen since. 1,000 at most, the oldest first."""
    unseen = Q(sage_seen_at=None) | Q(sage_seen_at__lt=began_at)
    rows = _unsent(accounts).filter(unseen, asked_at__lt=began_at)
    return list(rows.order_by("asked_at", "id")[:1_000])


def end(*, company_id: UUID) -> None:
    """The look is over; the next one begins at the first row again."""
    FlaggedLook.objects.filter(company_id=company_id).update(began_at=None, after="")


def is_anything_unsent(*, accounts: Collection[UUID]) -> bool:
    """Whether a row that is unflagged would have something taken back."""
    return _unsent(accounts).exists()


def _unsent(accounts: Collection[UUID]) -> QuerySet[Instruction]:
    return Instruction.objects.filter(
        connection_id__in=accounts,
        origin=Instruction.Origin.SAGE,
        state__in=deciding.UNSENT,
    )
