"""Asking. Inside the open company's transaction; no network.

Every refusal is a NotPossible with a sentence; of a wish it names the field at fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.connections.models import Connection
from integrations.instructions import held as holds
from integrations.instructions import kept_cards, offered, wishes
from integrations.instructions.errors import BadWish, KeyReused
from integrations.instructions.held import Held
from integrations.instructions.kinds import OF_PLANS, Kind
from integrations.instructions.models import (
    Instruction,
    InstructionState,
    RecurringPlan,
)
from integrations.instructions.policies import Who, check_limits, may_now
from integrations.instructions.queries import OPEN
from integrations.instructions.wishes import Wish
from tenants import audit, work
from tenants.errors import NotPossible
from tenants.insert import insert_once
from tenants.models import Environment, WorkKind
from tenants.roles import Ability
from tenants.scope import current_tenant_id

S = InstructionState
LONGEST_KEY = 200


@dataclass(frozen=True)
class Taken:
    """The instruction a request led to; not new when its key had come before."""

    instruction: Instruction
    is_new: bool


def ask(
    wish: Wish,
    *,
    environment_id: UUID,
    connection_id: UUID,
    idempotency_key: str,
    origin: Instruction.Origin,
    who: Who,
    sage_row: str = "",
    held: Held | None = None,
) -> Taken:
    """Take a wish in. It is sent by a worker after commit, or waits for approval first. Of a hold
    whose amount shall change, `held` is what PayTrace told of it.

    A key that came before with the same contents answers the same instruction and asks for
    nothing; with other contents it raises KeyReused. Raises BadWish for fields to repair, and
    NotPossible when payments are off, a limit is reached, the rows it names do not fit, or the
    person who made the API key may not ask any more.
    """
    key = checked_key(idempotency_key)
    former = _former(wish, environment_id=environment_id, connection_id=connection_id, key=key)
    if former is not None:
        return former
    check_key_owner(who)
    row = _row(wish, environment_id=environment_id, connection_id=connection_id)
    holds.check(wish, held)
    needs_second = check_limits(
        wish, environment_id=environment_id, who=who, today=row.asked_on, plan=row.plan, held=held
    )
    row.state = S.WAITING_APPROVAL if needs_second else S.READY
    row.idempotency_key, row.origin, row.sage_row = key, origin, sage_row
    row.asked_by, row.asked_by_user_id = who.name[:254], who.user_id
    row.asked_by_key_id = who.key_id
    if not insert_once(row):
        # Another request with this key was faster; it has committed, so it can be read.
        return _must(
            _former(wish, environment_id=environment_id, connection_id=connection_id, key=key)
        )
    record("instruction.asked", row, who.name)
    if row.state == S.READY:
        ring(connection_id)
    return Taken(Instruction.objects.get(id=row.id), is_new=True)


def new_row(
    wish: Wish,
    *,
    environment_id: UUID,
    connection_id: UUID,
    idempotency_key: str,
    who: Who,
    state: InstructionState,
) -> Taken:
    """The same for what is sent at once, by whoever calls: hosted fields. No limits but for a
    program, which may ask only where a policy is in force."""
    key = checked_key(idempotency_key)
    former = _former(wish, environment_id=environment_id, connection_id=connection_id, key=key)
    if former is not None:
        return former
    check_key_owner(who)
    row = _row(wish, environment_id=environment_id, connection_id=connection_id)
    if who.key_id is not None:
        check_limits(wish, environment_id=environment_id, who=who, today=row.asked_on, plan=None)
    row.state, row.idempotency_key, row.origin = state, key, _origin_at_once(who)
    row.asked_by, row.asked_by_user_id = who.name[:254], who.user_id
    row.asked_by_key_id = who.key_id
    if not insert_once(row):
        return _must(
            _former(wish, environment_id=environment_id, connection_id=connection_id, key=key)
        )
    record("instruction.asked", row, who.name)
    return Taken(Instruction.objects.get(id=row.id), is_new=True)


def former(
    wish: Wish, *, environment_id: UUID, connection_id: UUID, idempotency_key: str
) -> Instruction | None:
    """The instruction that this key led to before; raises KeyReused as `ask` does."""
    key = checked_key(idempotency_key)
    found = _former(wish, environment_id=environment_id, connection_id=connection_id, key=key)
    return found.instruction if found else None


def check_key_owner(who: Who) -> None:
    """Raise NotPossible where whoever made the API key may not move money any more."""
    if who.key_id is not None and not may_now(who, Ability.MOVE_MONEY):
        raise NotPossible(
            "Whoever made this API key may not ask for payments in this company any more. "
            "Somebody who may has to make a new key."
        )


def _origin_at_once(who: Who) -> Instruction.Origin:
    if who.key_id is not None:
        return Instruction.Origin.API
    return Instruction.Origin.PERSON if who.user_id else Instruction.Origin.PAY_PAGE


def ring(connection_id: UUID, *, after: timedelta = work.NOW) -> None:
    """Wake the drain that sends a PayTrace account's instructions and looks for answers."""
    work.ring(
        WorkKind.INSTRUCT, tenant_id=current_tenant_id(), subject_id=connection_id, after=after
    )


def checked_key(key: str) -> str:
    if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise NotPossible(
            f"An idempotency key is 1 to {LONGEST_KEY} printable ASCII characters.",
            field="idempotency_key",
        )
    return key


def _former(wish: Wish, *, environment_id: UUID, connection_id: UUID, key: str) -> Taken | None:
    found = Instruction.objects.filter(environment_id=environment_id, idempotency_key=key).first()
    if found is None:
        return None
    if found.request_hash != wish.digest or found.connection_id != connection_id:
        raise KeyReused(
            f"The key ‘{key}’ came before with other contents, on "
            f"{found.asked_at:%d %B %Y}. Use a new key for a new instruction.",
            field="idempotency_key",
        )
    return Taken(found, is_new=False)


def _must(taken: Taken | None) -> Taken:
    assert taken is not None  # noqa: S101 the unique key said that it is there
    return taken


def _row(wish: Wish, *, environment_id: UUID, connection_id: UUID) -> Instruction:
    """The instruction, checked against the rows it names; not stored, without who and state."""
    connection = gateway(connection_id, environment_id)
    today = day_of(connection)
    found = wishes.problems(wish, today=today)
    if found:
        raise BadWish(found)
    check_currency(wish, connection)
    offered.check(wish, connection)
    kept_cards.check(wish, connection)
    plan = _plan(wish, connection)
    return Instruction(
        environment_id=environment_id,
        connection_id=connection_id,
        kind=wish.kind,
        asked_on=local_day(environment_id),
        request=wish.as_json(),
        request_hash=wish.digest,
        amount=wish.amount.amount if wish.amount else None,
        currency=wish.amount.currency if wish.amount else "",
        customer_number=wish.customer_number or (plan.customer_number if plan else ""),
        invoice_number=wish.invoice_number,
        vault_id=wish.vault_id or (plan.vault_id if plan else ""),
        transaction_id=wish.transaction_id,
        plan=plan,
    )


def local_day(environment_id: UUID) -> date:
    """Today in the environment's zone: the day whose limits an instruction counts against."""
    zone = Environment.objects.only("zone").get(id=environment_id).zone
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def day_of(connection: Connection) -> date:
    """Today in the gateway's zone."""
    zone = str(connection.settings.get("zone", "America/Los_Angeles"))
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def gateway(connection_id: UUID, environment_id: UUID) -> Connection:
    found = Connection.objects.filter(
        id=connection_id, environment_id=environment_id, kind=Connection.Kind.PAYTRACE
    ).first()
    if found is None:
        raise NotPossible(
            "There is no such PayTrace account in this environment.", field="connection"
        )
    if found.posts_to_id is None:
        raise NotPossible(
            f"{found.name} posts to no Sage company yet, so its payments would find no books.",
            field="connection",
        )
    return found


def check_currency(wish: Wish, connection: Connection) -> None:
    currency = connection.settings.get("currency", "USD")
    if wish.amount is not None and wish.amount.currency != currency:
        raise NotPossible(
            f"{connection.name} takes {currency}, and this is {wish.amount}.", field="amount"
        )


_PLAN_MUST_BE: Mapping[Kind, tuple[str, ...]] = {
    Kind.PLAN_CHANGE: (RecurringPlan.State.ACTIVE,),
    Kind.PLAN_PAUSE: (RecurringPlan.State.ACTIVE,),
    Kind.PLAN_RESUME: (RecurringPlan.State.PAUSED,),
    Kind.PLAN_CANCEL: (RecurringPlan.State.ACTIVE, RecurringPlan.State.PAUSED),
}


def _plan(wish: Wish, connection: Connection) -> RecurringPlan | None:
    if wish.kind not in OF_PLANS or wish.plan_id is None:
        return None
    if wish.kind is Kind.PLAN_CHANGE and connection.settings.get("api_version") == "v3":
        raise NotPossible(
            f"{connection.name} uses PayTrace’s API v3, which changes no recurring plan. End it "
            "and start another.",
            field="plan_id",
        )
    rows = RecurringPlan.objects.select_for_update().filter(connection=connection)
    plan = rows.filter(id=wish.plan_id).first()
    if plan is None:
        raise NotPossible("There is no such recurring plan.", field="plan_id")
    if plan.state not in _PLAN_MUST_BE[wish.kind]:
        raise NotPossible(
            f"This plan is {plan.get_state_display().lower()}, so this cannot be done.",
            field="plan_id",
        )
    if Instruction.objects.filter(plan=plan, state__in=OPEN).exists():
        raise NotPossible(
            "Something else about this plan is still under way. Wait until it is done.",
            field="plan_id",
        )
    return plan


def record(action: str, row: Instruction, actor: str) -> None:
    """Write what was asked or decided into the audit trail."""
    details: dict[str, Any] = {"kind": row.kind, "state": row.state}
    if row.amount is not None:
        details["amount"] = f"{row.amount} {row.currency}"
    if row.reason:
        details["reason"] = row.reason
    audit.record(
        action, actor=actor, subject=row.get_kind_display(), subject_id=row.id, details=details
    )
