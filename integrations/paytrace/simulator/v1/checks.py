"""ACH as v1 answers it: by integer ids, and nothing to list."""

from __future__ import annotations

from integrations.canonical.ach import AchStatus
from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.simulator import exchange, payers
from integrations.paytrace.simulator.ach_state import Check
from integrations.paytrace.simulator.check_desk import CheckOrder
from integrations.paytrace.simulator.exchange import Json, text_of
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.state import Customer, RefusedError
from integrations.paytrace.simulator.till import check_ceiling
from integrations.paytrace.simulator.v1.cards import done


def _take(
    asked: Asked, payer: Customer, *, last_four: str = "", kind: str = "checking", is_held: bool
) -> Json:
    amount = exchange.amount_of(asked.fields)
    check_ceiling(asked.user, amount)
    order = CheckOrder(
        payer=payer,
        amount=amount,
        last_four=last_four,
        account_type=kind,
        invoice_id=text_of(asked.fields, "invoice_id"),
        description=text_of(asked.fields, "description"),
        email=text_of(asked.fields, "email"),
        is_held=is_held,
    )
    taken = asked.world.checks.take(order, user=asked.user.username)
    return _answer(ResponseCode.CHECK_PROCESSED, "Your check was successfully processed.", taken)


def _by_account(asked: Asked, *, is_held: bool) -> Json:
    last_four, kind = payers.bank_account(asked.fields, "check")
    payer = payers.person(asked, {"masked_number": ""})
    return _take(asked, payer, last_four=last_four, kind=kind, is_held=is_held)


def _by_customer(asked: Asked, *, is_held: bool) -> Json:
    customer_id = text_of(asked.fields, "customer_id")
    found = asked.world.store.customer(asked.account, customer_id)
    return _take(asked, payers.stored(found), is_held=is_held)


def _found(asked: Asked) -> Check:
    number = exchange.number_of(asked.fields, name="check_transaction_id")
    if not number:
        raise RefusedError(ErrorCode.CHECK_UNKNOWN)
    return asked.world.checks.find(asked.account, str(number))


def _refund(asked: Asked) -> Json:
    amount = exchange.amount_or_none(asked.fields)
    check = _found(asked)
    check_ceiling(asked.user, amount or check.amount, is_refund=True)
    made = asked.world.checks.refund(check, amount, user=asked.user.username)
    return _answer(ResponseCode.CHECK_REFUNDED, "Your check was successfully refunded.", made)


def _fund(asked: Asked) -> Json:
    funded = asked.world.checks.fund(_found(asked), exchange.amount_or_none(asked.fields))
    return _answer(ResponseCode.CHECK_MANAGED, "Your check was successfully managed.", funded)


def _void(asked: Asked) -> Json:
    voided = asked.world.checks.move(_found(asked), AchStatus.VOIDED)
    return _answer(ResponseCode.CHECK_MANAGED, "Your check was successfully managed.", voided)


def _answer(code: ResponseCode, message: str, check: Check) -> Json:
    return done(code, message, check_transaction_id=check.number)


ROUTES = (
    route(at.ACH_SALE_BY_ACCOUNT, "ach", lambda asked: _by_account(asked, is_held=False)),
    route(at.ACH_SALE_BY_CUSTOMER, "ach", lambda asked: _by_customer(asked, is_held=False)),
    route(at.ACH_HOLD_BY_ACCOUNT, "ach", lambda asked: _by_account(asked, is_held=True)),
    route(at.ACH_HOLD_BY_CUSTOMER, "ach", lambda asked: _by_customer(asked, is_held=True)),
    route(at.ACH_REFUND, "ach", _refund),
    route(at.ACH_FUND, "ach", _fund),
    route(at.ACH_VOID, "ach", _void),
)
