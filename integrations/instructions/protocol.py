"""The sending protocol: claim, say what is about to happen, tell PayTrace, record.

Between the functions here the caller commits; the one network call that changes something
stands between `intend` and `record`. An instruction whose attempt has no answer is never sent
again: a look-up decides (`claim_open`, `record_look`). A worker that was thrown out and still
gets an answer is believed, whatever the fence: it is the only one who was told.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from integrations.instructions import attempts, keeping, link_keeping, link_states
from integrations.instructions.models import Instruction, InstructionAttempt, InstructionState
from integrations.instructions.outcomes import NEVER_ARRIVED, Outcome
from integrations.instructions.wishes import Wish

S = InstructionState
# Longer than the longest call (30 s) with its transactions.
LEASE_SECONDS = 90


@dataclass(frozen=True)
class Claimed:
    """An instruction in this worker's hands."""

    instruction_id: uuid.UUID
    fence: int


@dataclass(frozen=True)
class Told:
    """An attempt on record: what PayTrace is told, or was."""

    instruction_id: uuid.UUID
    attempt_id: uuid.UUID
    fence: int
    wish: Wish
    invoice_id: str
    gateway_day: date
    age: timedelta = timedelta(0)
    """How long ago it was told, on database time; of a look only."""

    @property
    def vault_id(self) -> str:
        """Under what PayTrace stores the card, where one is to be stored."""
        wanted = self.wish.vault_id or self.wish.customer_number
        return attempts.vault_id(self.invoice_id, wanted=wanted)


_CLAIM_READY = """
UPDATE instructions_instruction SET
    state = 'claimed', state_since = clock_timestamp(), fence = fence + 1,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM instructions_instruction AS i
    WHERE connection_id = %(connection)s
      AND (state = 'ready' AND (due_at IS NULL OR due_at <= clock_timestamp())
           OR state = 'claimed' AND lease_until < clock_timestamp())
      AND NOT EXISTS (
        SELECT 1 FROM instructions_instruction AS other
        WHERE other.connection_id = i.connection_id AND other.id <> i.id
          AND other.state IN ('sent', 'unknown')
          AND (other.plan_id = i.plan_id
               OR other.transaction_id = i.transaction_id
                  AND (i.kind = other.kind AND i.kind IN ('give_back', 'capture')
                       OR i.kind = 'adjust' AND other.kind IN ('capture', 'give_back')
                       OR i.kind IN ('adjust', 'capture', 'give_back')
                          AND other.kind = 'adjust')))
    ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, fence
"""
_CLAIM_OPEN = """
UPDATE instructions_instruction SET
    state = 'unknown', fence = fence + 1,
    state_since = CASE WHEN state = 'unknown' THEN state_since ELSE clock_timestamp() END,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM instructions_instruction
    WHERE connection_id = %(connection)s
      AND (state = 'sent' AND lease_until < clock_timestamp()
           OR state = 'unknown' AND (due_at IS NULL OR due_at <= clock_timestamp())
              AND (lease_until IS NULL OR lease_until < clock_timestamp()))
    ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, fence
"""
# Given up, and asked about once more: it stays what it is until PayTrace shows otherwise.
_CLAIM_LATE = """
UPDATE instructions_instruction SET
    fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM instructions_instruction
    WHERE connection_id = %(connection)s AND state = 'refused' AND code = %(code)s
      AND due_at <= clock_timestamp()
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, fence
"""


def claim_ready(*, connection_id: uuid.UUID) -> Claimed | None:
    """Take the oldest instruction that can be sent now; None when there is none."""
    return _claim(_CLAIM_READY, connection_id)


def claim_open(*, connection_id: uuid.UUID) -> Claimed | None:
    """Take one that was sent and whose answer is missing, to look for it."""
    return _claim(_CLAIM_OPEN, connection_id)


def claim_late(*, connection_id: uuid.UUID) -> Claimed | None:
    """Take one that ended as never arrived and is to be asked about once more."""
    return _claim(_CLAIM_LATE, connection_id)


def _claim(statement: str, connection_id: uuid.UUID) -> Claimed | None:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {"connection": connection_id, "lease": LEASE_SECONDS, "code": NEVER_ARRIVED},
        )
        row = cursor.fetchone()
    return Claimed(row[0], row[1]) if row else None


def intend(claimed: Claimed, *, gateway_day: date) -> Told | None:
    """Put the attempt on record; None when the claim was lost, or another one of the same
    payment or plan was faster: then it is ready again."""
    row = Instruction.objects.filter(
        id=claimed.instruction_id, fence=claimed.fence, state=S.CLAIMED
    )
    try:
        with transaction.atomic():
            moved = row.update(state=S.SENT, state_since=Now(), lease_until=_lease(), due_at=None)
    except IntegrityError:
        row.update(state=S.READY, state_since=Now(), lease_until=None)
        return None
    if moved != 1:
        return None
    return on_record(claimed, gateway_day=gateway_day)


def on_record(claimed: Claimed, *, gateway_day: date) -> Told:
    """The attempt of an instruction that was just moved to `sent`."""
    instruction = Instruction.objects.get(id=claimed.instruction_id)
    attempt = attempts.begin(
        instruction_id=instruction.id,
        fence=claimed.fence,
        invoice_number=instruction.invoice_number,
        gateway_day=gateway_day,
    )
    return _told(attempt, instruction, claimed.fence)


def give_back(claimed: Claimed, *, after: timedelta | None = None) -> None:
    """Undo a claim of which nothing was sent."""
    Instruction.objects.filter(
        id=claimed.instruction_id, fence=claimed.fence, state=S.CLAIMED
    ).update(
        state=S.READY, state_since=Now(), lease_until=None,
        due_at=Now() + after if after else None,
    )  # fmt: skip


def look_again_later(claimed: Claimed, *, after: timedelta) -> None:
    """Undo a claim of one whose answer is missing, because nobody could look now."""
    Instruction.objects.filter(
        id=claimed.instruction_id, fence=claimed.fence, state=S.UNKNOWN
    ).update(lease_until=None, due_at=Now() + after)


def look_late_again(claimed: Claimed, *, after: timedelta | None) -> None:
    """One that ended as never arrived still does: ask again then, or never more."""
    Instruction.objects.filter(
        id=claimed.instruction_id, fence=claimed.fence, state=S.REFUSED
    ).update(lease_until=None, due_at=Now() + after if after else None)


def open_question(claimed: Claimed) -> Told | None:
    """The attempt whose answer is missing, and how old it is."""
    return question_of(Instruction.objects.get(id=claimed.instruction_id))


def question_of(instruction: Instruction) -> Told | None:
    """The newest attempt of an instruction, and how old it is."""
    attempt = attempts.latest(instruction.id)
    if attempt is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() - %s", [attempt.started_at])
        age: timedelta = cursor.fetchone()[0]
    return replace(told_by(attempt, instruction), age=age)


def told_by(attempt: InstructionAttempt, instruction: Instruction) -> Told:
    """What PayTrace was told by an attempt of this instruction."""
    return _told(attempt, instruction, instruction.fence)


def record(told: Told, outcome: Outcome) -> bool:
    """Write down PayTrace's answer to what was told; False when it was known already.

    Believed whatever the fence, and even after a look-up found nothing.
    """
    open_ones = Q(state__in=(S.SENT, S.UNKNOWN))
    if outcome.state in {S.DONE, S.DECLINED}:
        open_ones |= Q(state=S.REFUSED, code=NEVER_ARRIVED)
    _end_attempt(told, outcome)
    rows = Instruction.objects.filter(open_ones, id=told.instruction_id)
    return _move(rows, told, outcome)


def record_look(told: Told, outcome: Outcome) -> bool:
    """Write down what a look-up found; False when another worker has taken it over."""
    rows = Instruction.objects.filter(id=told.instruction_id, fence=told.fence, state=S.UNKNOWN)
    _end_attempt(told, outcome)
    return _move(rows, told, outcome)


def _move(rows: Any, told: Told, outcome: Outcome) -> bool:
    fields: dict[str, Any] = {
        "state": outcome.state,
        "code": outcome.code[:60],
        "sentence": outcome.sentence[:600],
        "lease_until": None,
        "due_at": Now() + outcome.after if outcome.after else None,
    }
    if outcome.is_ended:
        fields |= {"result_id": outcome.result_id[:64], "result": dict(outcome.result)}
    if rows.update(state_since=Now(), **fields) != 1:
        return False
    if outcome.is_ended:
        is_done = outcome.state is S.DONE
        link_states.follow(told.instruction_id, is_done=is_done)
        link_states.page_answered(told.instruction_id, is_made=is_done, address=outcome.address)
        link_keeping.keep(told.instruction_id)
    if outcome.state is S.DONE:
        keeping.keep(told.instruction_id, told.wish, outcome)
    return True


def _told(attempt: InstructionAttempt, instruction: Instruction, fence: int) -> Told:
    return Told(
        instruction_id=instruction.id,
        attempt_id=attempt.id,
        fence=fence,
        wish=Wish.from_json(instruction.request),
        invoice_id=attempt.invoice_id,
        gateway_day=attempt.gateway_day,
    )


def _end_attempt(told: Told, outcome: Outcome) -> None:
    """An attempt without an answer stays open: it may still come."""
    if outcome.state is S.UNKNOWN:
        attempts.note_unknown(told.attempt_id, sentence=outcome.sentence)
        return
    attempts.end(
        told.attempt_id,
        outcome="not_sent" if outcome.state is S.READY else str(outcome.state),
        sentence=outcome.sentence,
        evidence=outcome.result,
    )


def _lease() -> Any:
    return Now() + timedelta(seconds=LEASE_SECONDS)
