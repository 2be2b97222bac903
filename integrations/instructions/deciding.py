"""Deciding about an instruction: approve, reject, cancel, say what happened. Inside the open
company's transaction; no network. Every refusal is a NotPossible with a sentence."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from integrations.instructions import kept_cards, link_states, protocol
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, InstructionState
from integrations.instructions.operations import record, ring
from integrations.instructions.outcomes import Outcome
from integrations.instructions.policies import Who, may_now
from integrations.instructions.wishes import Wish
from integrations.paytrace.vault import VaultCustomer
from tenants.errors import NotPossible
from tenants.roles import Ability

S = InstructionState
# Nothing of it has been sent, and no worker holds it.
UNSENT = (S.WAITING_APPROVAL, S.READY)
_LONGEST_ID = 64


def approve(*, instruction_id: UUID, environment_id: UUID, who: Who) -> Instruction:
    """Let an instruction that waits for approval be sent. Somebody else than who asked, with
    the approver's or owner's role. A card to be refunded has to be the customer's still."""
    row = _mine(instruction_id, environment_id)
    _check_second(row, who)
    if row.kind == Kind.REFUND_CUSTOMER:
        kept_cards.check_is_theirs(Wish.from_json(row.request), row.connection)
    _decide(row, S.READY, who=who)
    ring(row.connection_id)
    return _again(row, "instruction.approved", who)


def reject(*, instruction_id: UUID, environment_id: UUID, who: Who, reason: str) -> Instruction:
    """Refuse an instruction that waits for approval; it is never sent."""
    row = _mine(instruction_id, environment_id)
    _check_second(row, who)
    _decide(row, S.REJECTED, who=who, reason=_reason(reason))
    return _again(row, "instruction.rejected", who)


def cancel(*, instruction_id: UUID, environment_id: UUID, who: Who, reason: str) -> Instruction:
    """Take an instruction back that was not sent yet."""
    row = _mine(instruction_id, environment_id)
    moved = Instruction.objects.filter(id=row.id, state__in=UNSENT).update(
        state=S.CANCELLED, state_since=Now(), reason=_reason(reason), decided_by=who.name[:254],
        decided_at=Now(), sentence="",
    )  # fmt: skip
    if moved != 1:
        raise NotPossible(f"This is ‘{row.get_state_display()}’ and cannot be cancelled any more.")
    link_states.page_answered(row.id, is_made=False)
    return _again(row, "instruction.cancelled", who)


def say_what_happened(
    *,
    instruction_id: UUID,
    environment_id: UUID,
    who: Who,
    happened: bool,
    result_id: str = "",
    reason: str,
) -> Instruction:
    """A person has looked in PayTrace: end an instruction that cannot be found out otherwise.

    `result_id` is PayTrace's id of what was made, needed where it happened; a page of PayTrace's
    own needs none, for its number is ours.
    """
    row = _mine(instruction_id, environment_id)
    _check_second(row, who)
    if row.kind == Kind.MAKE_PAGE:
        result_id = ""
    elif happened and not result_id.strip():
        raise NotPossible("Give PayTrace’s id of what was made.", field="result_id")
    elif len(result_id.strip()) > _LONGEST_ID or not result_id.strip().isprintable():
        raise NotPossible(
            f"An id of PayTrace’s has at most {_LONGEST_ID} characters, none of them invisible. "
            "Copy it from PayTrace.",
            field="result_id",
        )
    why, told = _reason(reason), protocol.question_of(row)
    if row.state != S.UNKNOWN or told is None:
        raise NotPossible(f"This is ‘{row.get_state_display()}’: there is nothing to find out.")
    outcome = Outcome(
        S.DONE if happened else S.REFUSED,
        "instruction.said_by_person",
        f"{who.name} looked in PayTrace: {'it was done' if happened else 'nothing was done'}.",
        result_id.strip(),
        customer=_stored(row, result_id.strip()) if happened else None,
    )
    if not protocol.record(told, outcome):
        raise NotPossible("It has just been found out. Look again.")
    Instruction.objects.filter(id=row.id).update(
        decided_by=who.name[:254], decided_at=Now(), reason=why
    )
    return _again(row, "instruction.said_what_happened", who)


def _stored(row: Instruction, vault_id: str) -> VaultCustomer | None:
    """The card that was stored: of it a person tells the id alone, and that is enough to charge."""
    return VaultCustomer(vault_id) if row.kind == Kind.STORE_CUSTOMER else None


def _check_second(row: Instruction, who: Who) -> None:
    if not may_now(who, Ability.APPROVE_PAYMENTS):
        raise NotPossible("Only an approver or owner of the company can decide this.")
    if row.asked_by_user_id == who.user_id:
        raise NotPossible(
            "Who asks for money to move cannot approve it. Somebody else has to decide."
        )


def _decide(row: Instruction, state: InstructionState, *, who: Who, reason: str = "") -> None:
    moved = Instruction.objects.filter(id=row.id, state=S.WAITING_APPROVAL).update(
        state=state, state_since=Now(), decided_by=who.name[:254], decided_at=Now(), reason=reason
    )
    if moved != 1:
        raise NotPossible(
            f"This is ‘{row.get_state_display()}’ and does not wait for approval any more."
        )


def _mine(instruction_id: UUID, environment_id: UUID) -> Instruction:
    found = Instruction.objects.filter(id=instruction_id, environment_id=environment_id).first()
    if found is None:
        raise NotPossible("There is no such instruction.")
    return found


def _reason(text: str) -> str:
    if not text.strip():
        raise NotPossible("Say why, so that others understand.", field="reason")
    return text.strip()[:500]


def _again(row: Instruction, action: str, who: Who) -> Instruction:
    fresh = Instruction.objects.get(id=row.id)
    record(action, fresh, who.name)
    return fresh
