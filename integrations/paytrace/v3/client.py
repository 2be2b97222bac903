"""The v3 client ("B2B API"): client credentials; paths and sources beside each endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import requests

from integrations.canonical.transactions import Batch, GatewayTransaction, Record, Unreadable
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace import login, translate
from integrations.paytrace.calls import Caller
from integrations.paytrace.http import Call, Observer, Timeouts, Transport
from integrations.paytrace.listed import Listed
from integrations.paytrace.moments import write_date
from integrations.paytrace.record_fields import text_of
from integrations.paytrace.refusals import invalid_batch_number
from integrations.paytrace.reports import EVERYTHING, ExportFilter
from integrations.paytrace.results import Attempt, Capabilities, Token
from integrations.paytrace.settings import PayTraceSettings
from integrations.paytrace.tokens import TokenSource
from integrations.paytrace.unreadable import readable
from integrations.paytrace.v3.account import V3Account
from integrations.paytrace.v3.ach import V3Ach
from integrations.paytrace.v3.cards import V3Cards
from integrations.paytrace.v3.hosted_invoices import V3HostedInvoices
from integrations.paytrace.v3.recurring import V3Recurring
from integrations.paytrace.v3.speaker import Json, Speaker, rows_in
from integrations.paytrace.v3.vault import V3Vault

_MOST_ROWS = 50
"""The most rows of one list of records (TransactionRecords page)."""


class V3Client:
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
            settings.base_url,
            headers={"X-Integrator-Id": settings.integrator_id, "X-Permalinks": "true"},
            timeouts=timeouts,
            observe=observe,
            session=session,
        )
        caller = Caller(transport=self._transport, tokens=tokens, log_in=self.log_in)
        self._speaker = Speaker(settings, caller)
        self.cards = V3Cards(self._speaker)
        self.ach = V3Ach(self._speaker)
        self.vault = V3Vault(self._speaker)
        self.recurring = V3Recurring(self._speaker)
        self.hosted_invoices = V3HostedInvoices(self._speaker)
        self.account = V3Account(self._speaker)

    def log_in(self) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.username,
            "client_secret": self._settings.password.reveal(),
        }
        return login.log_in(self._transport, Call(at.TOKEN.method, at.TOKEN.path, form=form))

    def close(self) -> None:
        self._transport.close()

    def capabilities(self) -> Capabilities:
        return self.account.capabilities()

    def transaction(self, transaction_id: str) -> GatewayTransaction | None:
        """The export first, because it tells most; then the single record, because exports may
        lag and records are real time (TransactionRecords page)."""
        if not transaction_id:
            return None
        for endpoint in (at.EXPORT_BY_ID, at.RECORD):
            body = self._speaker.find(endpoint, transaction_id)
            found = self._speaker.transactions(body) if body is not None else []
            for one in found:
                if one.transaction_id == transaction_id:
                    return one
        return None

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
        """The real-time records know what is held, waiting or settled; the export knows declines
        and voids."""
        days = {"date_from": write_date(start), "date_to": write_date(end)}
        listed = self.transactions(start=start, end=end, only=ExportFilter(text=invoice_id))
        for endpoint in (at.CAPTURABLE, at.VOIDABLE, at.REFUNDABLE):
            body = self._speaker.read(
                endpoint,
                self._settings.merchant_id,
                limit=_MOST_ROWS,
                search_term=invoice_id,
                **days,
            )
            listed += self._speaker.transactions(body)
        same = {t.transaction_id: t for t in listed if t.invoice_reference == invoice_id}
        found = sorted(same.values(), key=lambda one: (one.created_at, one.transaction_id))
        return Attempt(tuple(found), is_real_time=True)

    def capturable(self, *, start: date, end: date) -> frozenset[str]:
        found: set[str] = set()
        offset = 0
        while True:
            body = self._speaker.read(
                at.CAPTURABLE,
                self._settings.merchant_id,
                limit=_MOST_ROWS,
                offset=offset,
                date_from=write_date(start),
                date_to=write_date(end),
            )
            rows = rows_in(body, "transactions")
            found |= {text_of(row, "transaction_id", "id") for row in rows}
            if len(rows) < _MOST_ROWS:
                return frozenset(found)
            offset += _MOST_ROWS

    def batches(self, *, start: date, end: date) -> list[Batch | Unreadable]:
        return self._batches(
            self._speaker.read(at.BATCHES, start_date=write_date(start), end_date=write_date(end))
        )

    def batch(self, number: str = "") -> Batch | None:
        wanted = _batch_number(number) if number else None
        body = self._speaker.find(at.ONE_BATCH, "", batch_number=wanted)
        found = self._batches(body) if body is not None else []
        return next(map(readable, found), None)

    def batch_transactions(self, number: str) -> list[Record]:
        body = self._speaker.read(at.BATCH_TRANSACTIONS, batch_number=_batch_number(number))
        rows = rows_in(body, "transactions")
        return [translate.to_record(raw, reading=self._speaker.reading) for raw in rows]

    def _batches(self, body: Json) -> list[Batch | Unreadable]:
        rows = rows_in(body, "batches")
        return [translate.to_batch_record(raw, reading=self._speaker.reading) for raw in rows]


def _batch_number(number: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise invalid_batch_number()
    return int(number)


def _filter(only: ExportFilter) -> dict[str, Any]:
    return {
        "transaction_type": only.kind.value if only.kind else None,
        "customer_label": only.customer_id,
        "transaction_id": only.transaction_id,
        "including_text": only.text,
        "include_bin": only.with_bin or None,
    }
