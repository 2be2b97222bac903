"""API v3 ("B2B API"): `merchant_id` in each request, `data` around each answer.

Paths and request fields: developer.north.com/b2b/api-spec. Answers are not published; the
envelope follows the solution25 Shopware plugin, the fields v1's (inferred). A refused item of a
batch call carries `status: "failure"` and v1's `errors` (inferred).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from integrations.canonical.transactions import TransactionState
from integrations.paytrace.simulator import exchange
from integrations.paytrace.simulator.exchange import (
    Answer,
    BadFieldError,
    Json,
    Request,
    json_answer,
)
from integrations.paytrace.simulator.rest_v1 import sale_answer
from integrations.paytrace.simulator.rows import User
from integrations.paytrace.simulator.state import Order, RefusedError, Transaction
from integrations.paytrace.simulator.world import World

Handler = Callable[[World, User, Json, str], Json]

_WORDS = {
    TransactionState.PENDING_SETTLEMENT: "APPROVED",
    TransactionState.AUTHORIZED: "AUTHORIZED",
    TransactionState.SETTLED: "SETTLED",
    TransactionState.VOIDED: "VOIDED",
    TransactionState.AUTO_VOIDED: "VOIDED",
    TransactionState.DECLINED: "DECLINED",
    TransactionState.UNKNOWN: "IN_REVIEW",
}
MAX_INTEGRATOR_ID = 12


def answer(world: World, request: Request) -> Answer | None:
    """The answer to a v3 call; None when the path is not one of v3's."""
    if (request.method, request.path) == ("POST", "/v3/token"):
        return _token(world, request)
    for method, pattern, permission, handler in ROUTES:
        found = pattern.fullmatch(request.path) if method == request.method else None
        if found:
            return _authorized(world, request, permission, handler, found["id"] or "")
    return None


def _token(world: World, request: Request) -> Answer:
    fields = request.fields()
    if fields.get("grant_type") != "client_credentials":
        return json_answer({"error": "unsupported_grant_type"}, status=400)
    name, secret = str(fields.get("client_id", "")), str(fields.get("client_secret", ""))
    return exchange.log_in(world, name, secret, body="data", status=201)


def _authorized(
    world: World, request: Request, permission: str, handler: Handler, part: str
) -> Answer:
    fields: Json = {**request.query, **request.fields()}
    try:
        with world.turn():
            user = world.user_of(request.token)
            if user is None:
                return exchange.token_refused()
            if user.permissions and permission not in user.permissions:
                return json_answer({"success": False, "errors": {"981": ["Denied."]}}, status=403)
            _check_identity(world, user, request, fields)
            return json_answer(handler(world, user, fields, part))
    except RefusedError as refused:
        status = 404 if refused.code in {58, 811} else 422
        return json_answer(_failure(refused), status=status)
    except BadFieldError as bad:
        detail = {"field": bad.name, "detail": "The value is not valid."}
        return json_answer({"message": {"data": [detail]}}, status=422)


def _check_identity(world: World, user: User, request: Request, fields: Json) -> None:
    """`merchant_id` must be the user's own; the integrator header has 1 to 12 characters."""
    merchant_id = world.store.accounts().get(user.account, "")
    if str(fields.get("merchant_id", "")) != merchant_id:
        raise BadFieldError("merchant_id")
    if not 1 <= len(request.headers.get("x-integrator-id", "")) <= MAX_INTEGRATOR_ID:
        raise BadFieldError("X-Integrator-Id")


def _failure(refused: RefusedError) -> Json:
    return {
        "success": False,
        "response_code": refused.response_code,
        "errors": {str(refused.code): [f"Error {refused.code}."]},
    }


def _sale(world: World, user: User, fields: Json, part: str) -> Json:
    customer = world.store.customer_by_number(user.account, int(part))
    if customer is None:
        raise RefusedError(30)
    order = Order(
        amount=exchange.amount_of(fields),
        invoice_id=str(fields.get("invoice_number", "")),
        description=str(fields.get("description", "")),
        customer_reference_id=str(fields.get("customer_reference_id", "")),
    )
    sale = world.sell(customer, order, user=user.username, notify=True)
    return {
        "data": {
            **sale_answer(sale),
            "transaction_id": str(sale.id),
            "customer_id": customer.number,
        }
    }


def _refund(world: World, user: User, fields: Json, part: str) -> Json:
    del part

    def refund(item: Json, number: int) -> Json:
        amount: Decimal | None = exchange.amount_of(item) if "amount" in item else None
        made = world.refund(user.account, number, amount, user=user.username)
        return {"transaction_id": str(made.id), "response_code": 106}

    return {"data": _each(fields, refund)}


def _void(world: World, user: User, fields: Json, part: str) -> Json:
    del part

    def void(item: Json, number: int) -> Json:
        del item
        voided = world.void(user.account, number)
        return {"transaction_id": str(voided.id), "response_code": 109}

    return {"data": _each(fields, void)}


def _each(fields: Json, act: Callable[[Json, int], Json]) -> list[Json]:
    """Each item of a batch call by itself: one refusal does not stop the others."""
    items = fields.get("batch_items")
    if not isinstance(items, list) or not items:
        raise BadFieldError("batch_items")
    answers = []
    for item in items:
        number = exchange.number_of(item, name="transaction_id")
        try:
            answers.append({"status": "success", **act(item, number)})
        except RefusedError as refused:
            answers.append(
                {**_failure(refused), "status": "failure", "transaction_id": str(number)}
            )
    return answers


def _export_by_days(world: World, user: User, fields: Json, part: str) -> Json:
    del part
    start, end = exchange.days_of(fields)
    found = world.exported(world.store.created_between(user.account, start, end))
    return {"data": {"transactions": [exported_transaction(item) for item in found]}}


def _export_by_id(world: World, user: User, fields: Json, part: str) -> Json:
    del fields
    found = world.find(user.account, exchange.number_of({"id": part}, name="id"))
    if not world.exported([found]):
        raise RefusedError(811)
    return {"data": {"transactions": [exported_transaction(found)]}}


def _record(world: World, user: User, fields: Json, part: str) -> Json:
    """The single record: real time, with a status word instead of the export's code."""
    del fields
    found = world.find(user.account, exchange.number_of({"id": part}, name="id"))
    said = exported_transaction(found)
    del said["status_code"], said["status_message"]
    if found.state is TransactionState.AUTO_VOIDED:
        said["response_code"] = 103
    return {"data": {**said, "status": _WORDS[found.state]}}


def exported_transaction(transaction: Transaction) -> Json:
    """v1's export with v3's drift: string id, `invoice_number`, `customer_label`."""
    said = {
        "transaction_id": str(transaction.id),
        **exchange.exported(transaction),
        "invoice_number": transaction.invoice_id,
        "customer_id": transaction.customer_number,
        "customer_label": transaction.customer_id,
    }
    if transaction.original_id:
        said["original_transaction_id"] = str(transaction.original_id)
    if transaction.discretionary:
        said["discretionary_data"] = [transaction.discretionary]
    return said


def _batches(world: World, user: User, fields: Json, part: str) -> Json:
    del part
    start, end = exchange.days_of(fields)
    settled = world.store.settled_between(user.account, start, end)
    return {"data": {"batches": exchange.batch_summaries(settled)}}


def _one_batch(world: World, user: User, fields: Json, part: str) -> Json:
    del part
    number = exchange.number_of(fields, name="batch_number") or world.store.meta(
        f"batch:{user.account}", 0
    )
    settled = world.store.latest_batch(user.account, number)
    return {"data": {"batches": exchange.batch_summaries(settled)}}


def _batch_transactions(world: World, user: User, fields: Json, part: str) -> Json:
    del part
    found = world.store.latest_batch(user.account, exchange.number_of(fields, name="batch_number"))
    return {"data": {"transactions": [exported_transaction(item) for item in found]}}


def _refundable(world: World, user: User, fields: Json, part: str) -> Json:
    if part != world.store.accounts()[user.account]:
        raise BadFieldError("merchant_id")
    limit = min(exchange.number_of(fields, name="limit") or 50, 50)
    every = world.store.all_transactions(user.account)
    settled = [item for item in every if item.state is TransactionState.SETTLED][:limit]
    return {"data": {"transactions": [exported_transaction(item) for item in settled]}}


def _customers(world: World, user: User, fields: Json, part: str) -> Json:
    del part
    limit = exchange.number_of(fields, name="limit") or 50
    found = world.store.customers(user.account)[:limit]
    return {
        "data": {
            "customers": [
                {"customer_id": c.number, "customer_label": c.customer_id, "name": c.name}
                for c in found
            ]
        }
    }


def _checks(world: World, user: User, fields: Json, part: str) -> Json:
    """The ACH list; this simulator moves no ACH money, so it is always empty."""
    del world, user, fields, part
    return {"items": []}


def _route(
    method: str, path: str, permission: str, handler: Handler
) -> tuple[str, re.Pattern[str], str, Handler]:
    return method, re.compile(path if "(?P<id>" in path else path + "(?P<id>)"), permission, handler


ROUTES = (
    _route("POST", r"/v3/card/sale/customer/(?P<id>\d{1,18})", "sale", _sale),
    _route("POST", "/v3/card/batch/refund", "refund", _refund),
    _route("POST", "/v3/card/batch/void", "void", _void),
    _route("POST", "/v3/transactions/export/by-date", "export", _export_by_days),
    _route("POST", r"/v3/transaction/export/(?P<id>[^/]+)", "export", _export_by_id),
    _route("GET", r"/v3/card/transaction/(?P<id>[^/]+)", "export", _record),
    _route("GET", r"/v3/card/transactions/refundable/(?P<id>[^/]+)", "refund", _refundable),
    _route("POST", "/v3/batch/export/by-date", "batches", _batches),
    _route("POST", "/v3/batch/export/transactions", "batches", _batch_transactions),
    _route("POST", "/v3/batch/export", "batches", _one_batch),
    _route("GET", "/v3/customer", "customers", _customers),
    _route("GET", "/v3/checks/transactions", "ach", _checks),
)
