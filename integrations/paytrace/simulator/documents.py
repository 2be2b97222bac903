"""Rows of the simulator as JSON text, exactly there and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace import wire
from integrations.paytrace.simulator.state import Customer, Transaction


def dump_transaction(transaction: Transaction) -> dict[str, Any]:
    """A JSON form: amounts as decimal strings, times as ISO in UTC, ids as numbers."""
    return {item.name: _plain(getattr(transaction, item.name)) for item in fields(transaction)}


def load_transaction(text: str) -> Transaction:
    raw = wire.loads(text)
    settled_at = raw["settled_at"]
    return Transaction(
        **{
            **raw,
            "type": TransactionType(raw["type"]),
            "state": TransactionState(raw["state"]),
            "amount": Decimal(raw["amount"]),
            "created_at": datetime.fromisoformat(raw["created_at"]),
            "settled_at": datetime.fromisoformat(settled_at) if settled_at else None,
        }
    )


def dump_customer(customer: Customer) -> dict[str, Any]:
    return {item.name: getattr(customer, item.name) for item in fields(customer)}


def load_customer(text: str) -> Customer:
    return Customer(**wire.loads(text))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
