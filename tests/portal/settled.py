"""A settled batch or ACH deposit as PayTrace tells it, with its one payment posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from integrations.canonical.money import Money
from integrations.canonical.transactions import Batch, PaymentMethod, TransactionState
from integrations.events import batches, facts
from integrations.events.models import DepositPart, GatewayBatch, GatewayFact
from integrations.pipeline import settling
from tests import factories
from tests.factories import Books

# 20:00 Pacific of November 20.
SETTLED = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def settled(
    books: Books, number: str, *, net: str = "740.00", is_told_apart: bool = True
) -> GatewayBatch:
    """A batch over `net` whose payment of 740.00 is in Sage; inside the tenant transaction."""
    paid = factories.posted(books, occurred_at=SETTLED.replace(hour=1))
    told = facts.latest(connection_id=books.paytrace.id, transaction_id=paid.transaction_id)
    assert told is not None
    one = replace(told, state=TransactionState.SETTLED, settled_at=SETTLED, batch_number=number)
    facts.record([one], connection_id=books.paytrace.id, seen_by=GatewayFact.SeenBy.SYNC)
    batch = Batch(
        account="MID-4417",
        number=number,
        settled_at=SETTLED,
        transaction_count=1,
        net=usd(net),
        sales_count=1 if is_told_apart else None,
        sales=usd(net) if is_told_apart else None,
        refunds_count=0 if is_told_apart else None,
        refunds=usd("0.00") if is_told_apart else None,
    )
    zone = str(books.paytrace.settings["zone"])
    kept = batches.keep(batch, connection_id=books.paytrace.id, zone=zone)
    settling.enter(source=books.paytrace, method=PaymentMethod.CARD)
    return kept


def deposited(
    books: Books, number: str, *, net: str = "738.15", fees: str = "1.85"
) -> GatewayBatch:
    """An ACH deposit whose payment of 740.00 is in Sage; inside the tenant transaction."""
    paid = factories.posted(books, occurred_at=SETTLED.replace(hour=1))
    told = facts.latest(connection_id=books.paytrace.id, transaction_id=paid.transaction_id)
    assert told is not None
    batch = Batch(
        account="MID-4417",
        number=number,
        settled_at=SETTLED,
        transaction_count=1,
        net=usd(net),
        sales_count=None,
        sales=None,
        refunds_count=None,
        refunds=None,
        method=PaymentMethod.ACH,
        fees=usd(fees),
    )
    zone = str(books.paytrace.settings["zone"])
    kept = batches.keep(batch, connection_id=books.paytrace.id, zone=zone)
    DepositPart.objects.create(
        deposit=kept, transaction_id=paid.transaction_id, kind="sale",
        amount=paid.amount, currency="USD",
    )  # fmt: skip
    settling.enter(source=books.paytrace, method=PaymentMethod.ACH)
    return kept
