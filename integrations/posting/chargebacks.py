"""Reads of chargebacks: each case with what it did to the books."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from integrations.canonical.disputes import case_number
from integrations.canonical.effects import EffectKind
from integrations.events import deadlines
from integrations.posting.models import Effect

# A longer list is searched for under Payments.
MOST_CASES = 200
_ENDS = (EffectKind.CHARGEBACK_WON, EffectKind.CHARGEBACK_LOST)


@dataclass(frozen=True)
class Case:
    """One case: the effect that took the payment back, its fee, and how it ended."""

    number: str
    opened: Effect
    fee: Effect | None
    end: Effect | None
    respond_by: date | None = None
    """The last day to contest it, where that was told."""

    @property
    def contest_by(self) -> date | None:
        """The same while it is open."""
        return None if self.end else self.respond_by


def cases(*, environment_id: uuid.UUID) -> list[Case]:
    """The newest cases of the environment, those to be contested first and soonest on top; four
    statements however many there are."""
    opened = list(
        Effect.objects.select_related("parent", "source")
        .filter(environment_id=environment_id, kind=EffectKind.CHARGEBACK)
        .order_by("-occurred_at", "id")[:MOST_CASES]
    )
    fees = _by_case(opened, EffectKind.FEE)
    ends = _by_case(opened, *_ENDS)
    days = deadlines.that_count([one.transaction_id for one in opened])
    found = [
        Case(
            number=case_number(one.transaction_id),
            opened=one,
            fee=fees.get((one.source_id, one.transaction_id)),
            end=ends.get((one.source_id, one.transaction_id)),
            respond_by=days.get((one.source_id, one.transaction_id)),
        )
        for one in opened
    ]
    return sorted(found, key=lambda case: case.contest_by or date.max)


def _by_case(opened: list[Effect], *kinds: EffectKind) -> Mapping[tuple[uuid.UUID, str], Effect]:
    ids = [one.transaction_id for one in opened]
    found = Effect.objects.filter(transaction_id__in=ids, kind__in=kinds)
    return {(one.source_id, one.transaction_id): one for one in found}
