"""The vault as v3 answers for it: PayTrace's number, the merchant's id as label."""

from __future__ import annotations

from dataclasses import replace

from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.simulator import exchange, payers
from integrations.paytrace.simulator.exchange import Json, object_of, text_of
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.state import Customer

_MOST_ROWS = 50


def _create(asked: Asked, payer: Customer) -> Json:
    billing = object_of(asked.fields, "billing_address")
    named = replace(
        payer,
        name=text_of(billing, "name") or payer.name,
        email=text_of(asked.fields, "email") or payer.email,
        phone=text_of(asked.fields, "phone") or payer.phone,
    )
    kept = payers.store_customer(asked, named, text_of(asked.fields, "customer_label"))
    return _done(ResponseCode.CUSTOMER_CREATED, kept)


def _from_token(asked: Asked) -> Json:
    return _create(asked, payers.by_token(asked))


def _from_transaction(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="transaction_id")
    return _create(asked, payers.by_transaction(asked, number))


def _from_bank_payment(asked: Asked) -> Json:
    paid = asked.world.checks.find(asked.account, text_of(asked.fields, "transaction_id"))
    return _create(asked, payers.by_bank_payment(asked, paid))


def _named(asked: Asked) -> Customer:
    number = exchange.number_of({"id": asked.part}, name="id")
    return payers.stored(asked.world.store.customer_by_number(asked.account, number))


def _one(asked: Asked) -> Json:
    return {"data": exported(_named(asked))}


def _bank_one(asked: Asked) -> Json:
    found = _named(asked)
    return {"data": exported(payers.stored(found if found.bank_account else None))}


def _delete(asked: Asked) -> Json:
    known = _named(asked)
    asked.world.store.drop_customer(known)
    return _done(ResponseCode.CUSTOMER_DELETED, known)


def _list(asked: Asked) -> Json:
    limit = min(exchange.number_of(asked.fields, name="limit") or _MOST_ROWS, _MOST_ROWS)
    offset = exchange.number_of(asked.fields, name="offset")
    every = asked.world.store.customers(asked.account)
    return {"data": {"customers": [exported(one) for one in every[offset : offset + limit]]}}


def _done(code: ResponseCode, customer: Customer) -> Json:
    return {"data": {"response_code": int(code), **exported(customer)}}


def exported(customer: Customer) -> Json:
    """`card_masked` was seen in code (solution25 plugin), the rest is inferred."""
    said = {
        "customer_id": customer.number,
        "customer_label": customer.customer_id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "card_masked": customer.masked_number,
        "card": {
            "expiration_month": customer.expiration_month,
            "expiration_year": customer.expiration_year,
        },
    }
    if not customer.bank_account:
        return said
    last_four, kind = customer.bank_account["last_four"], customer.bank_account["account_type"]
    masked = f"******{last_four}" if last_four else ""
    del said["card_masked"], said["card"]
    return {**said, "bank_account": {"masked_account_number": masked, "account_type": kind}}


ROUTES = (
    route(at.CUSTOMER_FROM_TOKEN, "customers", _from_token),
    route(at.CUSTOMER_FROM_TRANSACTION, "customers", _from_transaction),
    route(at.BANK_CUSTOMER_FROM_TRANSACTION, "customers", _from_bank_payment),
    route(at.BANK_CUSTOMER, "customers", _bank_one),
    route(at.CUSTOMER, "customers", _one),
    route(at.CUSTOMER_DELETE, "customers", _delete),
    route(at.CUSTOMER_LIST, "customers", _list),
)
