"""The one PayTrace client the rest of the house knows, whichever API version is behind it."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import requests

from integrations.canonical.money import Money
from integrations.canonical.transactions import Batch, GatewayTransaction
from integrations.paytrace.http import Observer, Timeouts
from integrations.paytrace.results import (
    Capabilities,
    RefundResult,
    SaleResult,
    Token,
    VoidResult,
)
from integrations.paytrace.settings import PayTraceSettings
from integrations.paytrace.tokens import TokenSource
from integrations.paytrace.v1 import V1Client
from integrations.paytrace.v3 import V3Client


class PayTraceClient(Protocol):
    """Reads, and the few calls that move money. Nothing here is retried.

    Every call may raise FixConfiguration (`paytrace.login_refused`, `paytrace.user_locked`,
    `paytrace.not_permitted`, …) and TryLater. A read never changes anything at PayTrace. A call
    that moves money raises OutcomeUnknown whenever the request left and no clear answer came;
    find out with `transactions`, never by calling again. NeverWorks is PayTrace's clear no.
    """

    def log_in(self) -> Token:
        """One login attempt. Four failures in a row lock the user at PayTrace."""

    def capabilities(self) -> Capabilities:
        """What the account can do, asked by cheap reads; uses the token source."""

    def transaction(self, transaction_id: str) -> GatewayTransaction | None:
        """The transaction as it is now, or None when PayTrace knows none with this id (yet)."""

    def transactions(self, *, start: date, end: date) -> list[GatewayTransaction]:
        """All transactions created from `start` to `end`, days of the gateway's zone, inclusive.

        The newest may be missing for a while: PayTrace's exports can lag.
        """

    def batches(self, *, start: date, end: date) -> list[Batch]:
        """Batches settled on these days of the gateway's zone, inclusive."""

    def batch_transactions(self, number: str) -> list[GatewayTransaction]:
        """What the latest batch of that number settled; numbers wrap after three digits."""

    def sale_by_customer(
        self,
        *,
        customer_id: str,
        amount: Money,
        invoice_id: str,
        description: str = "",
        customer_reference: str = "",
    ) -> SaleResult:
        """Charge a stored customer. A decline is a result, not an error.

        `customer_id` is the merchant's own id in v1 and PayTrace's number in v3.
        """

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> RefundResult:
        """Give back a settled payment, all of it or `amount`."""

    def void(self, transaction_id: str) -> VoidResult:
        """Take back a payment that has not settled."""

    def settle(self) -> None:
        """Settle what is pending, in the v1 sandbox only; NeverWorks elsewhere."""

    def close(self) -> None:
        """Close the sockets kept open. The client may be used again."""


def connect(
    settings: PayTraceSettings,
    *,
    tokens: TokenSource,
    timeouts: Timeouts | None = None,
    observe: Observer | None = None,
    session: requests.Session | None = None,
) -> PayTraceClient:
    """A client for one account; sends nothing yet. `observe` is told of every exchange,
    redacted, so that it may be kept. A `session` replaces the usual one: a guarded one, for an
    address that a customer typed."""
    kind = V1Client if settings.api_version == "v1" else V3Client
    return kind(settings, tokens=tokens, timeouts=timeouts, observe=observe, session=session)
