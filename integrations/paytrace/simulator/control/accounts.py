"""Accounts, users, stored customers, and what a card form would give."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from integrations.paytrace.simulator.exchange import BadFieldError, Json
from integrations.paytrace.simulator.rows import Options, User
from integrations.paytrace.simulator.state import Customer
from integrations.paytrace.simulator.world import World


def put_account(world: World, fields: Json) -> Json:
    """Create or replace {account, merchant_id, users, customers, options}.

    Users are replaced when named and start unlocked; transactions and other customers stay.
    """
    account = str(fields["account"])
    world.store.put_account(account, str(fields["merchant_id"]))
    if "users" in fields:
        users = [_user(world, account, user) for user in fields["users"]]
        world.store.users.replace(account, users)
    if "options" in fields:
        world.store.set_options(account, Options(**fields["options"]))
    for customer in fields.get("customers", []):
        put_customer(world, account, customer)
    kept = world.store.customers(account)
    return {"account": account, "customers": {c.customer_id: c.number for c in kept}}


def _user(world: World, account: str, fields: Json) -> User:
    return User(
        username=str(fields["username"]),
        account=account,
        password=str(fields["password"]),
        permissions=tuple(fields.get("permissions", ())),
        kind=str(fields.get("kind", "api")),
        password_set_at=moment_of(fields, "password_set_at") or world.now(),
        sale_ceiling=_ceiling(fields, "sale_ceiling"),
        refund_ceiling=_ceiling(fields, "refund_ceiling"),
    )


def _ceiling(fields: Json, name: str) -> Decimal | None:
    try:
        return Decimal(str(fields[name])) if fields.get(name) is not None else None
    except InvalidOperation as error:
        raise BadFieldError(name) from error


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


def make_hosted_fields(world: World, fields: Json) -> Json:
    """What PayTrace's card form would give a page: {account, first_six?, last_four?,
    is_code_wrong?, is_declined?}.

    No card number comes in: only its first six, last four and expiry are asked for.
    """
    last_four = str(fields.get("last_four", "5439"))
    if not (last_four.isascii() and last_four.isdigit() and len(last_four) == 4):
        raise BadFieldError("last_four")
    first_six = str(fields.get("first_six", "*" * 6))
    if not (first_six == "*" * 6 or (first_six.isascii() and first_six.isdigit())):
        raise BadFieldError("first_six")
    card = {
        "masked_number": f"{first_six[:6]}******{last_four}",
        "expiration_month": int(fields.get("expiration_month", 12)),
        "expiration_year": int(fields.get("expiration_year", 30)),
        "is_code_wrong": bool(fields.get("is_code_wrong", False)),
        "is_declined": bool(fields.get("is_declined", False)),
    }
    hpf_token, enc_key = world.store.hosted.make(str(fields["account"]), card)
    return {"hpf_token": hpf_token, "enc_key": enc_key}


def moment_of(fields: Json, name: str) -> datetime | None:
    """An aware time, or None. Raises BadFieldError without a zone."""
    if not fields.get(name):
        return None
    moment = datetime.fromisoformat(str(fields[name]))
    if moment.tzinfo is None:
        raise BadFieldError(name)
    return moment
