"""Rows of the simulator as JSON text, exactly there and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.ach import AchStatus, AchType
from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace import wire
from integrations.paytrace.simulator.ach_state import Check
from integrations.paytrace.simulator.plan_state import Plan
from integrations.paytrace.simulator.state import Customer, Transaction


def dump(row: Transaction | Customer | Check | Plan) -> dict[str, Any]:
    """A JSON form: amounts as decimal strings, times as ISO in UTC, ids as numbers."""
    return {item.name: _plain(getattr(row, item.name)) for item in fields(row)}


def load_transaction(text: str) -> Transaction:
    raw = wire.loads(text)
    return Transaction(
        **{
            **raw,
            "type": TransactionType(raw["type"]),
            "state": TransactionState(raw["state"]),
            "amount": Decimal(raw["amount"]),
            "first_amount": Decimal(raw.get("first_amount", "0")),
            "created_at": datetime.fromisoformat(raw["created_at"]),
            "settled_at": _moment(raw["settled_at"]),
        }
    )


def load_customer(text: str) -> Customer:
    return Customer(**wire.loads(text))


def load_check(text: str) -> Check:
    raw = wire.loads(text)
    moments = ("originated_at", "settled_at", "returned_at")
    return Check(
        **{
            **raw,
            "type": AchType(raw["type"]),
            "status": AchStatus(raw["status"]),
            "amount": Decimal(raw["amount"]),
            "fee": Decimal(raw.get("fee", "0")),
            "created_at": datetime.fromisoformat(raw["created_at"]),
            **{name: _moment(raw[name]) for name in moments},
        }
    )


def load_plan(text: str) -> Plan:
    raw = wire.loads(text)
    days = ("start_on", "next_on")
    return Plan(
        **{
            **raw,
            "amount": Decimal(raw["amount"]),
            **{name: date.fromisoformat(raw[name]) for name in days},
        }
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
