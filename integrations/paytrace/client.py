"""The one PayTrace client the rest of the house knows, whichever API version is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

import requests

from integrations.canonical.transactions import Batch, GatewayTransaction, Record, Unreadable
from integrations.paytrace.account import Account
from integrations.paytrace.ach import Ach
from integrations.paytrace.cards import Cards
from integrations.paytrace.hosted_invoices import HostedInvoices
from integrations.paytrace.http import Observer, Timeouts
from integrations.paytrace.listed import Listed
from integrations.paytrace.recurring import Recurring
from integrations.paytrace.reports import EVERYTHING, ExportFilter
from integrations.paytrace.results import Attempt, Capabilities, Token
from integrations.paytrace.settings import PayTraceSettings
from integrations.paytrace.tokens import TokenSource
from integrations.paytrace.v1.client import V1Client
from integrations.paytrace.v3.client import V3Client
from integrations.paytrace.vault import Vault


class PayTraceClient(Protocol):
    """Reads here; what changes something stands in `cards`, `ach`, `vault`, `recurring` and
    `hosted_invoices`.

    Nothing is retried. Every call may raise FixConfiguration (`paytrace.login_refused`,
    `paytrace.user_locked`, `paytrace.not_permitted`, …) and TryLater. A read never changes
    anything at PayTrace. A call that changes something raises OutcomeUnknown whenever the
    request left and no clear answer came; find out with `find_attempt` or `ach.find`, never by
    calling again. NeverWorks is PayTrace's clear no; `paytrace.not_offered` says that this
    version has no such call.
    """

    @property
    def cards(self) -> Cards:
        """Card payments."""

    @property
    def ach(self) -> Ach:
        """ACH payments."""

    @property
    def vault(self) -> Vault:
        """Stored customers."""

    @property
    def recurring(self) -> Recurring:
        """Recurring payments."""

    @property
    def hosted_invoices(self) -> HostedInvoices:
        """Pages of PayTrace's own on which a customer pays."""

    @property
    def account(self) -> Account:
        """The user and what it may do."""

    def log_in(self) -> Token:
        """One login attempt. Four failures in a row lock the user at PayTrace."""

    def capabilities(self) -> Capabilities:
        """What the account can do, asked by cheap reads; uses the token source."""

    def transaction(self, transaction_id: str) -> GatewayTransaction | None:
        """The transaction as it is now, or None when PayTrace knows none with this id (yet)."""

    def transactions(
        self, *, start: date, end: date, only: ExportFilter = EVERYTHING
    ) -> list[GatewayTransaction]:
        """All transactions created from `start` to `end`, days of the gateway's zone, inclusive.

        The newest may be missing for a while: PayTrace's exports can lag. Raises NeverWorks when
        one of them cannot be read.
        """

    def listed(self, *, start: date, end: date) -> Iterator[Listed]:
        """The same one by one as they arrive, each to be read where it is wanted.

        Nothing grows with their number. Asked for at the first step; what was given before
        the answer broke off was told all the same.
        """

    def find_attempt(self, *, invoice_id: str, start: date, end: date) -> Attempt:
        """What became of a card charge with this invoice id, made on one of these days of the
        gateway's zone. v3 asks the real-time records too, v1 has only the lagging export."""

    def capturable(self, *, start: date, end: date) -> frozenset[str]:
        """Ids of the holds made on these days of the gateway's zone that can still be captured.
        v1 has no such list: NeverWorks `paytrace.not_offered`."""

    def batches(self, *, start: date, end: date) -> list[Batch | Unreadable]:
        """Batches settled on these days of the gateway's zone, inclusive; an unreadable one as
        such."""

    def batch(self, number: str = "") -> Batch | None:
        """The latest batch of that number, or the latest of all; None before the first."""

    def batch_transactions(self, number: str) -> list[Record]:
        """What the latest batch of that number settled, an unreadable record as such; numbers
        wrap after three digits."""

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
