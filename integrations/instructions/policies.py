"""The policy: whether anything may be asked of PayTrace, how much, and from where a second
person is needed. Inside the open company's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, Sum
from django.db.models.functions import Coalesce, Now

from integrations.canonical.money import Money
from integrations.instructions.calendar import RUNS_PER_YEAR
from integrations.instructions.held import Held, counted
from integrations.instructions.kinds import ALWAYS_APPROVED, Kind
from integrations.instructions.models import (
    Instruction,
    InstructionPolicy,
    InstructionState,
    RecurringPlan,
)
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from tenants import audit
from tenants.errors import NotPossible
from tenants.insert import insert_once
from tenants.models import Environment, Membership
from tenants.roles import Ability, may
from tenants.scope import current_tenant_id

# What was never done counts against no limit.
_NOT_COUNTED = (
    InstructionState.DECLINED,
    InstructionState.REFUSED,
    InstructionState.REJECTED,
    InstructionState.CANCELLED,
)


@dataclass(frozen=True)
class Who:
    """Who asks or decides. `name` is written beside it; `user_id` is the person behind it: the
    one who signed in, or who made the API key. None for Sage and for a payer on a pay page."""

    name: str
    user_id: UUID | None = None
    key_id: UUID | None = None
    """The API key it came by; a key has a daily limit of its own, as a person has."""
    is_sage: bool = False
    """A row in Sage asks: all rows together have one person's limit."""


def may_now(who: Who, ability: Ability) -> bool:
    """Whether the person behind it is still of the open company and may do it."""
    if who.user_id is None:
        return False
    rows = Membership.objects.filter(tenant_id=current_tenant_id(), user_id=who.user_id)
    member = rows.first()
    return member is not None and may(member.role, ability)


def set_policy(
    *,
    environment_id: UUID,
    user_daily_limit: Money,
    company_daily_limit: Money,
    approval_above: Money,
    actor: str,
) -> InstructionPolicy:
    """Allow payments out within these limits. Raises NotPossible naming the field at fault.

    Zero for `approval_above` asks a second person about everything that moves money.
    """
    environment = Environment.objects.get(id=environment_id)
    values = {
        "user_daily_limit": user_daily_limit,
        "company_daily_limit": company_daily_limit,
        "approval_above": approval_above,
    }
    for field, value in values.items():
        _check_limit(value, field=field, currency=environment.base_currency)
    if company_daily_limit < user_daily_limit:
        raise NotPossible(
            f"One person’s limit of {user_daily_limit} is above the company’s of "
            f"{company_daily_limit}.",
            field="user_daily_limit",
        )
    amounts: dict[str, Any] = {name: value.amount for name, value in values.items()}
    _put(environment, {"is_on": True, **amounts}, actor=actor)
    audit.record(
        "payment_policy.set",
        actor=actor,
        subject=environment.get_kind_display(),
        subject_id=environment_id,
        details={name: str(value) for name, value in values.items()},
    )
    return InstructionPolicy.objects.get(environment_id=environment_id)


def turn_off(*, environment_id: UUID, actor: str) -> None:
    """Take no new instruction in this environment; what was taken is finished."""
    row = InstructionPolicy.objects.filter(environment_id=environment_id, is_on=True)
    if not row.update(is_on=False, set_by=actor[:254], set_at=Now()):
        raise NotPossible("Payments from here are off already.")
    audit.record("payment_policy.turned_off", actor=actor, subject_id=environment_id)


def policy_of(environment_id: UUID) -> InstructionPolicy | None:
    """The policy in force; None when there is none or it is switched off."""
    return InstructionPolicy.objects.filter(environment_id=environment_id, is_on=True).first()


def check_limits(
    wish: Wish,
    *,
    environment_id: UUID,
    who: Who,
    today: date,
    plan: RecurringPlan | None,
    held: Held | None = None,
) -> bool:
    """Whether a second person has to approve. Holds the policy's row, so that two requests at
    once cannot both see the same rest. Raises NotPossible when a limit forbids it."""
    rows = InstructionPolicy.objects.select_for_update().filter(environment_id=environment_id)
    policy = rows.filter(is_on=True).first()
    if policy is None:
        raise NotPossible(
            "Payments from here are off. An owner can allow them, within limits, on the page "
            "Limits."
        )
    if wish.amount is not None and wish.amount.currency != policy.currency:
        raise NotPossible(
            f"Payments from here are limited in {policy.currency}, and this is {wish.amount}.",
            field="amount",
        )
    amount = counted(wish, held)
    if amount is not None:
        _check_user(amount, policy, who, today)
        _check_company(amount, policy, today)
    if wish.kind in ALWAYS_APPROVED:
        return True
    if wish.kind is Kind.ADJUST and amount is None:
        # Less is held than before, and that was allowed.
        return False
    return committed(wish, plan) > policy.approval_above


def committed(wish: Wish, plan: RecurringPlan | None) -> Decimal:
    """How much money a wish commits to: of a plan all its payments, of one without an end those
    of a year. Zero for what moves none."""
    if wish.kind is Kind.PLAN_CHANGE and plan is not None and _changes_money(wish):
        amount = wish.amount.amount if wish.amount else plan.amount
        often = wish.frequency or Frequency(plan.frequency)
        return amount * (wish.total_count or plan.total_count or RUNS_PER_YEAR[often])
    if wish.amount is None:
        return Decimal(0)
    if wish.kind is Kind.PLAN_CREATE and wish.frequency is not None:
        return wish.amount.amount * (wish.total_count or RUNS_PER_YEAR[wish.frequency])
    return wish.amount.amount


def _changes_money(wish: Wish) -> bool:
    return bool(wish.amount or wish.frequency or wish.total_count)


def used(*, environment_id: UUID, on: date, who: Who | None = None) -> Decimal:
    """What was asked for on a day: by everybody, or by a key, a person, all
    rows in Sage, a name without a person."""
    rows = Instruction.objects.filter(environment_id=environment_id, asked_on=on)
    rows = rows.exclude(state__in=_NOT_COUNTED).exclude(origin=Instruction.Origin.PAY_PAGE)
    # A hold moves nothing: what is captured of it counts, and then only once.
    rows = rows.exclude(kind__in=(Kind.HOLD, Kind.ADJUST))
    if who is not None and who.is_sage:
        rows = rows.filter(origin=Instruction.Origin.SAGE)
    elif who is not None and who.key_id is not None:
        rows = rows.filter(asked_by_key_id=who.key_id)
    elif who is not None and who.user_id is not None:
        rows = rows.filter(asked_by_user_id=who.user_id, asked_by_key_id=None)
    elif who is not None:
        rows = rows.filter(asked_by_user_id=None, asked_by=who.name)
    total = rows.aggregate(total=Coalesce(Sum(F("amount")), Decimal(0)))["total"]
    return Decimal(total)


def _check_user(amount: Money, policy: InstructionPolicy, who: Who, today: date) -> None:
    spent = used(environment_id=policy.environment_id, on=today, who=who)
    rest = max(policy.user_daily_limit - spent, Decimal(0))
    if amount.amount > rest:
        name = "all rows in Sage together" if who.is_sage else who.name
        raise NotPossible(
            f"{amount} is above what {name} may still ask for today: "
            f"{Money(rest, policy.currency)} of {Money(policy.user_daily_limit, policy.currency)}.",
            field="amount",
        )


def _check_company(amount: Money, policy: InstructionPolicy, today: date) -> None:
    spent = used(environment_id=policy.environment_id, on=today)
    rest = max(policy.company_daily_limit - spent, Decimal(0))
    if amount.amount > rest:
        limit = Money(policy.company_daily_limit, policy.currency)
        raise NotPossible(
            f"{amount} is above what the company may still ask for today: "
            f"{Money(rest, policy.currency)} of {limit}.",
            field="amount",
        )


def _check_limit(value: Money, *, field: str, currency: str) -> None:
    if value.currency != currency:
        raise NotPossible(f"The limits are in {currency}.", field=field)
    if value.amount < 0:
        raise NotPossible("A limit cannot be below zero.", field=field)


def _put(environment: Environment, values: dict[str, Any], *, actor: str) -> None:
    told = {**values, "currency": environment.base_currency, "set_by": actor[:254]}
    if not insert_once(InstructionPolicy(environment_id=environment.id, **told)):
        InstructionPolicy.objects.filter(environment_id=environment.id).update(set_at=Now(), **told)
