"""Read the verdict in an answer: accepted, refused, or not clear. Pure.

`success` is looked at before the code: code 1 is an error, yet exports answer code 1 with
success true (PayTrace help: json-export-tranx-date).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.canonical.errors import NeverWorks, OutcomeUnknown, TryLater
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState
from integrations.paytrace.cards import SaleResult
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.refusals import refusal
from integrations.paytrace.translate import brand_of, last_four_of

Json = Mapping[str, Any]

_NOT_PAID: Mapping[int, TransactionState] = {
    ResponseCode.DECLINED: TransactionState.DECLINED,
    ResponseCode.AUTO_VOIDED: TransactionState.AUTO_VOIDED,
}


def read_answer(body: Json) -> Json:
    """The body of a read that succeeded. Raises the refusal, or TryLater when it is no answer."""
    if body.get("success") is True:
        return body
    if body.get("success") is False or body.get("errors"):
        raise refusal(body)
    raise unreadable()


def rows_of(value: object) -> list[Json]:
    """A list of records. Raises TryLater for anything else: an unknown shape is not "none"."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise unreadable()
    return value


def unreadable() -> TryLater:
    return TryLater("PayTrace's answer is not one we know.", code="paytrace.unreadable_reply")


def money_answer(body: Json, *expected: ResponseCode) -> Json:
    """The body of a call that surely happened. Raises the refusal when it surely did not,
    OutcomeUnknown when the answer does not say."""
    is_expected = code_of(body) in expected
    if is_expected and body.get("success", True) is True:
        return body
    if not is_expected and is_refused(body):
        raise refusal(body)
    raise unclear(body)


def sale_result(
    body: Json, *, approved: TransactionState = TransactionState.PENDING_SETTLEMENT
) -> SaleResult:
    """What became of a charge; the same answer in both versions. `approved` is the state that
    code 101 means: waiting to settle for a sale, authorized for an authorization."""
    code = code_of(body)
    state = approved if code == ResponseCode.APPROVED else _NOT_PAID.get(code)
    contradicts = code == ResponseCode.APPROVED and body.get("success") is False
    if state is None and not body.get("transaction_id") and is_refused(body):
        raise refusal(body)
    if state is None or contradicts or not body.get("transaction_id"):
        raise unclear(body)
    return SaleResult(
        transaction_id=str(body["transaction_id"]),
        state=state,
        response_code=str(code),
        approval_code=_text(body, "approval_code"),
        message=" ".join(_text(body, "approval_message").split()),
        last_four=last_four_of(_text(body, "masked_card_number")),
        card_brand=brand_of(_text(body, "masked_card_number")),
        address_check=_text(body, "avs_response"),
        code_check=_text(body, "csc_response"),
        customer_id=_text(body, "customer_id"),
    )


def id_of(body: Json, name: str = "transaction_id") -> str:
    """The id in the answer of a call that happened. Raises OutcomeUnknown without one."""
    if not body.get(name):
        raise unclear(body)
    return str(body[name])


def check_amount(amount: Money, *, currency: str, may_be_zero: bool = False) -> Money:
    """The amount, when this account can move it. Raises NeverWorks before anything is sent."""
    if amount.currency != currency:
        raise NeverWorks(
            f"This PayTrace account takes {currency}, not {amount.currency}.",
            code="paytrace.wrong_currency",
            field="amount",
        )
    if amount.amount < 0 or (not amount.amount and not may_be_zero):
        raise NeverWorks(
            "The amount must be above zero.", code="paytrace.invalid_field", field="amount"
        )
    return amount


def check_invoice_id(invoice_id: str) -> str:
    """The invoice id of a charge. Raises NeverWorks without one: a charge whose answer is lost
    could never be found again."""
    if not invoice_id.strip():
        raise NeverWorks(
            "A charge needs an invoice id, so that it can be found again.",
            code="paytrace.invalid_field",
            field="invoice_id",
        )
    return invoice_id


def unclear(body: Json) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"PayTrace answered in a way we do not know (code {code_of(body)}).",
        code="paytrace.unknown_code",
        remedy="Look the transaction up before doing anything again.",
    )


def is_refused(body: Json) -> bool:
    return body.get("success") is False or bool(body.get("errors"))


def code_of(body: Json) -> int:
    """The response code as a number; 0 when there is none."""
    text = str(body.get("response_code", ""))
    return int(text) if text.isascii() and text.isdigit() else 0


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    return "" if value is None else str(value)
