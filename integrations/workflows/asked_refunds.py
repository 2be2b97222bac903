"""Refunds that belong to no payment: who asked PayTrace for one, for whom and why."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from integrations.canonical.effects import EffectKind
from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction
from integrations.instructions import queries
from integrations.posting.models import Effect, EffectState
from integrations.workflows.subject import AskedRefund, Paid

# Payments that a case shows to choose from.
MOST_PAYMENTS = 5


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
        payments=_large_enough(effect, row.customer_number),
    )


def _large_enough(effect: Effect, customer_number: str) -> tuple[Paid, ...]:
    """The newest payments of that customer in Sage, through the same account."""
    found = Effect.objects.filter(
        source_id=effect.source_id,
        kind=EffectKind.SALE,
        state__in=(EffectState.POSTED, EffectState.ADOPTED),
        customer_number__iexact=customer_number,
        currency=effect.currency,
        amount__gte=effect.amount,
    ).order_by("-occurred_at", "-id")
    zone = ZoneInfo(str(effect.source.settings.get("zone", "America/Los_Angeles")))
    return tuple(
        Paid(
            transaction_id=one.transaction_id,
            amount=Money(one.amount, one.currency),
            on=one.occurred_at.astimezone(zone).date(),
            invoice_reference=one.invoice_reference,
        )
        for one in found[:MOST_PAYMENTS]
    )
