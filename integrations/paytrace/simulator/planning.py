"""Recurring plans as both versions ask for them: one `recurrence` object."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from integrations.paytrace.codes import ErrorCode
from integrations.paytrace.moments import parse_day, write_date
from integrations.paytrace.recurring import Frequency
from integrations.paytrace.simulator import exchange
from integrations.paytrace.simulator.exchange import BadFieldError, Json, object_of, text_of
from integrations.paytrace.simulator.plan_state import Plan
from integrations.paytrace.simulator.routes import Asked
from integrations.paytrace.simulator.state import Customer, RefusedError

_FREQUENCIES = {one.value for one in Frequency}


def create(asked: Asked, customer: Customer | None) -> Plan:
    """A new plan of a stored customer. Raises RefusedError 30, BadFieldError."""
    if customer is None:
        raise RefusedError(ErrorCode.CUSTOMER_UNKNOWN)
    said = object_of(asked.fields, "recurrence")
    start_on = _day(said, "start_date")
    plan = Plan(
        account=asked.account,
        id=asked.world.store.next_id(),
        customer_id=customer.customer_id,
        amount=exchange.amount_of(said),
        frequency=_frequency(said),
        start_on=start_on,
        next_on=start_on,
        total_count=exchange.number_of(said, name="total_count") or 1,
        description=text_of(said, "description"),
        method=text_of(said, "type") or "C",
    )
    asked.world.store.plans.put(plan)
    return plan


def change(asked: Asked) -> Plan:
    """The plan as it is after an update. Raises RefusedError 58, BadFieldError."""
    said = object_of(asked.fields, "recurrence")
    plan = named(asked)
    changed = replace(
        plan,
        amount=exchange.amount_of(said) if "amount" in said else plan.amount,
        frequency=_frequency(said) if "frequency" in said else plan.frequency,
        next_on=_day(said, "next_date") if "next_date" in said else plan.next_on,
        total_count=exchange.number_of(said, name="total_count") or plan.total_count,
        description=text_of(said, "description") or plan.description,
    )
    asked.world.store.plans.put(changed)
    return changed


def named(asked: Asked) -> Plan:
    """The plan a request names by `recurrence.id`. Raises RefusedError 58."""
    said = object_of(asked.fields, "recurrence")
    return asked.world.plans.find(asked.account, exchange.number_of(said, name="id"))


def exported(plan: Plan) -> Json:
    """The request's names beside the legacy record's counts (inferred)."""
    return {
        "id": plan.id,
        "customer_id": plan.customer_id,
        "amount": plan.amount,
        "frequency": plan.frequency,
        "start_date": write_date(plan.start_on),
        "next_date": write_date(plan.next_on),
        "total_count": plan.total_count,
        "current_count": plan.current_count,
        "description": plan.description,
        "type": plan.method,
        "transaction_type": "Sale",
    }


def _frequency(said: Json) -> str:
    code = text_of(said, "frequency")
    if code not in _FREQUENCIES:
        raise BadFieldError("frequency")
    return code


def _day(said: Json, name: str) -> date:
    try:
        return parse_day(text_of(said, name))
    except ValueError as error:
        raise BadFieldError(name) from error
