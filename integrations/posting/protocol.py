"""The posting protocol: say what is about to happen, ask the single writer, record.

Between the functions here the caller commits; the one network call stands between `intend`
and `record`. A worker that is killed or paused anywhere leaves a row that another worker can
pick up: the writer itself checks and writes in one step, so asking twice posts once.

A back end that writes later answers `handed_over`. The effect then waits without a lease and
without using attempts, and is asked about again when its answer has come.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from integrations.canonical.errors import IntegrationError, OutcomeUnknown
from integrations.canonical.posting import PostingOutcome, PostingRequest, PostingResult
from integrations.connections import health
from integrations.posting import attempts, ledger
from integrations.posting.claiming import LEASE_SECONDS, Claimed
from integrations.posting.models import Effect, EffectState

S = EffectState
RECORD_IN_USE = "record_in_use"

# What a refusal waits for; every other refusal needs a person.
_WAITS_FOR = {
    "period_closed": S.WAITING_PERIOD,
    "account_missing": S.WAITING_MAPPING,
}

_ENDS = {
    PostingOutcome.PARTIAL: (
        S.PARTIAL,
        "Sage holds only a part of this posting: somebody changed it there by hand.",
    ),
    PostingOutcome.WITHDRAWN: (S.WITHDRAWN, "Withdrawn before it reached Sage."),
    PostingOutcome.UNKNOWN: (S.UNKNOWN, "Sage did not say whether it was written."),
}


@dataclass(frozen=True)
class Asked:
    """An attempt on record: the question as it will be put to Sage."""

    effect_id: uuid.UUID
    fence: int
    number: int
    request: PostingRequest


@dataclass(frozen=True)
class Recorded:
    """What became of an attempt, for the caller to act on in the same transaction."""

    state: EffectState | None
    """The effect's new state; None when the fence had passed and nothing was changed."""
    code: str = ""
    sentence: str = ""
    field: str = ""
    remedy: str = ""
    evidence: Mapping[str, Any] | None = None
    is_conflict: bool = False

    @property
    def needs_person(self) -> bool:
        return self.state in {S.PARKED, S.PARTIAL}


def intend(claimed: Claimed) -> Asked | None:
    """Freeze the payload and put the attempt on record; None when the claim was lost."""
    moved = _fenced(claimed, S.CLAIMED).update(
        state=S.INTENT,
        state_since=Now(),
        attempts=F("attempts") + 1,
        lease_until=_lease(),
    )
    if moved != 1:
        return None
    number = attempts.begin(effect_id=claimed.effect_id, fence=claimed.fence)
    effect = Effect.objects.only("payload").get(id=claimed.effect_id)
    request = PostingRequest.from_json(effect.payload or {})
    return Asked(claimed.effect_id, claimed.fence, number, request)


def give_back(claimed: Claimed) -> bool:
    """Undo a claim that was never asked about; an open question stays an open question."""
    last = attempts.last_outcome(effect_id=claimed.effect_id)
    fields: dict[str, Any] = {}
    state = S.READY
    if last == "handed_over":
        # The claim has cleared the mark of an answer, so the next drain must look.
        state, fields = S.HANDED_OVER, {"answered_at": Now()}
    elif last in {"", "unknown"}:
        # An attempt without an end belongs to a worker that never came back.
        state = S.UNKNOWN
    moved = _fenced(claimed, S.CLAIMED).update(
        state=state, state_since=Now(), lease_until=None, **fields
    )
    return bool(moved == 1)


def record_result(asked: Asked, result: PostingResult) -> Recorded:
    """Write down the writer's answer and move the effect; on `posted`, append the ledger."""
    if result.outcome is PostingOutcome.WAIT:
        return _in_use(asked, result)
    if result.outcome is PostingOutcome.HANDED_OVER:
        return _handed_over(asked, result)
    _end_attempt(asked, str(result.outcome), _told(result), result.evidence)
    if result.outcome in {PostingOutcome.POSTED, PostingOutcome.EXISTS}:
        return _posted(asked, result)
    if result.outcome is PostingOutcome.REFUSED:
        return _refused(asked, result)
    if result.outcome is PostingOutcome.CONFLICT:
        return _conflict(asked, result)
    state, sentence = _ENDS.get(result.outcome, _ENDS[PostingOutcome.UNKNOWN])
    return _to(asked, state, str(result.outcome), sentence, evidence=result.evidence)


def record_error(asked: Asked, error: IntegrationError) -> Recorded:
    """Write down that no answer came. Waiting uses no attempt.

    Where an earlier question is still open, or this one may have been heard, the effect stays
    `unknown`: it is asked again and never decided around.
    """
    was_handed_over = attempts.is_handed_over(effect_id=asked.effect_id)
    still_open = isinstance(error, OutcomeUnknown) or _question_open(asked)
    outcome = "unknown" if still_open else "not_asked"
    _end_attempt(asked, outcome, error.sentence, {})
    if still_open:
        sentence = f"{error.sentence} We will ask Sage whether it was written."
        used = F("attempts") - int(was_handed_over)
        return _to(asked, S.UNKNOWN, error.code, sentence, attempts=used)
    is_credential = error.code in health.LOGIN_REFUSED
    state = S.WAITING_CREDENTIAL if is_credential else S.WAITING_ERP
    return _to(asked, state, error.code, error.sentence, attempts=F("attempts") - 1)


def _in_use(asked: Asked, result: PostingResult) -> Recorded:
    """Nothing was written now; what an earlier unanswered question did, nobody has looked."""
    told = _told(result) or str(result.evidence.get("waiting_for", ""))
    still_open = _question_open(asked)
    _end_attempt(asked, "unknown" if still_open else "wait", told, result.evidence)
    state = S.UNKNOWN if still_open else S.WAITING_ERP
    return _to(asked, state, RECORD_IN_USE, told, attempts=F("attempts") - 1)


def _handed_over(asked: Asked, result: PostingResult) -> Recorded:
    attempts.hand_over(effect_id=asked.effect_id, number=asked.number)
    told = str(result.evidence.get("waiting_for", "")) or "Handed over; Sage will confirm it."
    held_by = str(result.evidence.get("held_by", "")) or "handed_over"
    return _to(asked, S.HANDED_OVER, held_by, told, attempts=F("attempts") - 1)


def _posted(asked: Asked, result: PostingResult) -> Recorded:
    moved = _to(
        asked,
        S.POSTED,
        "",
        "",
        evidence=result.evidence,
        posted_at=Now(),
        sage_reference=result.sage_reference[:200],
    )
    if moved.state is not None:
        ledger.append(asked.effect_id, request=asked.request, reference=result.sage_reference)
    return moved


def _refused(asked: Asked, result: PostingResult) -> Recorded:
    refusal = result.refusal
    code = refusal.code if refusal else "refused"
    sentence = _told(result)
    state = _WAITS_FOR.get(code, S.PARKED)
    moved = _to(asked, state, code, sentence, evidence=result.evidence)
    if refusal is None or moved.state is None:
        return moved
    return Recorded(
        state=moved.state, code=code, sentence=sentence,
        field=refusal.field, remedy=refusal.remedy, evidence=result.evidence,
    )  # fmt: skip


def _conflict(asked: Asked, result: PostingResult) -> Recorded:
    sentence = (
        "Sage already holds this payment's key or marker with other contents. "
        "Nothing was written, and posting to this company is halted until somebody has looked."
    )
    moved = _to(asked, S.PARKED, "conflict", sentence, evidence=result.evidence)
    return Recorded(
        state=moved.state, code="conflict", sentence=sentence,
        evidence=result.evidence, is_conflict=moved.state is not None,
    )  # fmt: skip


def _to(
    asked: Asked,
    state: EffectState,
    code: str,
    sentence: str,
    *,
    evidence: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Recorded:
    moved = _fenced(asked, S.INTENT).update(
        state=state, state_since=Now(), lease_until=None,
        reason_code=code, sentence=sentence[:600], **fields,
    )  # fmt: skip
    if moved != 1:
        return Recorded(state=None)
    return Recorded(state=state, code=code, sentence=sentence, evidence=evidence)


def _fenced(claimed: Claimed | Asked, state: EffectState) -> Any:
    return Effect.objects.filter(id=claimed.effect_id, fence=claimed.fence, state=state)


def _lease() -> Any:
    return Now() + timedelta(seconds=LEASE_SECONDS)


def _told(result: PostingResult) -> str:
    if result.refusal is not None:
        return f"{result.refusal.sentence} {result.refusal.remedy}".strip()
    return ""


def _end_attempt(asked: Asked, outcome: str, sentence: str, evidence: Mapping[str, object]) -> None:
    attempts.end(
        effect_id=asked.effect_id,
        number=asked.number,
        outcome=outcome,
        sentence=sentence,
        evidence=evidence,
    )


def _question_open(asked: Asked) -> bool:
    return attempts.is_question_open(effect_id=asked.effect_id, number=asked.number)
