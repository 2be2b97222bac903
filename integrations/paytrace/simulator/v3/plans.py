"""Recurring payments as v3 answers for them: create and delete."""

from __future__ import annotations

from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.simulator import exchange, planning
from integrations.paytrace.simulator.exchange import Json
from integrations.paytrace.simulator.routes import Asked, route


def _create(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="customer_id")
    plan = planning.create(asked, asked.world.store.customer_by_number(asked.account, number))
    return _done(ResponseCode.RECURRING_CREATED, plan.id)


def _delete(asked: Asked) -> Json:
    plan = planning.named(asked)
    asked.world.store.plans.drop(plan.id)
    return _done(ResponseCode.RECURRING_DELETED, plan.id)


def _done(code: ResponseCode, plan_id: int) -> Json:
    return {"data": {"response_code": int(code), "recurrence_id": str(plan_id)}}


ROUTES = (
    route(at.RECURRING_CREATE, "recurring", _create),
    route(at.RECURRING_DELETE, "recurring", _delete),
)
