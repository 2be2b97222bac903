"""Any event by hand: a sale in any state, capture, settlement, void, refund, chargeback, ACH."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

from integrations.canonical.ach import AchStatus, AchType
from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace.simulator import ach_state, exchange, state
from integrations.paytrace.simulator.ach_state import Check
from integrations.paytrace.simulator.control.accounts import moment_of
from integrations.paytrace.simulator.exchange import BadFieldError, Json
from integrations.paytrace.simulator.state import Customer, Transaction
from integrations.paytrace.simulator.world import World

USER = "control"
_MARKS = frozenset({"", "opened", "won", "lost"})
_SETTLED = frozenset({AchStatus.SETTLED, AchStatus.PARTIALLY_SETTLED, AchStatus.RETURNED})


def put_transaction(world: World, fields: Json) -> Json:
    """Make any transaction. `notify` sends its notice, `silent_post` the checkout's form."""
    made = _transaction(world, fields)
    world.till.keep(made, notify=bool(fields.get("notify", False)))
    if fields.get("silent_post"):
        world.tell_silently(made)
    return {"transaction_id": str(made.id)}


def _transaction(world: World, fields: Json) -> Transaction:
    account = known_account(world, fields)
    status = TransactionState(str(fields.get("state", "pending_settlement")))
    customer = world.store.customer(account, str(fields.get("customer_id", "")))
    is_settled = status is TransactionState.SETTLED
    number = world.store.next_id()
    has_code = status is not TransactionState.DECLINED
    return Transaction(
        account=account,
        id=number,
        type=TransactionType(str(fields.get("type", "sale"))),
        state=status,
        amount=_amount(fields),
        created_at=moment_of(fields, "created_at") or world.now(),
        created_by=USER,
        invoice_id=str(fields.get("invoice_id", "")),
        description=str(fields.get("description", "")),
        customer_reference_id=str(fields.get("customer_reference_id", "")),
        customer_id=str(fields.get("customer_id", "")),
        customer_number=customer.number if customer else 0,
        customer_name=str(fields.get("customer_name", customer.name if customer else "")),
        email=str(fields.get("email", customer.email if customer else "")),
        masked_number=str(
            fields.get("masked_number", f"************{_last_four(fields, customer)}")
        ),
        approval_code=state.approval_code(number) if has_code else "",
        approval_message=state.APPROVED_MESSAGE if has_code else "    DECLINE - Do not honor",
        settled_at=(moment_of(fields, "settled_at") or world.now()) if is_settled else None,
        batch_number=_batch_number(world, fields) if is_settled else 0,
        original_id=exchange.number_of(fields, name="original_transaction_id"),
        discretionary={str(k): str(v) for k, v in fields.get("discretionary_data", {}).items()},
    )


def known_account(world: World, fields: Json) -> str:
    account = str(fields["account"])
    if account not in world.store.accounts():
        raise BadFieldError("account")
    return account


def _last_four(fields: Json, customer: Customer | None) -> str:
    known = customer.masked_number[-4:] if customer else "5439"
    return str(fields.get("last_four", known))


def _amount(fields: Json) -> Decimal:
    """Any amount, zero and below too: a gateway can surprise."""
    amount = Decimal(str(fields["amount"]))
    if not amount.is_finite() or amount != round(amount, 2):
        raise BadFieldError("amount")
    return amount


def _batch_number(world: World, fields: Json) -> int:
    wanted = exchange.number_of(fields, name="batch_number")
    return wanted or world.till.next_batch_number(str(fields["account"]))


def settle(world: World, fields: Json) -> Json:
    number, count = world.till.settle(str(fields["account"]))
    return {"batch_number": number, "count": count}


def capture(world: World, fields: Json) -> Json:
    amount = exchange.amount_or_none(fields)
    return _moved(world.till.capture(str(fields["account"]), _number(fields), amount))


def adjust(world: World, fields: Json) -> Json:
    """As in PayTrace's own terminal: another amount for a hold."""
    amount = exchange.amount_of(fields)
    return _moved(world.till.adjust(str(fields["account"]), _number(fields), amount))


def lapse(world: World, fields: Json) -> Json:
    """The customer's bank lets a hold go: it can be captured no more, and nothing else tells."""
    held = world.till.find(
        known_account(world, fields), exchange.number_of(fields, name="transaction_id")
    )
    world.store.set_meta(f"lapsed:{held.id}", 1)
    return {"transaction_id": str(held.id)}


def void(world: World, fields: Json) -> Json:
    return _moved(world.till.void(str(fields["account"]), _number(fields)))


def refund(world: World, fields: Json) -> Json:
    amount = exchange.amount_or_none(fields)
    made = world.till.refund(str(fields["account"]), _number(fields), amount, user=USER)
    return _moved(made)


def mark_chargeback(world: World, fields: Json) -> Json:
    """Mark a transaction as charged back: {mark: opened, won, lost or empty}.

    The disputes API tells it too, as a case of its own.
    """
    mark = str(fields.get("mark", "opened"))
    if mark not in _MARKS:
        raise BadFieldError("mark")
    marked = world.till.mark_chargeback(str(fields["account"]), _number(fields), mark)
    if mark:
        world.disputes.mark(marked, mark)
    return _moved(marked)


def _number(fields: Json) -> int:
    return exchange.number_of(fields, name="transaction_id")


def _moved(transaction: Transaction) -> Json:
    return {"transaction_id": str(transaction.id)}


def put_check(world: World, fields: Json) -> Json:
    """Make an ACH payment in any state: {account, amount, status?, created_at?, deposit_id?,
    fee?, …}. A settled one stands in the deposit of its day, or in the one named."""
    account = known_account(world, fields)
    status = AchStatus(str(fields.get("status", "accepted")))
    customer = world.store.customer(account, str(fields.get("customer_id", "")))
    created_at = moment_of(fields, "created_at") or world.now()
    settled_at = moment_of(fields, "settled_at") or world.now() if status in _SETTLED else None
    check = Check(
        account=account,
        id=str(uuid.uuid4()),
        number=world.store.next_id(),
        type=AchType(str(fields.get("type", "sale"))),
        status=status,
        amount=_amount(fields),
        created_at=created_at,
        created_by=USER,
        idempotency_key=str(fields.get("idempotency_key", "")),
        entry_class=str(fields.get("entry_class", "CCD")),
        invoice_id=str(fields.get("invoice_id", "")),
        description=str(fields.get("description", "")),
        customer_id=str(fields.get("customer_id", "")),
        customer_number=customer.number if customer else 0,
        customer_name=str(fields.get("customer_name", customer.name if customer else "")),
        email=customer.email if customer else "",
        last_four=str(fields.get("last_four", "6789")),
        originated_at=created_at,
        settled_at=settled_at,
        deposit_id=_deposit_id(fields, settled_at) if settled_at else "",
        fee=_amount({"amount": fields.get("fee") or "0"}),
    )
    return _told(world.checks.keep(check))


def _deposit_id(fields: Json, settled_at: datetime) -> str:
    named = str(fields.get("deposit_id", ""))
    return named or ach_state.deposit_id(str(fields["account"]), settled_at)


def move_check(world: World, fields: Json) -> Json:
    """Move an ACH payment by hand: {transaction_id, status, return_code?}."""
    check = world.checks.find(str(fields["account"]), str(fields["transaction_id"]))
    status = AchStatus(str(fields["status"]))
    code = str(fields.get("return_code", ""))
    return _told(world.checks.move(check, status, return_code=code))


def refund_check(world: World, fields: Json) -> Json:
    check = world.checks.find(str(fields["account"]), str(fields["transaction_id"]))
    amount = exchange.amount_or_none(fields)
    return _told(world.checks.refund(check, amount, user=USER))


def _told(check: Check) -> Json:
    return {"transaction_id": check.id, "number": str(check.number), "status": check.status.value}
