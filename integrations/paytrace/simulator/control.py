"""The hand on the simulator, under /_control/: loopback only, and no part of PayTrace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace.simulator import exchange, state
from integrations.paytrace.simulator.documents import dump_customer, dump_transaction
from integrations.paytrace.simulator.exchange import (
    Answer,
    BadFieldError,
    Json,
    Request,
    json_answer,
)
from integrations.paytrace.simulator.faults import KINDS
from integrations.paytrace.simulator.rows import Target, User
from integrations.paytrace.simulator.state import Customer, RefusedError, Transaction
from integrations.paytrace.simulator.world import World

Handler = Callable[[World, Json], Json]
_USER = "control"


def answer(world: World, request: Request) -> Answer:
    """The answer to a control call: 403 from elsewhere, 404 unknown, 400 with the field named."""
    if not request.is_local:
        return json_answer({"error": "loopback only"}, status=403)
    handler = ROUTES.get((request.method, request.path))
    if handler is None:
        return json_answer({"error": "no such control"}, status=404)
    try:
        fields: Json = {**request.query, **request.fields()}
        with world.turn():
            return json_answer(handler(world, fields))
    except RefusedError as refused:
        return json_answer({"error": "refused", "code": refused.code}, status=409)
    except BadFieldError as bad:
        return json_answer({"error": "bad field", "field": bad.name}, status=400)
    except (KeyError, TypeError, ValueError) as error:
        return json_answer({"error": "bad request", "detail": str(error)}, status=400)


def put_account(world: World, fields: Json) -> Json:
    """Create or replace {account, merchant_id, users, customers}.

    Users are replaced when named and start unlocked; transactions and other customers stay.
    """
    account = str(fields["account"])
    world.store.put_account(account, str(fields["merchant_id"]))
    if "users" in fields:
        world.store.replace_users(account, [_user(account, user) for user in fields["users"]])
    for customer in fields.get("customers", []):
        put_customer(world, account, customer)
    kept = world.store.customers(account)
    return {"account": account, "customers": {c.customer_id: c.number for c in kept}}


def _user(account: str, fields: Json) -> User:
    return User(
        username=str(fields["username"]),
        account=account,
        password=str(fields["password"]),
        permissions=tuple(fields.get("permissions", ())),
    )


def put_customer(world: World, account: str, fields: Json) -> Customer:
    """Create or change a vault customer; PayTrace's number stays once given."""
    customer_id = str(fields["customer_id"])
    known = world.store.customer(account, customer_id)
    customer = Customer(
        account=account,
        customer_id=customer_id,
        number=known.number if known else world.store.next_id(),
        name=str(fields.get("name", "")),
        masked_number=str(fields.get("masked_number", "************5439")),
        email=str(fields.get("email", "")),
        auto_void=bool(fields.get("auto_void", False)),
    )
    world.store.put_customer(customer)
    return customer


def put_transaction(world: World, fields: Json) -> Json:
    """Make any transaction. `notify` sends its notice, `silent_post` the checkout's form."""
    made = _transaction(world, fields)
    world.keep(made, notify=bool(fields.get("notify", False)))
    if fields.get("silent_post"):
        world.tell_silently(made)
    return {"transaction_id": str(made.id)}


def _transaction(world: World, fields: Json) -> Transaction:
    account = str(fields["account"])
    if account not in world.store.accounts():
        raise BadFieldError("account")
    kind = TransactionType(str(fields.get("type", "sale")))
    status = TransactionState(str(fields.get("state", "pending_settlement")))
    customer = world.store.customer(account, str(fields.get("customer_id", "")))
    is_settled = status is TransactionState.SETTLED
    number = world.store.next_id()
    has_code = status is not TransactionState.DECLINED
    return Transaction(
        account=account,
        id=number,
        type=kind,
        state=status,
        amount=_amount(fields),
        created_at=_moment(fields, "created_at") or world.now(),
        created_by=_USER,
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
        approval_message="  NO  MATCH - Approved and completed"
        if has_code
        else "    DECLINE - Do not honor",
        settled_at=(_moment(fields, "settled_at") or world.now()) if is_settled else None,
        batch_number=_batch_number(world, fields) if is_settled else 0,
        original_id=exchange.number_of(fields, name="original_transaction_id"),
        discretionary={str(k): str(v) for k, v in fields.get("discretionary_data", {}).items()},
    )


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
    return wanted or world.next_batch_number(str(fields["account"]))


def _moment(fields: Json, name: str) -> datetime | None:
    if not fields.get(name):
        return None
    moment = datetime.fromisoformat(str(fields[name]))
    if moment.tzinfo is None:
        raise BadFieldError(name)
    return moment


def _settle(world: World, fields: Json) -> Json:
    number, count = world.settle(str(fields["account"]))
    return {"batch_number": number, "count": count}


def _void(world: World, fields: Json) -> Json:
    number = exchange.number_of(fields, name="transaction_id")
    return {"transaction_id": str(world.void(str(fields["account"]), number).id)}


def _refund(world: World, fields: Json) -> Json:
    amount = exchange.amount_of(fields) if "amount" in fields else None
    number = exchange.number_of(fields, name="transaction_id")
    made = world.refund(str(fields["account"]), number, amount, user=_USER)
    return {"transaction_id": str(made.id)}


def _put_fault(world: World, fields: Json) -> Json:
    """{kind, path_prefix, count, seconds, performed}; kind "none" clears all of them."""
    kind = str(fields["kind"])
    if kind == "none":
        world.store.clear_faults()
        world.store.set_meta("export_lag", "0")
    elif kind == "export_lag":
        world.store.set_meta("export_lag", str(fields.get("seconds", 0)))
    elif kind in KINDS:
        world.store.put_fault(
            kind,
            str(fields.get("path_prefix", "/")),
            count=int(fields.get("count", 1)),
            seconds=float(fields.get("seconds", 6)),
            is_performed=bool(fields.get("performed", False)),
        )
    else:
        raise BadFieldError("kind")
    return {"kind": kind}


def _set_clock(world: World, fields: Json) -> Json:
    """{now, frozen}, {advance_seconds} or {running: true}, which returns to real time."""
    now = _moment(fields, "now")
    if fields.get("running"):
        world.set_clock(datetime.now(UTC), is_frozen=False)
    elif now is not None:
        world.set_clock(now, is_frozen=bool(fields.get("frozen", True)))
    else:
        world.advance_clock(float(fields["advance_seconds"]))
    return {"now": world.now().isoformat()}


def _put_webhook(world: World, fields: Json) -> Json:
    target = Target(str(fields["account"]), "webhook", str(fields["url"]), str(fields["secret"]))
    world.store.put_target(target)
    return {"account": target.account, "url": target.url}


def _put_silent_post(world: World, fields: Json) -> Json:
    """Where silent posts go; with {transaction_id} one is sent now."""
    account = str(fields["account"])
    if "url" in fields:
        world.store.put_target(Target(account, "silent_post", str(fields["url"]), ""))
    if "transaction_id" in fields:
        number = exchange.number_of(fields, name="transaction_id")
        world.tell_silently(world.find(account, number))
    return {"account": account}


def _send_notice(world: World, fields: Json) -> Json:
    """Send the notice of a transaction's present state, `copies` times."""
    number = exchange.number_of(fields, name="transaction_id")
    found = world.find(str(fields["account"]), number)
    world.tell(found, copies=int(fields.get("copies", 1)))
    return {"transaction_id": str(found.id)}


def _state(world: World, fields: Json) -> Json:
    """Everything that matters, without passwords, tokens and signing secrets."""
    wanted = fields.get("account")
    accounts = {name: id_ for name, id_ in world.store.accounts().items() if wanted in {None, name}}
    return {
        "now": world.now().isoformat(),
        "accounts": {
            account: {
                "merchant_id": merchant_id,
                "customers": [dump_customer(c) for c in world.store.customers(account)],
                "transactions": [
                    dump_transaction(t) for t in world.store.all_transactions(account)
                ],
            }
            for account, merchant_id in accounts.items()
        },
    }


def _calls(world: World, fields: Json) -> Json:
    del fields
    return world.store.counts()


def _deliveries(world: World, fields: Json) -> Json:
    del fields
    return {"deliveries": [asdict(item) for item in world.notifier.deliveries()]}


def _reset(world: World, fields: Json) -> Json:
    del fields
    world.store.wipe()
    return {}


ROUTES: Mapping[tuple[str, str], Handler] = {
    ("POST", "/_control/accounts"): put_account,
    ("POST", "/_control/transactions"): put_transaction,
    ("POST", "/_control/settle"): _settle,
    ("POST", "/_control/void"): _void,
    ("POST", "/_control/refund"): _refund,
    ("POST", "/_control/faults"): _put_fault,
    ("POST", "/_control/clock"): _set_clock,
    ("POST", "/_control/webhooks"): _put_webhook,
    ("POST", "/_control/silent_post"): _put_silent_post,
    ("POST", "/_control/notices"): _send_notice,
    ("POST", "/_control/reset"): _reset,
    ("GET", "/_control/state"): _state,
    ("GET", "/_control/calls"): _calls,
    ("GET", "/_control/deliveries"): _deliveries,
}
