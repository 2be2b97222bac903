"""Several payments of stored customers in one call, as v3 answers them.

The answers of the items are not documented: those of single calls, each with a status as the
other batch calls have it (inferred).
"""

from __future__ import annotations

from integrations.canonical.transactions import TransactionType
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.simulator import exchange, payers
from integrations.paytrace.simulator.exchange import BadFieldError, Json, text_of
from integrations.paytrace.simulator.routes import Asked, is_allowed, route
from integrations.paytrace.simulator.shapes import sale_answer
from integrations.paytrace.simulator.state import Customer, Order, RefusedError
from integrations.paytrace.simulator.till import DuplicateError, check_ceiling
from integrations.paytrace.simulator.v3.failures import failure

_KINDS = {"sale": TransactionType.SALE, "auth-only": TransactionType.AUTHORIZATION}


def _transactions(asked: Asked) -> Json:
    """Each item by itself: one refusal does not stop the others."""
    items = asked.fields.get("batch_items")
    if not isinstance(items, list) or not items:
        raise BadFieldError("batch_items")
    return {"data": [_one(asked, item) for item in items]}


def _one(asked: Asked, item: Json) -> Json:
    try:
        return _made(asked, item)
    except RefusedError as refused:
        return {**failure(refused), "status": "failure"}
    except (BadFieldError, DuplicateError):
        return {**failure(RefusedError(ResponseCode.GENERAL)), "status": "failure"}


def _made(asked: Asked, item: Json) -> Json:
    kind = text_of(item, "transaction_type")
    number = exchange.number_of(item, name="customer_id")
    payer = payers.stored(asked.world.store.customer_by_number(asked.account, number))
    order = Order(amount=exchange.amount_of(item), invoice_id=text_of(item, "invoice_number"))
    if kind == "refund":
        return _refund(asked, payer, order)
    if kind not in _KINDS:
        raise BadFieldError("transaction_type")
    check_ceiling(asked.user, order.amount)
    name = asked.user.username
    sale = asked.world.till.sell(payer, order, user=name, notify=True, kind=_KINDS[kind])
    said = sale_answer(sale)
    status = "success" if said["success"] else "failure"
    return {**said, "transaction_id": str(sale.id), "status": status}


def _refund(asked: Asked, payer: Customer, order: Order) -> Json:
    if not is_allowed(asked.user, "unreferenced_refund"):
        raise RefusedError(ErrorCode.NOT_PERMITTED)
    check_ceiling(asked.user, order.amount, is_refund=True)
    made = asked.world.till.credit(payer, order, user=asked.user.username)
    code = int(ResponseCode.REFUNDED)
    return {"status": "success", "transaction_id": str(made.id), "response_code": code}


ROUTES = (route(at.BATCH, "sale", _transactions),)
