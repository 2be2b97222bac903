"""What the journal says to a person: what a write was about, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sagepro.agent import calls, wire

_CALLS = {
    calls.POST: "post",
    "withdraw": "forbid",
    "note_status": "note a payment status",
    "allocate_stock": "allocate stock",
    "upsert_order": "write a sales order",
    "create_or_match_customer": "find or add a customer",
    "answer_flagged": "answer a flagged row",
}


def about(name: str, arguments: Mapping[str, Any]) -> str:
    """The amount, customer and documents of a posting; key or number of all else.

    Empty for what cannot be understood: whoever is to do it says so.
    """
    try:
        return _about(name, arguments)
    except (KeyError, TypeError):
        return ""


def _about(name: str, arguments: Mapping[str, Any]) -> str:
    if name == calls.POST:
        return _posting(arguments["request"])
    if name in calls.CHANGES:
        return _change(name, arguments[calls.CHANGES[name]])
    if name == "note_status":
        return f"‘{arguments.get('status', '')}’ on invoice {arguments.get('invoice_number', '')}"
    return str(arguments.get("effect_key", ""))


def _posting(asked: Mapping[str, Any]) -> str:
    amount = asked["amount"]
    kind = str(asked["kind"]).replace("_", " ")
    customer = str(asked["customer_number"]).strip()
    numbers = ", ".join(str(one["invoice_number"]).strip() for one in asked["applications"])
    told = f"{kind} {amount['amount']} {amount['currency']}"
    told += f" for {customer}" if customer else ""
    return f"{told}{f' on {numbers}' if numbers else ''} ({asked['effect_key']})"


def _change(name: str, asked: Mapping[str, Any]) -> str:
    if name == "allocate_stock":
        return f"{asked['quantity']} of {asked['item']} at {asked['location']} ({asked['key']})"
    if name == "upsert_order":
        lines = len(asked["lines"])
        word = "line" if lines == 1 else "lines"
        which = f"{asked['order']}, version {asked['version']}"
        return f"{which}, for {asked['customer_number']}, {lines} {word}"
    if name == "answer_flagged":
        return f"row {asked['number']}: {asked['status']}"
    return f"{asked['name']} ({asked['key']})"


def call_in_words(name: str) -> str:
    """What was asked for."""
    return _CALLS.get(name, name)


def outcome(answer: str) -> str:
    """What came of it, with Sage's own reference where there is one."""
    if not answer:
        return "begun, not answered yet"
    told = wire.load(answer)
    value = told.get("value")
    if not isinstance(value, Mapping):
        return str(told.get("sentence") or value)
    refusal, found = value.get("refusal"), str(value.get("outcome"))
    why = refusal.get("sentence") if isinstance(refusal, Mapping) else ""
    where = why or value.get("sage_reference") or value.get("number") or ""
    return f"{found.replace('_', ' ')}{f': {where}' if where else ''}"


def moment(text: str) -> str:
    """A moment of the journal by this computer's clock."""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S}"
