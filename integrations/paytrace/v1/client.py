"""The v1 client: paths from help.paytrace.com/json and the sources named beside each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import requests

from integrations.canonical.errors import NeverWorks
from integrations.canonical.transactions import Batch, GatewayTransaction, Record, Unreadable
from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace import login, translate
from integrations.paytrace.answers import rows_of
from integrations.paytrace.calls import Caller
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.http import Call, Observer, Timeouts, Transport
from integrations.paytrace.listed import Listed
from integrations.paytrace.moments import write_date
from integrations.paytrace.refusals import invalid_batch_number
from integrations.paytrace.reports import EVERYTHING, ExportFilter
from integrations.paytrace.results import Attempt, Capabilities, Token
from integrations.paytrace.settings import PayTraceSettings
from integrations.paytrace.tokens import TokenSource
from integrations.paytrace.unreadable import readable
from integrations.paytrace.v1.account import V1Account
from integrations.paytrace.v1.ach import V1Ach
from integrations.paytrace.v1.cards import V1Cards
from integrations.paytrace.v1.hosted_invoices import V1HostedInvoices
from integrations.paytrace.v1.recurring import V1Recurring
from integrations.paytrace.v1.speaker import Speaker, is_number
from integrations.paytrace.v1.vault import V1Vault

_UNKNOWN_ID = frozenset({"paytrace.transaction_unknown", "paytrace.transaction_id_invalid"})


class V1Client:
    """See PayTraceClient for what each call promises."""

    def __init__(
        self,
        settings: PayTraceSettings,
        *,
        tokens: TokenSource,
        timeouts: Timeouts | None = None,
        observe: Observer | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self._settings = settings
        self._transport = Transport(
            settings.base_url, timeouts=timeouts, observe=observe, session=session
        )
        caller = Caller(transport=self._transport, tokens=tokens, log_in=self.log_in)
        self._speaker = Speaker(settings, caller)
        self.cards = V1Cards(self._speaker)
        self.ach = V1Ach(self._speaker)
        self.vault = V1Vault(self._speaker)
        self.recurring = V1Recurring(self._speaker)
        self.hosted_invoices = V1HostedInvoices()
        self.account = V1Account(self._speaker)

    def log_in(self) -> Token:
        form = {
            "grant_type": "password",
            "username": self._settings.username,
            "password": self._settings.password.reveal(),
        }
        return login.log_in(self._transport, Call(at.TOKEN.method, at.TOKEN.path, form=form))

    def close(self) -> None:
        self._transport.close()

    def capabilities(self) -> Capabilities:
        return self.account.capabilities()

    def transaction(self, transaction_id: str) -> GatewayTransaction | None:
        if not is_number(transaction_id):
            return None
        try:
            body = self._speaker.read(at.EXPORT_BY_ID, transaction_id=int(transaction_id))
        except NeverWorks as error:
            if error.code in _UNKNOWN_ID:
                return None
            raise
        found = self._speaker.transactions(body)
        return next((t for t in found if t.transaction_id == transaction_id), None)

    def transactions(
        self, *, start: date, end: date, only: ExportFilter = EVERYTHING
    ) -> list[GatewayTransaction]:
        body = self._speaker.read(
            at.EXPORT_BY_DAYS,
            start_date=write_date(start),
            end_date=write_date(end),
            **_filter(only),
        )
        return self._speaker.transactions(body)

    def listed(self, *, start: date, end: date) -> Iterator[Listed]:
        return self._speaker.listed(
            at.EXPORT_BY_DAYS, start_date=write_date(start), end_date=write_date(end)
        )

    def find_attempt(self, *, invoice_id: str, start: date, end: date) -> Attempt:
        listed = self.transactions(start=start, end=end, only=ExportFilter(text=invoice_id))
        same = (one for one in listed if one.invoice_reference == invoice_id)
        found = sorted(same, key=lambda one: (one.created_at, one.transaction_id))
        return Attempt(tuple(found), is_real_time=False)

    def capturable(self, *, start: date, end: date) -> frozenset[str]:  # noqa: ARG002 v3's own
        raise not_offered("API v1 has no list of the holds that can be captured.")

    def batches(self, *, start: date, end: date) -> list[Batch | Unreadable]:
        body = self._speaker.read(
            at.BATCHES, start_date=write_date(start), end_date=write_date(end)
        )
        return self._batches(body)

    def batch(self, number: str = "") -> Batch | None:
        if number and not is_number(number):
            raise invalid_batch_number()
        body = self._speaker.read(at.ONE_BATCH, batch_number=int(number) if number else None)
        return next(map(readable, self._batches(body)), None)

    def batch_transactions(self, number: str) -> list[Record]:
        if not is_number(number):
            raise invalid_batch_number()
        body = self._speaker.read(at.BATCH_TRANSACTIONS, batch_number=int(number))
        rows = rows_of(body.get("transactions"))
        return [translate.to_record(raw, reading=self._speaker.reading) for raw in rows]

    def _batches(self, body: Mapping[str, Any]) -> list[Batch | Unreadable]:
        rows = rows_of(body.get("batches"))
        return [translate.to_batch_record(raw, reading=self._speaker.reading) for raw in rows]


def _filter(only: ExportFilter) -> dict[str, Any]:
    return {
        "transaction_type": only.kind.value if only.kind else None,
        "customer_id": only.customer_id,
        "transaction_id": int(only.transaction_id) if is_number(only.transaction_id) else None,
        "including_text": only.text,
        "include_bin": only.with_bin or None,
    }
