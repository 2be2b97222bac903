"""How v3 is spoken: one account's calls, read or moved, with the verdict looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction
from integrations.paytrace import translate
from integrations.paytrace.answers import (
    check_amount,
    code_of,
    is_refused,
    rows_of,
    unclear,
)
from integrations.paytrace.calls import Caller
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.http import Call, Reply
from integrations.paytrace.listed import Listed
from integrations.paytrace.record_fields import Reading
from integrations.paytrace.refusals import invalid_fields, not_permitted, refusal
from integrations.paytrace.settings import PayTraceSettings

Json = Mapping[str, Any]

_UNKNOWN_ID = frozenset(
    {
        "paytrace.transaction_unknown",
        "paytrace.transaction_id_invalid",
        "paytrace.ach_not_found",
        "paytrace.customer_unknown",
    }
)


class Speaker:
    """Sends v3's bodies and queries. Empty texts, None and empty objects are left out."""

    def __init__(self, settings: PayTraceSettings, caller: Caller) -> None:
        self.settings = settings
        self.reading = Reading(settings.merchant_id, settings.zone_info, settings.currency)
        self._caller = caller

    def read(self, endpoint: Endpoint, part: str = "", **fields: Any) -> Json:
        """The body of a read. Raises its refusal, or TryLater."""
        return self._verdict(self._send(endpoint, part, fields, changes=False))

    def find(self, endpoint: Endpoint, part: str, **fields: Any) -> Json | None:
        """The same, with None for what PayTrace does not know."""
        reply = self._send(endpoint, part, fields, changes=False)
        if reply.status == 404:
            return None
        try:
            return self._verdict(reply)
        except NeverWorks as error:
            if error.code in _UNKNOWN_ID:
                return None
            raise

    def move(self, endpoint: Endpoint, part: str = "", **fields: Any) -> Json:
        """The body below 400 of a call that changes something, verdict not yet looked at."""
        reply = self.attempt(endpoint, part, **fields)
        if reply.status >= 400:
            raise refused(reply) or unclear(reply.body)
        return reply.body

    def done(
        self, endpoint: Endpoint, *expected: ResponseCode, part: str = "", **fields: Any
    ) -> Json:
        """The data of a call that surely happened; a code that is not said is not missed."""
        body = self.move(endpoint, part, **fields)
        data = data_of(body)
        if is_refused(body) or is_refused(data):
            raise refusal(data if is_refused(data) else body)
        if "response_code" in data and code_of(data) not in expected:
            raise unclear(data)
        return data

    def attempt(self, endpoint: Endpoint, part: str = "", **fields: Any) -> Reply:
        """The reply to a call that changes something, whatever it says."""
        return self._send(endpoint, part, fields, changes=True)

    def move_one(self, endpoint: Endpoint, item: Json, *, code: ResponseCode) -> Json:
        """Send a batch of one and read its only item; more or fewer is not an answer."""
        body = self.move(endpoint, batch_items=[said(item)])
        items = body.get("data")
        if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], Mapping):
            raise unclear(body)
        answer: Json = items[0]
        if answer.get("status") == "success" and answer.get("response_code", code) == code:
            return answer
        if answer.get("status") == "success":
            raise unclear(answer)
        raise refusal(answer)

    def amount(self, amount: Money | None, *, may_be_zero: bool = False) -> Decimal | None:
        """The amount as v3 takes it, a number, checked; None stays None."""
        if amount is None:
            return None
        return check_amount(amount, currency=self.settings.currency, may_be_zero=may_be_zero).amount

    def transactions(self, body: Json) -> list[GatewayTransaction]:
        rows = rows_in(body, "transactions")
        return [translate.to_transaction(raw, reading=self.reading) for raw in rows]

    def listed(self, endpoint: Endpoint, **fields: Any) -> Iterator[Listed]:
        """The transactions of a read as they arrive. Raises as `read`."""
        for raw in self._rows(endpoint, fields):
            yield Listed(raw, self.reading)

    def _rows(self, endpoint: Endpoint, fields: Json) -> Iterator[object]:
        reply = yield from self._caller.stream(self._call(endpoint, "", fields, changes=False))
        yield from rows_in(self._verdict(reply), "transactions")

    def _send(self, endpoint: Endpoint, part: str, fields: Json, *, changes: bool) -> Reply:
        return self._caller.send(self._call(endpoint, part, fields, changes=changes))

    def _call(self, endpoint: Endpoint, part: str, fields: Json, *, changes: bool) -> Call:
        path = endpoint.at(part)
        merchant = self.settings.merchant_id
        if endpoint.method == "GET":
            query = {name: str(value) for name, value in said(fields).items()}
            return Call("GET", path, query={"merchant_id": merchant, **query}, moves_money=changes)
        # An integer in v3's bodies (SaleTransactions page).
        number: int | str = int(merchant) if merchant.isdigit() else merchant
        body = {**said(fields), "merchant_id": number}
        return Call(endpoint.method, path, body=body, moves_money=changes)

    def _verdict(self, reply: Reply) -> Json:
        if reply.status < 400 and reply.body.get("success") is not False:
            return reply.body
        raise refused(reply) or refusal(reply.body)


def refused(reply: Reply) -> Exception | None:
    """The clear no behind a 4xx: 403 permission, 422 fields, or named error codes."""
    if reply.status == 403:
        return not_permitted()
    if reply.body.get("errors") or reply.body.get("success") is False:
        return refusal(reply.body)
    return invalid_fields(reply.body) if reply.status == 422 else None


def rows_in(body: Json, name: str) -> list[Json]:
    """The list, wherever v3 puts it: `data` itself, `data.<name>`, `<name>`, `items`, or one
    object."""
    if "items" in body:
        return rows_of(body["items"])
    data = body.get("data", body)
    if not isinstance(data, Mapping):
        return rows_of(data)
    if name in data:
        return rows_of(data[name])
    is_record = "transaction_id" in data or "id" in data
    return rows_of([data] if is_record else data or None)


def data_of(body: Json) -> Json:
    """What is inside `data` when that is an object, the body otherwise."""
    data = body.get("data")
    return data if isinstance(data, Mapping) else body


def said(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in ("", None, {})}
