"""Recurring payments as v1 answers for them (inferred but for delete and the last run)."""

from __future__ import annotations

from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.simulator import planning
from integrations.paytrace.simulator.exchange import Json, text_of
from integrations.paytrace.simulator.plan_desk import USER
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.state import RefusedError
from integrations.paytrace.simulator.v1.cards import done
from integrations.paytrace.simulator.v1.reports import export, success


def _create(asked: Asked) -> Json:
    customer_id = text_of(asked.fields, "customer_id")
    plan = planning.create(asked, asked.world.store.customer(asked.account, customer_id))
    message = "The recurring payment was successfully created."
    return done(ResponseCode.RECURRING_CREATED, message, recurrence_id=plan.id)


def _update(asked: Asked) -> Json:
    plan = planning.change(asked)
    message = "The recurring payment was successfully updated."
    return done(ResponseCode.RECURRING_UPDATED, message, recurrence_id=plan.id)


def _delete(asked: Asked) -> Json:
    plan = planning.named(asked)
    asked.world.store.plans.drop(plan.id)
    message = "The recurring payment was successfully deleted."
    return done(ResponseCode.RECURRING_DELETED, message, recurrence_id=plan.id)


def _export(asked: Asked) -> Json:
    wanted = text_of(asked.fields, "customer_id")
    every = asked.world.store.plans.of_account(asked.account)
    found = [one for one in every if not wanted or one.customer_id == wanted]
    return {
        **success(recurrences=[planning.exported(one) for one in found]),
        "response_code": int(ResponseCode.RECURRING_EXPORTED),
    }


def _last_run(asked: Asked) -> Json:
    """The latest approved run of a customer. Raises RefusedError 811 when there is none."""
    customer_id = text_of(asked.fields, "customer_id")
    runs = [
        one
        for one in asked.world.store.all_transactions(asked.account)
        if one.customer_id == customer_id and one.created_by == USER and one.approval_code
    ]
    if not runs:
        raise RefusedError(ErrorCode.TRANSACTION_UNKNOWN)
    return export(runs[-1:])


ROUTES = (
    route(at.RECURRING_CREATE, "recurring", _create),
    route(at.RECURRING_UPDATE, "recurring", _update),
    route(at.RECURRING_DELETE, "recurring", _delete),
    route(at.RECURRING_EXPORT, "recurring", _export),
    route(at.RECURRING_APPROVED, "recurring", _last_run),
)
