"""The smallest valid payment, with what a test says about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def payment(**said: Any) -> GatewayTransaction:
    """An approved card sale of 740.00 USD awaiting settlement, changed as the test says."""
    plain = GatewayTransaction(
        account="MID1",
        transaction_id="79388123",
        type=TransactionType.SALE,
        state=TransactionState.PENDING_SETTLEMENT,
        method=PaymentMethod.CARD,
        amount=usd("740.00"),
        created_at=datetime(2026, 11, 21, 0, 6, 30, tzinfo=UTC),
    )
    return replace(plain, **said)
