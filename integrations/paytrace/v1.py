"""PayTrace API v1: POST with a JSON body, OAuth password grant, `integrator_id` in each body.

Paths: help.paytrace.com/json (method index), json-export-tranx-date, authentication; and the
ActiveMerchant PayTrace gateway for those the index does not show.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import requests

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import Batch, GatewayTransaction
from integrations.paytrace import login, translate
from integrations.paytrace.answers import (
    BATCH_SETTLED,
    REFUNDED,
    VOIDED,
    check_amount,
    money_answer,
    read_answer,
    rows_of,
    sale_result,
    transaction_id_of,
)
from integrations.paytrace.calls import Caller
from integrations.paytrace.http import Call, Observer, Timeouts, Transport
from integrations.paytrace.moments import write_date
from integrations.paytrace.probes import offered, probe, unsaid
from integrations.paytrace.refusals import refusal
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

_UNKNOWN_ID = frozenset({"paytrace.transaction_unknown", "paytrace.transaction_id_invalid"})
# A vault id nobody has: asking for it shows whether asking is allowed.
_NOBODY = "tieout-permission-check"


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
        self._caller = Caller(transport=self._transport, tokens=tokens, log_in=self.log_in)
        self._reading = translate.Reading(
            settings.merchant_id, settings.zone_info, settings.currency
        )

    def log_in(self) -> Token:
        form = {
            "grant_type": "password",
            "username": self._settings.username,
            "password": self._settings.password.reveal(),
        }
        return login.log_in(self._transport, Call("POST", "/oauth/token", form=form))

    def close(self) -> None:
        self._transport.close()

    def capabilities(self) -> Capabilities:
        today = datetime.now(self._reading.zone).date()
        is_sandbox = self._settings.environment == "sandbox"
        return Capabilities(
            (
                probe(
                    "cards",
                    lambda: self._export_days(today, today),
                    what="read card payments",
                ),
                probe("batches", lambda: self._read("/v1/batches/export_one"), what="read batches"),
                probe(
                    "customers",
                    lambda: self._read("/v1/customer/export", customer_id=_NOBODY),
                    what="read stored customers",
                ),
                unsaid("refunds", "PayTrace says whether refunds are allowed only at a refund."),
                unsaid("ach", "API v1 has no way to list ACH payments."),
                offered("settle", _settle_sentence(is_sandbox=is_sandbox), is_available=is_sandbox),
            )
        )

    def transaction(self, transaction_id: str) -> GatewayTransaction | None:
        if not _is_number(transaction_id):
            return None
        try:
            body = self._read("/v1/transactions/export/by_id", transaction_id=int(transaction_id))
        except NeverWorks as error:
            if error.code in _UNKNOWN_ID:
                return None
            raise
        found = (t for t in self._listed(body) if t.transaction_id == transaction_id)
        return next(found, None)

    def transactions(self, *, start: date, end: date) -> list[GatewayTransaction]:
        return self._listed(self._export_days(start, end))

    def batches(self, *, start: date, end: date) -> list[Batch]:
        body = self._read(
            "/v1/batches/export", start_date=write_date(start), end_date=write_date(end)
        )
        return [
            translate.to_batch(raw, reading=self._reading) for raw in rows_of(body.get("batches"))
        ]

    def batch_transactions(self, number: str) -> list[GatewayTransaction]:
        if not _is_number(number):
            raise NeverWorks(
                "A PayTrace batch number has one to three digits.",
                code="paytrace.invalid_field",
                field="batch_number",
            )
        return self._listed(self._read("/v1/batches/transaction_list", batch_number=int(number)))

    def sale_by_customer(
        self,
        *,
        customer_id: str,
        amount: Money,
        invoice_id: str,
        description: str = "",
        customer_reference: str = "",
    ) -> SaleResult:
        checked = check_amount(amount, currency=self._settings.currency)
        body = self._move(
            "/v1/transactions/sale/by_customer",
            customer_id=customer_id,
            amount=checked.plain,
            invoice_id=invoice_id,
            description=description,
            customer_reference_id=customer_reference,
        )
        return sale_result(body)

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> RefundResult:
        fields: dict[str, Any] = {"transaction_id": _number(transaction_id)}
        if amount is not None:
            fields["amount"] = check_amount(amount, currency=self._settings.currency).plain
        body = self._move("/v1/transactions/refund/for_transaction", **fields)
        accepted = money_answer(body, expected=REFUNDED)
        return RefundResult(transaction_id_of(accepted), transaction_id)

    def void(self, transaction_id: str) -> VoidResult:
        body = self._move("/v1/transactions/void", transaction_id=_number(transaction_id))
        money_answer(body, expected=VOIDED)
        return VoidResult(transaction_id)

    def settle(self) -> None:
        if self._settings.environment != "sandbox":
            raise NeverWorks(_settle_sentence(is_sandbox=False), code="paytrace.not_offered")
        money_answer(self._move("/v1/transactions/settle"), expected=BATCH_SETTLED)

    def _export_days(self, start: date, end: date) -> Json:
        return self._read(
            "/v1/transactions/export/by_date_range",
            start_date=write_date(start),
            end_date=write_date(end),
        )

    def _listed(self, body: Json) -> list[GatewayTransaction]:
        rows = rows_of(body.get("transactions"))
        return [translate.to_transaction(raw, reading=self._reading) for raw in rows]

    def _read(self, path: str, **fields: Any) -> Json:
        return read_answer(self._caller.send(Call("POST", path, body=self._body(fields))).body)

    def _move(self, path: str, **fields: Any) -> Json:
        call = Call("POST", path, body=self._body(fields), moves_money=True)
        return self._caller.send(call).body

    def _body(self, fields: Json) -> Json:
        said = {name: value for name, value in fields.items() if value != ""}
        return {**said, "integrator_id": self._settings.integrator_id}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _number(transaction_id: str) -> int:
    """v1 ids are integers; anything else is PayTrace's code 58, told without asking."""
    if not _is_number(transaction_id):
        raise refusal({"errors": {"58": []}})
    return int(transaction_id)


def _settle_sentence(*, is_sandbox: bool) -> str:
    if is_sandbox:
        return "The sandbox can be settled on request."
    return "PayTrace settles by itself each evening; it cannot be asked to."
