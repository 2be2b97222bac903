"""Faults, the clock, who is told, and a clean start."""

from __future__ import annotations

from datetime import UTC, datetime

from integrations.paytrace.simulator import exchange
from integrations.paytrace.simulator.control.accounts import moment_of
from integrations.paytrace.simulator.exchange import BadFieldError, Json
from integrations.paytrace.simulator.faults import KINDS
from integrations.paytrace.simulator.rows import Target
from integrations.paytrace.simulator.world import World


def put_fault(world: World, fields: Json) -> Json:
    """{kind, path_prefix, count, seconds, performed}; kind "none" clears all of them.

    `export_lag` hides what is younger than `seconds`; `page_shift` takes a row off the earlier
    pages at each of the next `count` later pages of the ACH list.
    """
    kind = str(fields["kind"])
    if kind == "none":
        world.store.clear_faults()
        world.store.set_meta("export_lag", "0")
        world.store.set_meta("shifts", 0)
    elif kind == "export_lag":
        world.store.set_meta("export_lag", str(fields.get("seconds", 0)))
    elif kind == "page_shift":
        world.store.set_meta("shifts", int(fields.get("count", 1)))
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


def set_clock(world: World, fields: Json) -> Json:
    """{now, frozen}, {advance_seconds} or {running: true}, which returns to real time."""
    now = moment_of(fields, "now")
    if fields.get("running"):
        world.set_clock(datetime.now(UTC), is_frozen=False)
    elif now is not None:
        world.set_clock(now, is_frozen=bool(fields.get("frozen", True)))
    else:
        world.advance_clock(float(fields["advance_seconds"]))
    return {"now": world.now().isoformat()}


def put_webhook(world: World, fields: Json) -> Json:
    target = Target(str(fields["account"]), "webhook", str(fields["url"]), str(fields["secret"]))
    world.store.put_target(target)
    return {"account": target.account, "url": target.url}


def put_silent_post(world: World, fields: Json) -> Json:
    """Where silent posts go; with {transaction_id} one is sent now."""
    account = str(fields["account"])
    if "url" in fields:
        world.store.put_target(Target(account, "silent_post", str(fields["url"]), ""))
    if "transaction_id" in fields:
        number = exchange.number_of(fields, name="transaction_id")
        world.tell_silently(world.till.find(account, number))
    return {"account": account}


def send_notice(world: World, fields: Json) -> Json:
    """Send the notice of a transaction's present state, `copies` times."""
    number = exchange.number_of(fields, name="transaction_id")
    found = world.till.find(str(fields["account"]), number)
    world.tell(found, copies=int(fields.get("copies", 1)))
    return {"transaction_id": str(found.id)}


def reset(world: World, fields: Json) -> Json:
    del fields
    world.store.wipe()
    return {}
