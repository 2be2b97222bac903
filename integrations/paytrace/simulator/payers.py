"""Who pays, as a request names it: a stored customer, an earlier payment, or a hosted form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from integrations.paytrace.codes import ErrorCode
from integrations.paytrace.simulator.ach_state import Check
from integrations.paytrace.simulator.exchange import Json, object_of, text_of
from integrations.paytrace.simulator.routes import Asked
from integrations.paytrace.simulator.state import Customer, RefusedError


def stored(found: Customer | None) -> Customer:
    """A stored customer. Raises RefusedError 30."""
    if found is None:
        raise RefusedError(ErrorCode.CUSTOMER_UNKNOWN)
    return found


def by_transaction(asked: Asked, number: int) -> Customer:
    """Whoever paid that one. Raises RefusedError 811 or 58."""
    paid = asked.world.till.find(asked.account, number)
    known = asked.world.store.customer(asked.account, paid.customer_id)
    passing = Customer(asked.account, paid.customer_id, paid.customer_number, paid.customer_name)
    return replace(known or passing, masked_number=paid.masked_number, email=paid.email)


def by_bank_payment(asked: Asked, check: Check) -> Customer:
    """Whoever made that ACH payment, with its bank account and no card."""
    return Customer(
        account=asked.account,
        customer_id=check.customer_id,
        number=check.customer_number,
        name=check.customer_name,
        masked_number="",
        email=check.email,
        bank_account={"last_four": check.last_four, "account_type": check.account_type},
    )


def by_token(asked: Asked) -> Customer:
    """Somebody at PayTrace's own card form. Raises RefusedError 35 (inferred: the code for a
    used-up token is not documented)."""
    hpf_token, enc_key = text_of(asked.fields, "hpf_token"), text_of(asked.fields, "enc_key")
    card = asked.world.store.hosted.take(asked.account, hpf_token, enc_key)
    if card is None:
        raise RefusedError(ErrorCode.CARD_INVALID)
    return person(asked, card)


def person(asked: Asked, card: dict[str, Any]) -> Customer:
    """A payer without a place in the vault, named by the request's billing address."""
    trips_rule = bool(card.get("is_code_wrong"))
    billing = object_of(asked.fields, "billing_address")
    name = text_of(billing, "name") or text_of(asked.fields, "billing_name")
    email = text_of(asked.fields, "email") or text_of(asked.fields, "billing_email")
    return Customer(
        account=asked.account,
        customer_id="",
        number=0,
        name=name,
        masked_number=str(card["masked_number"]),
        email=email,
        phone=text_of(asked.fields, "phone") or text_of(asked.fields, "billing_phone"),
        auto_void=trips_rule and asked.world.store.options(asked.account).auto_void,
        is_declined=bool(card.get("is_declined")),
        billing={str(key): str(value) for key, value in billing.items()},
        expiration_month=int(card.get("expiration_month", 12)),
        expiration_year=int(card.get("expiration_year", 30)),
    )


def store_customer(asked: Asked, payer: Customer, customer_id: str) -> Customer:
    """Keep a payer in the vault. Raises RefusedError 171 when the id is taken, 30 without one."""
    store = asked.world.store
    if not customer_id:
        raise RefusedError(ErrorCode.CUSTOMER_UNKNOWN)
    if store.customer(asked.account, customer_id) is not None:
        raise RefusedError(ErrorCode.CUSTOMER_ID_TAKEN)
    kept = replace(payer, customer_id=customer_id, number=store.next_id(), auto_void=False)
    store.put_customer(kept)
    return kept


def bank_account(fields: Json, name: str) -> tuple[str, str]:
    """Last four and type of the account in a request. Raises RefusedError 45 and 46.

    An encrypted number has no digits to show: its last four stay unknown.
    """
    account = object_of(fields, name)
    number, routing = text_of(account, "account_number"), text_of(account, "routing_number")
    if not number:
        raise RefusedError(ErrorCode.BANK_ACCOUNT_INVALID)
    if not (routing.isdigit() and len(routing) == 9 and _is_routing_number(routing)):
        raise RefusedError(ErrorCode.ROUTING_INVALID)
    kind = text_of(account, "account_type") or "checking"
    return (number[-4:] if number.isdigit() else ""), kind


def _is_routing_number(digits: str) -> bool:
    """The ABA checksum: weights 3, 7, 1."""
    return sum(int(d) * w for d, w in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0
