"""The vault as v1 answers for it, by the merchant's own ids."""

from __future__ import annotations

from dataclasses import replace

from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.simulator import exchange, payers
from integrations.paytrace.simulator.exchange import Json, object_of, text_of
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.state import Customer, RefusedError
from integrations.paytrace.simulator.v1.cards import done
from integrations.paytrace.simulator.v1.reports import success


def _create(asked: Asked, payer: Customer) -> Json:
    billing = object_of(asked.fields, "billing_address")
    named = replace(
        payer,
        name=text_of(billing, "name") or payer.name,
        email=text_of(asked.fields, "email") or payer.email,
        phone=text_of(asked.fields, "phone") or payer.phone,
    )
    kept = payers.store_customer(asked, named, text_of(asked.fields, "customer_id"))
    return done(
        ResponseCode.CUSTOMER_CREATED,
        "The customer profile was successfully created.",
        customer_id=kept.customer_id,
        masked_card_number=kept.masked_number.replace("*", "x"),
    )


def _from_token(asked: Asked) -> Json:
    return _create(asked, payers.by_token(asked))


def _from_transaction(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="transaction_id")
    return _create(asked, payers.by_transaction(asked, number))


def _found(asked: Asked) -> Customer:
    customer_id = text_of(asked.fields, "customer_id")
    return payers.stored(asked.world.store.customer(asked.account, customer_id))


def _update(asked: Asked) -> Json:
    known = _found(asked)
    card = object_of(asked.fields, "credit_card")
    year = exchange.number_of(card, name="expiration_year")
    new_id = text_of(asked.fields, "new_id") or known.customer_id
    store = asked.world.store
    if new_id != known.customer_id and store.customer(asked.account, new_id) is not None:
        raise RefusedError(ErrorCode.CUSTOMER_ID_TAKEN)
    billing = {**known.billing, **object_of(asked.fields, "billing_address")}
    changed = replace(
        known,
        customer_id=new_id,
        name=str(billing.get("name", known.name)),
        email=text_of(asked.fields, "email") or known.email,
        phone=text_of(asked.fields, "phone") or known.phone,
        billing=billing,
        expiration_month=exchange.number_of(card, name="expiration_month")
        or known.expiration_month,
        expiration_year=year % 100 if year else known.expiration_year,
    )
    store.put_customer(changed)
    message = "The customer profile was successfully updated."
    return done(ResponseCode.CUSTOMER_UPDATED, message, customer_id=new_id)


def _delete(asked: Asked) -> Json:
    known = _found(asked)
    asked.world.store.drop_customer(known)
    message = "The customer profile was successfully deleted."
    return done(ResponseCode.CUSTOMER_DELETED, message, customer_id=known.customer_id)


def _export(asked: Asked) -> Json:
    wanted = text_of(asked.fields, "customer_id")
    every = asked.world.store.customers(asked.account)
    found = [one for one in every if not wanted or one.customer_id == wanted]
    if wanted and not found:
        raise RefusedError(ErrorCode.CUSTOMER_UNKNOWN)
    return success(customers=[_exported(one) for one in found])


def _exported(customer: Customer) -> Json:
    """As Invoice Ninja's driver reads it."""
    return {
        "customer_id": customer.customer_id,
        "email": customer.email,
        "phone": customer.phone,
        "credit_card": {
            "masked_number": customer.masked_number,
            "expiration_month": customer.expiration_month,
            "expiration_year": customer.expiration_year,
        },
        "billing_address": {**customer.billing, "name": customer.name},
        "shipping_address": customer.shipping,
    }


ROUTES = (
    route(at.CUSTOMER_FROM_TOKEN, "customers", _from_token),
    route(at.CUSTOMER_FROM_TRANSACTION, "customers", _from_transaction),
    route(at.CUSTOMER_UPDATE, "customers", _update),
    route(at.CUSTOMER_DELETE, "customers", _delete),
    route(at.CUSTOMER_EXPORT, "customers", _export),
)
