"""Gateway facts: what the gateway itself said about a transaction, kept for ever."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import connection as database

from integrations.canonical.arrows import progress
from integrations.canonical.money import Money
from integrations.canonical.redaction import without_card_numbers
from integrations.canonical.transactions import (
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)
from integrations.events.models import GatewayFact
from tenants.insert import insert_all
from tenants.scope import current_tenant_id

# Of a transaction: what people or other programs wrote.
_FREE_TEXTS = (
    "invoice_reference",
    "description",
    "customer_reference",
    "customer_id",
    "customer_name",
    "email",
    "card_brand",
    "approval_code",
    "message",
    "status_code",
    "batch_number",
)


# One search of the unique index for each id. Asked for many ids at once, PostgreSQL reads the
# whole day's index instead: it expects to find them all there. While a table has no statistics yet
# all its indexes cost alike, and the order decides: only the unique one gives the states in order.
_KNOWN = """
SELECT told.id, fact.state
FROM unnest(%s::text[]) AS told (id)
CROSS JOIN LATERAL (
    SELECT state FROM events_gatewayfact
    WHERE tenant_id = %s AND connection_id = %s AND transaction_id = told.id
    ORDER BY state OFFSET 0
) AS fact
"""


def record(
    transactions: Sequence[GatewayTransaction],
    *,
    connection_id: uuid.UUID,
    seen_by: GatewayFact.SeenBy,
) -> list[GatewayTransaction]:
    """Keep these states, in two statements; gives back those that nobody had told before, as
    they were kept: a card number that somebody typed into a free text is taken out."""
    known = known_states(
        connection_id=connection_id, transaction_ids=[t.transaction_id for t in transactions]
    )
    told = {(t.transaction_id, t.state.value): t for t in transactions}
    unknown = [_clean(transaction) for pair, transaction in told.items() if pair not in known]
    rows = [_fact(t, connection_id=connection_id, seen_by=seen_by) for t in unknown]
    kept = set(insert_all(rows, telling=("transaction_id", "state")))
    return [t for t in unknown if (t.transaction_id, t.state.value) in kept]


def _clean(transaction: GatewayTransaction) -> GatewayTransaction:
    """Ids stay as they are: the gateway gave them out."""
    texts: dict[str, Any] = {name: getattr(transaction, name) for name in _FREE_TEXTS}
    texts["discretionary"] = dict(transaction.discretionary)
    clean = without_card_numbers(texts)
    return transaction if clean == texts else replace(transaction, **clean)


def _fact(
    transaction: GatewayTransaction, *, connection_id: uuid.UUID, seen_by: GatewayFact.SeenBy
) -> GatewayFact:
    return GatewayFact(
        connection_id=connection_id,
        transaction_id=transaction.transaction_id,
        type=transaction.type,
        state=transaction.state,
        seen_by=seen_by,
        amount=transaction.amount.amount,
        currency=transaction.amount.currency,
        created_at=transaction.created_at,
        batch_number=transaction.batch_number[:20],
        details=to_details(transaction),
    )


def latest(*, connection_id: uuid.UUID, transaction_id: str) -> GatewayTransaction | None:
    """The transaction as last told by the gateway; None when it never was."""
    found = history(connection_id=connection_id, transaction_id=transaction_id)
    return found[-1] if found else None


def history(*, connection_id: uuid.UUID, transaction_id: str) -> list[GatewayTransaction]:
    """Every state we saw, in the order a transaction goes through them.

    Exports lag, so an earlier state can be seen later; it does not become the latest.
    """
    found = histories(connection_id=connection_id, transaction_ids=[transaction_id])
    return found.get(transaction_id, [])


def histories(
    *, connection_id: uuid.UUID, transaction_ids: Sequence[str]
) -> dict[str, list[GatewayTransaction]]:
    """The same of many transactions, by id; those nobody told of are missing."""
    details = GatewayFact.objects.filter(
        connection_id=connection_id, transaction_id__in=transaction_ids
    ).values_list("transaction_id", "details")
    found: dict[str, list[GatewayTransaction]] = {}
    for transaction_id, told in details:
        found.setdefault(transaction_id, []).append(from_details(told))
    for states in found.values():
        states.sort(key=lambda one: progress(one.state))
    return found


def settled_lately(connection_id: uuid.UUID, *, since: datetime) -> list[GatewayTransaction]:
    """The newest card payments and refunds of an account that have settled, for what is settled
    never changes; three at most."""
    rows = GatewayFact.objects.filter(
        connection_id=connection_id,
        state=TransactionState.SETTLED,
        created_at__gte=since,
        details__method=PaymentMethod.CARD,
    ).order_by("-created_at", "-id")
    return [from_details(details) for details in rows.values_list("details", flat=True)[:3]]


def known_states(
    *, connection_id: uuid.UUID, transaction_ids: Sequence[str]
) -> set[tuple[str, str]]:
    """The `(transaction id, state)` pairs already kept, of these transactions."""
    with database.cursor() as cursor:
        cursor.execute(_KNOWN, [list(transaction_ids), current_tenant_id(), connection_id])
        return set(cursor.fetchall())


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
        "settled_at": _moment(transaction.settled_at),
        "changed_at": _moment(transaction.changed_at),
        "fee": transaction.fee.plain if transaction.fee else "",
        "respond_by": transaction.respond_by.isoformat() if transaction.respond_by else "",
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
    """The transaction that `to_details` wrote. A fact is never rewritten, so what was added to
    it later may be missing."""
    text: dict[str, Any] = dict(details)
    currency, fee = text.pop("currency"), text.pop("fee", "")
    respond_by = text.pop("respond_by", "")
    return GatewayTransaction(
        amount=Money.parse(text.pop("amount"), currency),
        fee=Money.parse(fee, currency) if fee else None,
        respond_by=date.fromisoformat(respond_by) if respond_by else None,
        type=TransactionType(text.pop("type")),
        state=TransactionState(text.pop("state")),
        method=PaymentMethod(text.pop("method")),
        created_at=datetime.fromisoformat(text.pop("created_at")),
        settled_at=_read_moment(text.pop("settled_at")),
        changed_at=_read_moment(text.pop("changed_at", "")),
        **text,
    )


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _read_moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
