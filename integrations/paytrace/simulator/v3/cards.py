"""Card payments as v3 answers them."""

from __future__ import annotations

from collections.abc import Callable

from integrations.canonical.transactions import TransactionType
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.simulator import exchange, payers
from integrations.paytrace.simulator.exchange import BadFieldError, Json, text_of
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.shapes import sale_answer
from integrations.paytrace.simulator.state import Customer, Order, RefusedError, Transaction
from integrations.paytrace.simulator.till import check_ceiling
from integrations.paytrace.simulator.v3.failures import failure

_HELD = TransactionType.AUTHORIZATION


def _charge(asked: Asked, payer: Customer, kind: TransactionType = TransactionType.SALE) -> Json:
    amount = exchange.amount_of(asked.fields, may_be_zero=kind is _HELD)
    check_ceiling(asked.user, amount)
    order = Order(
        amount=amount,
        invoice_id=text_of(asked.fields, "invoice_number"),
        description=text_of(asked.fields, "description"),
        customer_reference_id=text_of(asked.fields, "customer_reference_id"),
        tax_amount=text_of(asked.fields, "tax_amount") or "0.00",
        email=text_of(asked.fields, "billing_email"),
        discretionary=_discretionary(asked.fields),
    )
    name = asked.user.username
    sale = asked.world.till.sell(payer, order, user=name, notify=True, kind=kind)
    ids = {"transaction_id": str(sale.id), "customer_id": payer.number or ""}
    return {"data": {**sale_answer(sale), **ids}}


def _discretionary(fields: Json) -> dict[str, str]:
    """v3 sends a list of objects with one name each."""
    given = fields.get("discretionary_data") or []
    parts = [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
    return {str(name): str(value) for part in parts for name, value in part.items()}


def _stored(asked: Asked) -> Customer:
    number = exchange.number_of({"id": asked.part}, name="id")
    return payers.stored(asked.world.store.customer_by_number(asked.account, number))


def _sale_by_customer(asked: Asked) -> Json:
    return _charge(asked, _stored(asked))


def _sale_by_token(asked: Asked) -> Json:
    return _charge(asked, payers.by_token(asked))


def _sale_by_token_and_keep(asked: Asked) -> Json:
    payer = payers.by_token(asked)
    kept = payers.store_customer(asked, payer, text_of(asked.fields, "customer_label"))
    return _charge(asked, kept)


def _authorize_by_customer(asked: Asked) -> Json:
    return _charge(asked, _stored(asked), _HELD)


def _authorize_by_token(asked: Asked) -> Json:
    return _charge(asked, payers.by_token(asked), _HELD)


def _capture(asked: Asked) -> Json:
    def capture(item: Json, number: int) -> Transaction:
        amount = exchange.amount_or_none(item)
        return asked.world.till.capture(asked.account, number, amount)

    return _each(asked, capture, ResponseCode.CAPTURED)


def _refund(asked: Asked) -> Json:
    def refund(item: Json, number: int) -> Transaction:
        amount = exchange.amount_or_none(item)
        sale = asked.world.till.find(asked.account, number)
        check_ceiling(asked.user, amount or sale.amount, is_refund=True)
        return asked.world.till.refund(asked.account, number, amount, user=asked.user.username)

    return _each(asked, refund, ResponseCode.REFUNDED)


def _void(asked: Asked) -> Json:
    return _each(
        asked,
        lambda _item, number: asked.world.till.void(asked.account, number),
        ResponseCode.VOIDED,
    )


def _adjust(asked: Asked) -> Json:
    """Its answer is not documented: v1's, inside `data` (inferred)."""
    amount = exchange.amount_of(asked.fields)
    check_ceiling(asked.user, amount)
    number = exchange.number_of({"id": asked.part}, name="id")
    adjusted = asked.world.till.adjust(asked.account, number, amount)
    code = int(ResponseCode.AMOUNT_ADJUSTED)
    return {"data": {"transaction_id": str(adjusted.id), "response_code": code}}


def _each(asked: Asked, act: Callable[[Json, int], Transaction], code: ResponseCode) -> Json:
    """Each item of a batch call by itself: one refusal does not stop the others."""
    items = asked.fields.get("batch_items")
    if not isinstance(items, list) or not items:
        raise BadFieldError("batch_items")
    return {"data": [_one(item, act, code) for item in items]}


def _one(item: Json, act: Callable[[Json, int], Transaction], code: ResponseCode) -> Json:
    number = exchange.number_of(item, name="transaction_id")
    try:
        made = act(item, number)
    except RefusedError as refused:
        return {**failure(refused), "status": "failure", "transaction_id": str(number)}
    return {"status": "success", "transaction_id": str(made.id), "response_code": int(code)}


ROUTES = (
    route(at.SALE_BY_CUSTOMER, "sale", _sale_by_customer),
    route(at.SALE_BY_TOKEN, "sale", _sale_by_token),
    route(at.SALE_BY_TOKEN_AND_KEEP, "sale", _sale_by_token_and_keep),
    route(at.AUTHORIZE_BY_CUSTOMER, "sale", _authorize_by_customer),
    route(at.AUTHORIZE_BY_TOKEN, "sale", _authorize_by_token),
    route(at.CAPTURE, "sale", _capture),
    route(at.REFUND, "refund", _refund),
    route(at.VOID, "void", _void),
    route(at.ADJUST, "sale", _adjust),
)
