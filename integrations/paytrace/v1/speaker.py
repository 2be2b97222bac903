"""How v1 is spoken: one account's calls, read or moved, with the verdict looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction
from integrations.paytrace import translate
from integrations.paytrace.answers import check_amount, money_answer, read_answer, rows_of
from integrations.paytrace.calls import Caller
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.http import Call
from integrations.paytrace.listed import Listed
from integrations.paytrace.record_fields import Reading
from integrations.paytrace.refusals import refusal
from integrations.paytrace.settings import PayTraceSettings

Json = Mapping[str, Any]


class Speaker:
    """Sends v1's bodies. Empty texts, None and empty objects are left out."""

    def __init__(self, settings: PayTraceSettings, caller: Caller) -> None:
        self.settings = settings
        self.reading = Reading(settings.merchant_id, settings.zone_info, settings.currency)
        self._caller = caller

    def read(self, endpoint: Endpoint, **fields: Any) -> Json:
        """The body of a read. Raises its refusal, or TryLater."""
        return read_answer(self.ask(endpoint, **fields))

    def ask(self, endpoint: Endpoint, **fields: Any) -> Json:
        """The body of a read, verdict not yet looked at."""
        return self._send(endpoint, fields, changes=False)

    def move(self, endpoint: Endpoint, **fields: Any) -> Json:
        """The body of a call that changes something, verdict not yet looked at."""
        return self._send(endpoint, fields, changes=True)

    def done(self, endpoint: Endpoint, *expected: ResponseCode, **fields: Any) -> Json:
        """The body of a call that surely happened. Raises NeverWorks or OutcomeUnknown."""
        return money_answer(self.move(endpoint, **fields), *expected)

    def amount(self, amount: Money | None, *, may_be_zero: bool = False) -> str | None:
        """The amount as v1 takes it, checked; None stays None."""
        if amount is None:
            return None
        checked = check_amount(amount, currency=self.settings.currency, may_be_zero=may_be_zero)
        return checked.plain

    def transactions(self, body: Json) -> list[GatewayTransaction]:
        rows = rows_of(body.get("transactions"))
        return [translate.to_transaction(raw, reading=self.reading) for raw in rows]

    def listed(self, endpoint: Endpoint, **fields: Any) -> Iterator[Listed]:
        """The transactions of a read as they arrive. Raises as `read`."""
        for raw in self._rows(endpoint, fields):
            yield Listed(raw, self.reading)

    def _rows(self, endpoint: Endpoint, fields: Json) -> Iterator[object]:
        reply = yield from self._caller.stream(self._call(endpoint, fields, changes=False))
        yield from rows_of(read_answer(reply.body).get("transactions"))

    def _send(self, endpoint: Endpoint, fields: Json, *, changes: bool) -> Json:
        return self._caller.send(self._call(endpoint, fields, changes=changes)).body

    def _call(self, endpoint: Endpoint, fields: Json, *, changes: bool) -> Call:
        said = {name: value for name, value in fields.items() if value not in ("", None, {})}
        body = {**said, "integrator_id": self.settings.integrator_id}
        return Call(endpoint.method, endpoint.path, body=body, moves_money=changes)


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def number(transaction_id: str) -> int:
    """v1 ids are integers; anything else is PayTrace's code 58, told without asking."""
    if not is_number(transaction_id):
        raise refusal({"errors": {str(int(ErrorCode.TRANSACTION_ID_INVALID)): []}})
    return int(transaction_id)
