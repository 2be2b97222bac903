"""Refunds that belong to no payment: who asked PayTrace for one, for whom and why."""

from __future__ import annotations

from integrations.canonical.effects import EffectKind
from integrations.canonical.transactions import GatewayTransaction
from integrations.instructions import queries
from integrations.posting.models import Effect
from integrations.workflows.subject import AskedRefund


def of(effect: Effect, transaction: GatewayTransaction) -> AskedRefund | None:
    """What was asked here, by the invoice id that PayTrace was told; None for every other
    refund. Inside the open company's transaction."""
    if effect.kind != EffectKind.REFUND or transaction.original_transaction_id:
        return None
    row = queries.customer_refund_of(
        connection_id=effect.source_id, invoice_id=transaction.invoice_reference
    )
    if row is None:
        return None
    return AskedRefund(
        customer_number=row.customer_number,
        invoice_number=row.invoice_number,
        asked_by=row.asked_by,
        approved_by=row.decided_by,
        why=str(row.request.get("description", "")),
    )
