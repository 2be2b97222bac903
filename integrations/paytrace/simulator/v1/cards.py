"""Card payments as v1 answers them."""

from __future__ import annotations

from integrations.canonical.transactions import TransactionType
from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.simulator import exchange, payers
from integrations.paytrace.simulator.exchange import Json, object_of, text_of
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.shapes import sale_answer
from integrations.paytrace.simulator.state import Customer, Order
from integrations.paytrace.simulator.till import check_ceiling

_HELD = TransactionType.AUTHORIZATION


def done(code: ResponseCode, message: str, **more: object) -> Json:
    return {"success": True, "response_code": int(code), "status_message": message, **more}


def _charge(asked: Asked, payer: Customer, kind: TransactionType = TransactionType.SALE) -> Json:
    amount = exchange.amount_of(asked.fields, may_be_zero=kind is _HELD)
    check_ceiling(asked.user, amount)
    order = Order(
        amount=amount,
        invoice_id=text_of(asked.fields, "invoice_id"),
        description=text_of(asked.fields, "description"),
        customer_reference_id=text_of(asked.fields, "customer_reference_id"),
        tax_amount=text_of(asked.fields, "tax_amount") or "0.00",
        email=text_of(asked.fields, "email"),
        discretionary=_texts(object_of(asked.fields, "discretionary_data")),
    )
    name = asked.user.username
    return sale_answer(asked.world.till.sell(payer, order, user=name, notify=True, kind=kind))


def _texts(given: Json) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()}


def _stored(asked: Asked) -> Customer:
    customer_id = text_of(asked.fields, "customer_id")
    return payers.stored(asked.world.store.customer(asked.account, customer_id))


def _sale_by_customer(asked: Asked) -> Json:
    return _charge(asked, _stored(asked))


def _sale_by_transaction(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="transaction_id")
    return _charge(asked, payers.by_transaction(asked, number))


def _sale_by_token(asked: Asked) -> Json:
    return _charge(asked, payers.by_token(asked))


def _sale_by_token_and_keep(asked: Asked) -> Json:
    """The charge, and the payer in the vault; a taken id refuses both (inferred)."""
    payer = payers.by_token(asked)
    kept = payers.store_customer(asked, payer, text_of(asked.fields, "customer_id"))
    return {**_charge(asked, kept), "customer_id": kept.customer_id}


def _authorize_by_customer(asked: Asked) -> Json:
    return _charge(asked, _stored(asked), _HELD)


def _authorize_by_token(asked: Asked) -> Json:
    return _charge(asked, payers.by_token(asked), _HELD)


def _capture(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="transaction_id")
    amount = exchange.amount_or_none(asked.fields)
    taken = asked.world.till.capture(asked.account, number, amount)
    return done(
        ResponseCode.CAPTURED,
        "Your transaction was successfully captured.",
        transaction_id=taken.id,
        external_transaction_id="",
    )


def _refund(asked: Asked) -> Json:
    amount = exchange.amount_or_none(asked.fields)
    number = exchange.number_of(asked.fields, name="transaction_id")
    sale = asked.world.till.find(asked.account, number)
    check_ceiling(asked.user, amount or sale.amount, is_refund=True)
    made = asked.world.till.refund(asked.account, number, amount, user=asked.user.username)
    return done(
        ResponseCode.REFUNDED,
        "Your transaction was successfully refunded.",
        transaction_id=made.id,
        external_transaction_id="",
        masked_card_number=made.masked_number.replace("*", "x"),
    )


def _refund_to_customer(asked: Asked) -> Json:
    order = Order(
        amount=exchange.amount_of(asked.fields),
        invoice_id=text_of(asked.fields, "invoice_id"),
        description=text_of(asked.fields, "description"),
    )
    check_ceiling(asked.user, order.amount, is_refund=True)
    made = asked.world.till.credit(_stored(asked), order, user=asked.user.username)
    return done(
        ResponseCode.REFUNDED,
        "Your transaction was successfully refunded.",
        transaction_id=made.id,
        external_transaction_id="",
        masked_card_number=made.masked_number.replace("*", "x"),
    )


def _void(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="transaction_id")
    voided = asked.world.till.void(asked.account, number)
    message = "Your transaction was successfully voided."
    return done(ResponseCode.VOIDED, message, transaction_id=voided.id)


def _settle(asked: Asked) -> Json:
    asked.world.till.settle(asked.account)
    return done(ResponseCode.BATCH_SETTLED, "Your batch was successfully settled.")


def _level_three(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="transaction_id")
    own = {"transaction_id", "integrator_id"}
    detail = {name: value for name, value in asked.fields.items() if name not in own}
    asked.world.till.add_level_three(asked.account, number, detail)
    return done(ResponseCode.LEVEL_THREE_ADDED, "Level 3 data was added.", transaction_id=number)


def _email_receipt(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="transaction_id")
    email = text_of(asked.fields, "email")
    if "@" not in email:
        raise exchange.BadFieldError("email")
    asked.world.till.email_receipt(asked.account, number, email)
    return done(ResponseCode.RECEIPT_EMAILED, "Your receipt was emailed.", transaction_id=number)


def _client_key(asked: Asked) -> Json:
    return {"clientKey": asked.world.new_client_key(asked.account)}


ROUTES = (
    route(at.SALE_BY_CUSTOMER, "sale", _sale_by_customer),
    route(at.SALE_BY_TRANSACTION, "sale", _sale_by_transaction),
    route(at.SALE_BY_TOKEN, "sale", _sale_by_token),
    route(at.SALE_BY_TOKEN_AND_KEEP, "sale", _sale_by_token_and_keep),
    route(at.AUTHORIZE_BY_CUSTOMER, "sale", _authorize_by_customer),
    route(at.AUTHORIZE_BY_TOKEN, "sale", _authorize_by_token),
    route(at.CAPTURE, "sale", _capture),
    route(at.REFUND, "refund", _refund),
    route(at.REFUND_TO_CUSTOMER, "unreferenced_refund", _refund_to_customer),
    route(at.VOID, "void", _void),
    route(at.SETTLE, "settle", _settle),
    route(at.LEVEL_THREE_VISA, "sale", _level_three),
    route(at.LEVEL_THREE_MASTERCARD, "sale", _level_three),
    route(at.EMAIL_RECEIPT, "export", _email_receipt),
    route(at.CLIENT_KEY, "sale", _client_key),
)
