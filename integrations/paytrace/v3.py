"""PayTrace API v3 ("B2B API"): client credentials, `merchant_id` in each request.

Paths and fields: developer.north.com/b2b/api-spec, pages SaleTransactions, Refunds,
TransactionRecords, ReportingTransactions, ReportingBatches, ACHTransactionRecords. Reply bodies
are not published there; the envelope is read as the solution25 Shopware plugin reads it
(`data` object; batch calls a list with a `status` each), and widely on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import requests

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import Batch, GatewayTransaction
from integrations.paytrace import login, translate
from integrations.paytrace.answers import (
    REFUNDED,
    VOIDED,
    check_amount,
    rows_of,
    sale_result,
    transaction_id_of,
    unclear,
)
from integrations.paytrace.calls import Caller
from integrations.paytrace.http import Call, Observer, Reply, Timeouts, Transport
from integrations.paytrace.moments import write_date
from integrations.paytrace.probes import offered, probe
from integrations.paytrace.refusals import invalid_fields, not_permitted, refusal
from integrations.paytrace.results import (
    Capabilities,
    RefundResult,
    SaleResult,
    Token,
    VoidResult,
)
from integrations.paytrace.settings import PayTraceSettings
from integrations.paytrace.tokens import TokenSource

Json = Mapping[str, Any]

_NO_SETTLE = "API v3 has no call to settle; PayTrace settles by itself each evening."
_UNKNOWN_ID = frozenset({"paytrace.transaction_unknown", "paytrace.transaction_id_invalid"})


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
        self._caller = Caller(transport=self._transport, tokens=tokens, log_in=self.log_in)
        self._reading = translate.Reading(
            settings.merchant_id, settings.zone_info, settings.currency
        )

    def log_in(self) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.username,
            "client_secret": self._settings.password.reveal(),
        }
        return login.log_in(self._transport, Call("POST", "/v3/token", form=form))

    def close(self) -> None:
        self._transport.close()

    def capabilities(self) -> Capabilities:
        today = datetime.now(self._reading.zone).date()
        refundable = (
            f"/v3/card/transactions/refundable/{quote(self._settings.merchant_id, safe='')}"
        )
        return Capabilities(
            (
                probe(
                    "cards",
                    lambda: self._export_days(today, today),
                    what="read card payments",
                ),
                probe("batches", lambda: self._post("/v3/batch/export"), what="read batches"),
                probe(
                    "customers",
                    lambda: self._get("/v3/customer", limit="1"),
                    what="read stored customers",
                ),
                probe(
                    "refunds",
                    lambda: self._get(refundable, limit="1"),
                    what="see which payments can be refunded",
                ),
                probe(
                    "ach",
                    lambda: self._get("/v3/checks/transactions", limit="1"),
                    what="read ACH payments",
                ),
                offered("settle", _NO_SETTLE, is_available=False),
            )
        )

    def transaction(self, transaction_id: str) -> GatewayTransaction | None:
        """The export first, because it tells most; then the single record, because exports may
        lag and records are real time (TransactionRecords page)."""
        part = quote(transaction_id, safe="")
        if not part:
            return None
        exported = self._find(
            Call("POST", f"/v3/transaction/export/{part}", body=self._body({})), transaction_id
        )
        return exported or self._find(
            Call("GET", f"/v3/card/transaction/{part}", query=self._query({})), transaction_id
        )

    def transactions(self, *, start: date, end: date) -> list[GatewayTransaction]:
        return self._listed(self._export_days(start, end))

    def batches(self, *, start: date, end: date) -> list[Batch]:
        body = self._post(
            "/v3/batch/export/by-date", start_date=write_date(start), end_date=write_date(end)
        )
        return [translate.to_batch(raw, reading=self._reading) for raw in _rows(body, "batches")]

    def batch_transactions(self, number: str) -> list[GatewayTransaction]:
        if not (number.isascii() and number.isdigit()):
            raise NeverWorks(
                "A PayTrace batch number has one to three digits.",
                code="paytrace.invalid_field",
                field="batch_number",
            )
        return self._listed(self._post("/v3/batch/export/transactions", batch_number=int(number)))

    def sale_by_customer(
        self,
        *,
        customer_id: str,
        amount: Money,
        invoice_id: str,
        description: str = "",
        customer_reference: str = "",
    ) -> SaleResult:
        if not (customer_id.isascii() and customer_id.isdigit()):
            raise refusal({"errors": {"30": []}})
        reply = self._move(
            f"/v3/card/sale/customer/{customer_id}",
            amount=check_amount(amount, currency=self._settings.currency).amount,
            invoice_number=invoice_id,
            description=description,
            customer_reference_id=customer_reference,
        )
        data = reply.body.get("data")
        return sale_result(data if isinstance(data, Mapping) else reply.body)

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> RefundResult:
        item: dict[str, Any] = {"transaction_id": transaction_id}
        if amount is not None:
            item["amount"] = check_amount(amount, currency=self._settings.currency).amount
        answer = self._move_one("/v3/card/batch/refund", item, code=REFUNDED)
        return RefundResult(transaction_id_of(answer), transaction_id)

    def void(self, transaction_id: str) -> VoidResult:
        self._move_one("/v3/card/batch/void", {"transaction_id": transaction_id}, code=VOIDED)
        return VoidResult(transaction_id)

    def settle(self) -> None:
        raise NeverWorks(_NO_SETTLE, code="paytrace.not_offered")

    def _export_days(self, start: date, end: date) -> Json:
        return self._post(
            "/v3/transactions/export/by-date",
            start_date=write_date(start),
            end_date=write_date(end),
        )

    def _find(self, call: Call, transaction_id: str) -> GatewayTransaction | None:
        reply = self._caller.send(call)
        if reply.status == 404:
            return None
        try:
            found = self._listed(_read_answer(reply))
        except NeverWorks as error:
            if error.code in _UNKNOWN_ID:
                return None
            raise
        return next((t for t in found if t.transaction_id == transaction_id), None)

    def _listed(self, body: Json) -> list[GatewayTransaction]:
        rows = _rows(body, "transactions")
        return [translate.to_transaction(raw, reading=self._reading) for raw in rows]

    def _move_one(self, path: str, item: Json, *, code: int) -> Json:
        """Send a batch of one and read its only item; more or fewer is not an answer."""
        reply = self._move(path, batch_items=[item])
        items = reply.body.get("data")
        if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], Mapping):
            raise unclear(reply.body)
        answer: Json = items[0]
        if answer.get("status") == "success" and answer.get("response_code", code) == code:
            return answer
        if answer.get("status") == "success":
            raise unclear(answer)
        raise refusal(answer)

    def _get(self, path: str, **fields: str) -> Json:
        return _read_answer(self._caller.send(Call("GET", path, query=self._query(fields))))

    def _post(self, path: str, **fields: Any) -> Json:
        return _read_answer(self._caller.send(Call("POST", path, body=self._body(fields))))

    def _move(self, path: str, **fields: Any) -> Reply:
        reply = self._caller.send(Call("POST", path, body=self._body(fields), moves_money=True))
        if reply.status >= 400:
            raise _refused(reply) or unclear(reply.body)
        return reply

    def _query(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        return {"merchant_id": self._settings.merchant_id, **fields}

    def _body(self, fields: Json) -> Json:
        """`merchant_id` is an integer in v3 bodies (SaleTransactions page)."""
        merchant = self._settings.merchant_id
        said = {name: value for name, value in fields.items() if value != ""}
        return {**said, "merchant_id": int(merchant) if merchant.isdigit() else merchant}


def _read_answer(reply: Reply) -> Json:
    """The body of a read below 400, or the error it stands for."""
    if reply.status < 400 and reply.body.get("success") is not False:
        return reply.body
    raise _refused(reply) or refusal(reply.body)


def _refused(reply: Reply) -> Exception | None:
    """The clear no behind a 4xx: 403 permission, 422 fields, or named error codes."""
    if reply.status == 403:
        return not_permitted()
    if reply.body.get("errors") or reply.body.get("success") is False:
        return refusal(reply.body)
    return invalid_fields(reply.body) if reply.status == 422 else None


def _rows(body: Json, name: str) -> list[Json]:
    """The list, wherever v3 puts it: `data` itself, `data.<name>`, `<name>`, or one object."""
    data = body.get("data", body)
    if not isinstance(data, Mapping):
        return rows_of(data)
    if name in data:
        return rows_of(data[name])
    is_record = "transaction_id" in data or "id" in data
    return rows_of([data] if is_record else data or None)
