"""What a page says about an instruction that waits for approval: why, and who may give it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from integrations.canonical.money import Money
from integrations.instructions import policies, queries
from integrations.instructions.kinds import ALWAYS_APPROVED, Kind
from integrations.instructions.models import Instruction, InstructionState
from integrations.instructions.wishes import Wish
from tenants import queries as tenants
from tenants.roles import Ability, may

_ALWAYS = "Money for a stored card without a payment always needs a second person."


@dataclass(frozen=True)
class Approval:
    why: str
    """Empty where charges were switched off or the limits changed since it was asked."""
    approvers: tuple[str, ...]
    """Who may approve it, of the company's people but whoever asked."""


def approval_of(found: Instruction) -> Approval | None:
    """None of one that waits for nobody's approval."""
    if found.state != InstructionState.WAITING_APPROVAL:
        return None
    people = [
        str(one.user)
        for one in tenants.members()
        if may(one.role, Ability.APPROVE_PAYMENTS) and one.user_id != found.asked_by_user_id
    ]
    return Approval(_why(found), tuple(people))


def _why(found: Instruction) -> str:
    policy = queries.policy_of(found.environment_id)
    if policy is None:
        return ""
    if Kind(found.kind) in ALWAYS_APPROVED:
        return _ALWAYS
    total = policies.committed(Wish.from_json(found.request), found.plan)
    if total <= policy.approval_above:
        return ""
    limit = Money(policy.approval_above, policy.currency)
    if total > (found.amount or Decimal(0)):
        return (
            f"A plan counts with all its payments, one without an end with those of a year: this "
            f"one comes to {Money(total, policy.currency)}, and above {limit} somebody else "
            f"approves."
        )
    return f"Above {limit} somebody else approves."
