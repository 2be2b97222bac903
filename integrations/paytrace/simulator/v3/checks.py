"""ACH as v3 answers it: UUIDs, idempotency keys, records in real time, deposits.

The request's fields are documented; of the answers only transaction_id, amount,
reversible_amount and transaction_status were seen in code, the rest is inferred.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ErrorCode
from integrations.paytrace.simulator import deposits, exchange, payers
from integrations.paytrace.simulator.ach_state import Check
from integrations.paytrace.simulator.check_desk import CheckOrder
from integrations.paytrace.simulator.deposits import Deposit
from integrations.paytrace.simulator.exchange import BadFieldError, Json, text_of
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.shapes import write_iso_moment
from integrations.paytrace.simulator.state import PACIFIC, Customer, RefusedError
from integrations.paytrace.simulator.till import check_ceiling

_USUAL_ROWS, _MOST_ROWS = 10, 30


def _pay(asked: Asked) -> Json:
    amount = exchange.amount_of(asked.fields)
    check_ceiling(asked.user, amount)
    entry_class = text_of(asked.fields, "std_entry_class")
    if len(entry_class) != 3:
        raise BadFieldError("std_entry_class")
    payer, last_four, kind = _payer(asked)
    order = CheckOrder(
        payer=payer,
        amount=amount,
        last_four=last_four,
        account_type=kind,
        invoice_id=text_of(asked.fields, "invoice_number"),
        description=text_of(asked.fields, "description"),
        email=text_of(asked.fields, "billing_email"),
        entry_class=entry_class,
        idempotency_key=text_of(asked.fields, "idempotency_key"),
    )
    taken = asked.world.checks.take(order, user=asked.user.username)
    return {"success": True, "transaction_id": taken.id, "data": []}


def _payer(asked: Asked) -> tuple[Customer, str, str]:
    number = exchange.number_of(asked.fields, name="customer_id")
    if number:
        found = asked.world.store.customer_by_number(asked.account, number)
        known = payers.stored(found)
        kept = known.bank_account
        return known, kept.get("last_four", ""), kept.get("account_type", "checking")
    last_four, kind = payers.bank_account(asked.fields, "bank_account")
    return payers.person(asked, {"masked_number": ""}), last_four, kind


def _list(asked: Asked) -> Json:
    """Ten rows unless asked for more, never above thirty, oldest first."""
    limit = min(exchange.number_of(asked.fields, name="limit") or _USUAL_ROWS, _MOST_ROWS)
    offset = exchange.number_of(asked.fields, name="offset")
    status = text_of(asked.fields, "status").upper()
    found = [one for one in _between(asked) if not status or one.status.value.upper() == status]
    shown = asked.world.shift_pages(found, offset)
    return {"items": [record(asked, one) for one in shown[offset : offset + limit]]}


def _between(asked: Asked) -> Sequence[Check]:
    checks = asked.world.store.checks
    if not asked.fields.get("start_date"):
        return checks.of_account(asked.account)
    start = _moment(asked.fields, "start_date")
    end = _moment(asked.fields, "end_date") + timedelta(seconds=1)
    if text_of(asked.fields, "date_type").upper() == "SETTLED":
        return checks.settled_between(asked.account, start, end)
    return checks.created_between(asked.account, start, end)


def _by_id(asked: Asked) -> Json:
    return {"data": record(asked, asked.world.checks.find(asked.account, asked.part))}


def _by_key(asked: Asked) -> Json:
    found = asked.world.store.checks.by_key(asked.account, asked.part)
    if found is None:
        raise RefusedError(ErrorCode.CHECK_UNKNOWN)
    return {"data": record(asked, found)}


def record(asked: Asked, check: Check) -> Json:
    said = {
        "transaction_id": check.id,
        "amount": check.amount,
        "reversible_amount": asked.world.checks.reversible(check),
        "transaction_status": check.status.value.upper(),
        "transaction_type": check.type.value.upper(),
        "processed_date": write_iso_moment(check.created_at),
        "settled_date": write_iso_moment(check.settled_at),
        "returned_date": write_iso_moment(check.returned_at),
        "return_code": check.return_code,
        "std_entry_class": check.entry_class,
        "invoice_number": check.invoice_id,
        "description": check.description,
        "customer_id": check.customer_number or "",
        "customer_label": check.customer_id,
        "billing_name": check.customer_name,
        "billing_email": check.email,
        "bank_account": {
            "masked_account_number": f"******{check.last_four}" if check.last_four else "",
            "account_type": check.account_type,
        },
        "idempotency_key": check.idempotency_key,
    }
    return {**said, "original_transaction_id": check.original_id} if check.original_id else said


def _deposits(asked: Asked) -> Json:
    start = _moment(asked.fields, "start_date")
    end = _moment(asked.fields, "end_date") + timedelta(seconds=1)
    found = deposits.of(asked.world.store.checks.of_account(asked.account))
    told = [one for one in found if start <= one.made_at < end]
    return {"data": {"deposits": [_deposit(one) for one in told]}}


def _deposit(one: Deposit) -> Json:
    said = {
        "deposit_id": one.id,
        "deposit_date": write_iso_moment(one.made_at),
        "net_amount": one.net,
        "transaction_count": len(one.lines),
    }
    return {**said, "fee_amount": one.fees} if one.fees else said


def _deposit_transactions(asked: Asked) -> Json:
    wanted = text_of(asked.fields, "deposit_id")
    found = deposits.of(asked.world.store.checks.of_account(asked.account))
    lines = [line for one in found if one.id == wanted for line in one.lines]
    rows = [
        {**record(asked, line.check), "amount": -line.check.amount}
        if line.is_return
        else record(asked, line.check)
        for line in lines
    ]
    return {"data": {"transactions": rows}}


def _moment(fields: Json, name: str) -> datetime:
    """ISO 8601; the days of a limit are Pacific whether it ends in Z or not (inferred)."""
    try:
        found = datetime.fromisoformat(text_of(fields, name).removesuffix("Z"))
    except ValueError as error:
        raise BadFieldError(name) from error
    return found.replace(tzinfo=PACIFIC, microsecond=0)


ROUTES = (
    route(at.ACH_PAYMENT, "ach", _pay),
    route(at.ACH_LIST, "ach", _list),
    route(at.ACH_BY_KEY, "ach", _by_key),
    route(at.ACH_RECORD, "ach", _by_id),
    route(at.ACH_DEPOSITS, "ach", _deposits),
    route(at.ACH_DEPOSIT_TRANSACTIONS, "ach", _deposit_transactions),
)
