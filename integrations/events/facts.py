"""Gateway facts: what the gateway itself said about a transaction, kept for ever."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)
from integrations.events.models import GatewayFact
from tenants.insert import insert_once

# How far along its life a transaction is; whatever is not named here is an end.
_PROGRESS = {
    TransactionState.UNKNOWN: 0,
    TransactionState.AUTHORIZED: 1,
    TransactionState.PENDING_SETTLEMENT: 2,
}
_LAST = 3


def record(
    transaction: GatewayTransaction, *, connection_id: uuid.UUID, seen_by: GatewayFact.SeenBy
) -> bool:
    """Keep this state of the transaction; True when nobody had told it before."""
    return insert_once(
        GatewayFact(
            connection_id=connection_id,
            transaction_id=transaction.transaction_id,
            type=transaction.type,
            state=transaction.state,
            seen_by=seen_by,
            amount=transaction.amount.amount,
            currency=transaction.amount.currency,
            created_at=transaction.created_at,
            details=to_details(transaction),
        )
    )


def latest(*, connection_id: uuid.UUID, transaction_id: str) -> GatewayTransaction | None:
    """The transaction as last told by the gateway; None when it never was."""
    found = history(connection_id=connection_id, transaction_id=transaction_id)
    return found[-1] if found else None


def history(*, connection_id: uuid.UUID, transaction_id: str) -> list[GatewayTransaction]:
    """Every state we saw, in the order a transaction goes through them.

    Exports lag, so an earlier state can be seen later; it does not become the latest.
    """
    facts = GatewayFact.objects.filter(
        connection_id=connection_id, transaction_id=transaction_id
    ).order_by("seen_at", "id")
    told = [from_details(fact.details) for fact in facts]
    return sorted(told, key=lambda one: _PROGRESS.get(one.state, _LAST))


def known_states(
    *, connection_id: uuid.UUID, transaction_ids: Sequence[str]
) -> set[tuple[str, str]]:
    """The `(transaction id, state)` pairs already kept, of these transactions."""
    pairs = GatewayFact.objects.filter(
        connection_id=connection_id, transaction_id__in=transaction_ids
    ).values_list("transaction_id", "state")
    return set(pairs)


def to_details(transaction: GatewayTransaction) -> dict[str, Any]:
    """A JSON form: amounts as decimal strings, times in ISO 8601."""
    return {
        "account": transaction.account,
        "transaction_id": transaction.transaction_id,
        "type": transaction.type.value,
        "state": transaction.state.value,
        "method": transaction.method.value,
        "amount": transaction.amount.plain,
        "currency": transaction.amount.currency,
        "created_at": transaction.created_at.isoformat(),
        "settled_at": transaction.settled_at.isoformat() if transaction.settled_at else "",
        "batch_number": transaction.batch_number,
        "invoice_reference": transaction.invoice_reference,
        "description": transaction.description,
        "customer_reference": transaction.customer_reference,
        "customer_id": transaction.customer_id,
        "customer_name": transaction.customer_name,
        "email": transaction.email,
        "card_brand": transaction.card_brand,
        "last_four": transaction.last_four,
        "approval_code": transaction.approval_code,
        "message": transaction.message,
        "status_code": transaction.status_code,
        "original_transaction_id": transaction.original_transaction_id,
        "discretionary": dict(transaction.discretionary),
    }


def from_details(details: dict[str, Any]) -> GatewayTransaction:
    """The transaction that `to_details` wrote."""
    text: dict[str, Any] = dict(details)
    settled_at = text.pop("settled_at")
    return GatewayTransaction(
        amount=Money.parse(text.pop("amount"), text.pop("currency")),
        type=TransactionType(text.pop("type")),
        state=TransactionState(text.pop("state")),
        method=PaymentMethod(text.pop("method")),
        created_at=datetime.fromisoformat(text.pop("created_at")),
        settled_at=datetime.fromisoformat(settled_at) if settled_at else None,
        **text,
    )
