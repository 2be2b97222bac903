"""API v1 as PayTrace documents it: POST, JSON, `success` and `response_code` in each answer.

HTTP status of a refusal is not documented; 400 is inferred from clients that read 4xx bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from integrations.paytrace.simulator.rows import User
from integrations.paytrace.simulator.state import Order, RefusedError, Transaction
from integrations.paytrace.simulator.world import World

Handler = Callable[[World, User, Json], Json]

# PayTrace/paytrace_ruby response_code.rb.
_SALE_CODES = {
    TransactionState.PENDING_SETTLEMENT: (101, "Your transaction was successfully approved."),
    TransactionState.DECLINED: (102, "Your transaction was not approved."),
    TransactionState.AUTO_VOIDED: (103, "Your transaction was approved, then voided."),
}


def answer(world: World, request: Request) -> Answer | None:
    """The answer to a v1 call; None when the path is not one of v1's."""
    if (request.method, request.path) == ("POST", "/oauth/token"):
        return _token(world, request)
    found = ROUTES.get(request.path) if request.method == "POST" else None
    if found is None:
        return None
    permission, handler = found
    return _authorized(world, request, permission, handler)


def _token(world: World, request: Request) -> Answer:
    fields = request.fields()
    if fields.get("grant_type") != "password":
        return json_answer({"error": "unsupported_grant_type"}, status=400)
    name, password = str(fields.get("username", "")), str(fields.get("password", ""))
    return exchange.log_in(world, name, password, body="top", status=200)


def _authorized(world: World, request: Request, permission: str, handler: Handler) -> Answer:
    fields = request.fields()
    try:
        with world.turn():
            user = world.user_of(request.token)
            if user is None:
                return exchange.token_refused()
            if user.permissions and permission not in user.permissions:
                raise RefusedError(981)
            return json_answer(handler(world, user, fields))
    except RefusedError as refused:
        return _refused(refused.code, response_code=refused.response_code)
    except BadFieldError as bad:
        return json_answer(
            {
                "success": False,
                "response_code": 1,
                "status_message": f"The value of {bad.name} is not valid.",
                "errors": {"1": [f"Please provide a valid {bad.name}."]},
            },
            status=400,
        )


def _refused(code: int, *, response_code: int) -> Answer:
    return json_answer(
        {
            "success": False,
            "response_code": response_code,
            "status_message": "One or more errors has occurred.",
            "errors": {str(code): [f"Error {code}."]},
        },
        status=400,
    )


def _sale(world: World, user: User, fields: Json) -> Json:
    customer = world.store.customer(user.account, str(fields.get("customer_id", "")))
    if customer is None:
        raise RefusedError(30)
    order = Order(
        amount=exchange.amount_of(fields),
        invoice_id=str(fields.get("invoice_id", "")),
        description=str(fields.get("description", "")),
        customer_reference_id=str(fields.get("customer_reference_id", "")),
    )
    return sale_answer(world.sell(customer, order, user=user.username, notify=True))


def sale_answer(sale: Transaction) -> Json:
    """Masked with x here and with asterisks in exports (ActiveMerchant fixtures)."""
    code, message = _SALE_CODES[sale.state]
    return {
        "success": code == 101,
        "response_code": code,
        "status_message": message,
        "transaction_id": sale.id,
        "approval_code": sale.approval_code,
        "approval_message": sale.approval_message,
        "avs_response": "No Match",
        "csc_response": "",
        "external_transaction_id": "",
        "masked_card_number": sale.masked_number.replace("*", "x"),
    }


def _refund(world: World, user: User, fields: Json) -> Json:
    amount: Decimal | None = exchange.amount_of(fields) if "amount" in fields else None
    number = exchange.number_of(fields, name="transaction_id")
    made = world.refund(user.account, number, amount, user=user.username)
    return {
        "success": True,
        "response_code": 106,
        "status_message": "Your transaction was successfully refunded.",
        "transaction_id": made.id,
        "external_transaction_id": "",
        "masked_card_number": made.masked_number.replace("*", "x"),
    }


def _void(world: World, user: User, fields: Json) -> Json:
    number = exchange.number_of(fields, name="transaction_id")
    voided = world.void(user.account, number)
    return {
        "success": True,
        "response_code": 109,
        "status_message": "Your transaction was successfully voided.",
        "transaction_id": voided.id,
    }


def _settle(world: World, user: User, fields: Json) -> Json:
    del fields
    world.settle(user.account)
    return {
        "success": True,
        "response_code": 175,
        "status_message": "Your batch was successfully settled.",
    }


def _export_by_days(world: World, user: User, fields: Json) -> Json:
    start, end = exchange.days_of(fields)
    return _export(world.exported(world.store.created_between(user.account, start, end)))


def _export_by_id(world: World, user: User, fields: Json) -> Json:
    found = world.find(user.account, exchange.number_of(fields, name="transaction_id"))
    if not world.exported([found]):
        raise RefusedError(811)
    return _export([found])


def _export(transactions: list[Transaction]) -> Json:
    """Code 1 with success true: exports do say so (help.paytrace.com/json-export-tranx-date)."""
    return _success(transactions=[exported_transaction(item) for item in transactions])


def exported_transaction(transaction: Transaction) -> Json:
    """v1's own names: integer id, `invoice_id`, the merchant's `customer_id`.

    `original_transaction_id` is not documented; the account shows it, so it is offered.
    """
    said = {
        "transaction_id": transaction.id,
        **exchange.exported(transaction),
        "invoice_id": transaction.invoice_id,
        "customer_id": transaction.customer_id,
    }
    if transaction.original_id:
        said["original_transaction_id"] = transaction.original_id
    return said


def _batches(world: World, user: User, fields: Json) -> Json:
    start, end = exchange.days_of(fields)
    settled = world.store.settled_between(user.account, start, end)
    return _success(batches=exchange.batch_summaries(settled))


def _one_batch(world: World, user: User, fields: Json) -> Json:
    number = exchange.number_of(fields, name="batch_number") or world.store.meta(
        f"batch:{user.account}", 0
    )
    settled = world.store.latest_batch(user.account, number)
    return _success(batches=exchange.batch_summaries(settled))


def _batch_transactions(world: World, user: User, fields: Json) -> Json:
    number = exchange.number_of(fields, name="batch_number")
    return _export(world.store.latest_batch(user.account, number))


def _customers(world: World, user: User, fields: Json) -> Json:
    wanted = str(fields.get("customer_id", ""))
    every = world.store.customers(user.account)
    found = [c for c in every if not wanted or c.customer_id == wanted]
    if wanted and not found:
        raise RefusedError(30)
    return _success(
        customers=[
            {
                "customer_id": customer.customer_id,
                "email": customer.email,
                "credit_card": {"masked_number": customer.masked_number},
                "billing_address": {"name": customer.name},
            }
            for customer in found
        ]
    )


def _success(**lists: list[Json]) -> Json:
    return {"success": True, "response_code": 1, "status_message": "Success", **lists}


ROUTES: Mapping[str, tuple[str, Handler]] = {
    "/v1/transactions/sale/by_customer": ("sale", _sale),
    "/v1/transactions/refund/for_transaction": ("refund", _refund),
    "/v1/transactions/void": ("void", _void),
    "/v1/transactions/settle": ("settle", _settle),
    "/v1/transactions/export/by_date_range": ("export", _export_by_days),
    "/v1/transactions/export/by_id": ("export", _export_by_id),
    "/v1/batches/export": ("batches", _batches),
    "/v1/batches/export_one": ("batches", _one_batch),
    "/v1/batches/transaction_list": ("batches", _batch_transactions),
    "/v1/customer/export": ("customers", _customers),
}
