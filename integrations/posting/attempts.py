"""Attempts: each time the company's single writer was asked, on record before asking.

An attempt ends once, with the writer's answer. One that was handed over stays open until the
answer comes, however often we look after it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db.models import Q
from django.db.models.functions import Now

from integrations.posting.models import PostingAttempt

_HANDED_OVER = Q(ended_at=None, outcome="handed_over")


def begin(*, effect_id: uuid.UUID, fence: int) -> int:
    """Put a question on record, or go on with the one handed over; its number."""
    of_effect = PostingAttempt.objects.filter(effect_id=effect_id)
    handed_over = of_effect.filter(_HANDED_OVER).first()
    if handed_over is not None:
        return handed_over.number
    # An attempt whose worker never came back: its answer is unknown.
    of_effect.filter(ended_at=None).update(
        ended_at=Now(), outcome="unknown", sentence="The worker stopped before Sage's answer."
    )
    number = of_effect.count() + 1
    PostingAttempt.objects.create(effect_id=effect_id, number=number, fence=fence)
    return number


def hand_over(*, effect_id: uuid.UUID, number: int) -> None:
    """Leave the attempt open: its answer comes later from elsewhere."""
    PostingAttempt.objects.filter(effect_id=effect_id, number=number, ended_at=None).update(
        outcome="handed_over"
    )


def end(
    *,
    effect_id: uuid.UUID,
    number: int,
    outcome: str,
    sentence: str,
    evidence: Mapping[str, object],
) -> None:
    """Write down the answer, once."""
    PostingAttempt.objects.filter(effect_id=effect_id, number=number, ended_at=None).update(
        ended_at=Now(), outcome=outcome[:12], sentence=sentence[:600], evidence=dict(evidence)
    )


def end_hand_over(*, effect_id: uuid.UUID, outcome: str) -> None:
    """End what was handed over and is not awaited any more."""
    PostingAttempt.objects.filter(_HANDED_OVER, effect_id=effect_id).update(
        ended_at=Now(), outcome=outcome
    )


def is_handed_over(*, effect_id: uuid.UUID) -> bool:
    """Whether the newest question lies elsewhere, to be answered later."""
    return PostingAttempt.objects.filter(_HANDED_OVER, effect_id=effect_id).exists()


def is_question_open(*, effect_id: uuid.UUID, number: int) -> bool:
    """Whether this attempt was handed over, or the one before it ended without an answer."""
    before = Q(number=number - 1, outcome="unknown")
    asked = PostingAttempt.objects.filter(effect_id=effect_id)
    return asked.filter(before | (_HANDED_OVER & Q(number=number))).exists()


def last_outcome(*, effect_id: uuid.UUID) -> str | None:
    """How the newest attempt ended; empty while it has not, None when nobody ever asked."""
    asked = PostingAttempt.objects.filter(effect_id=effect_id).order_by("-number")
    return asked.values_list("outcome", flat=True).first()
