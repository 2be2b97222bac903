"""The disputes API's key, and any case by hand."""

from __future__ import annotations

from dataclasses import replace

from integrations.paytrace.simulator.control.money import known_account
from integrations.paytrace.simulator.disputes.store import DisputedPayment
from integrations.paytrace.simulator.exchange import BadFieldError, Json, text_of
from integrations.paytrace.simulator.world import World

_FIELDS = ("payment_id", "status", "amount", "currency", "opened_on", "decided_on", "fee",
           "reason", "respond_by")  # fmt: skip


def put_key(world: World, fields: Json) -> Json:
    """{account, key}: who sends this key may read the account's cases; a former key no more."""
    account = known_account(world, fields)
    if not text_of(fields, "key"):
        raise BadFieldError("key")
    world.store.disputes.permit(account, text_of(fields, "key"))
    return {"account": account}


def put_dispute(world: World, fields: Json) -> Json:
    """Make or change a case: {account, case_number} and what of it shall be told.

    Anything is told as it is given, so that what nobody can read can be tried too.
    """
    account, number = known_account(world, fields), text_of(fields, "case_number")
    if not number:
        raise BadFieldError("case_number")
    known = world.disputes.store.find(account, number) or DisputedPayment(
        account=account,
        case_number=number,
        payment_id="",
        status="opened",
        amount="0.00",
        currency="USD",
        opened_on=world.disputes.today().isoformat(),
    )
    given = {name: fields[name] for name in _FIELDS if name in fields}
    return _told(world.disputes.keep(replace(known, **given)))


def move_dispute(world: World, fields: Json) -> Json:
    """{account, case_number, status}: decide a case, or put it into any other state."""
    account = known_account(world, fields)
    known = world.disputes.store.find(account, text_of(fields, "case_number"))
    if known is None or not text_of(fields, "status"):
        raise BadFieldError("case_number" if known is None else "status")
    return _told(world.disputes.move(known, text_of(fields, "status")))


def _told(case: DisputedPayment) -> Json:
    return {"case_number": case.case_number, "status": case.status}
