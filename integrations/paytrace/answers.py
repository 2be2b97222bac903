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
from integrations.paytrace.refusals import refusal
from integrations.paytrace.results import SaleResult
from integrations.paytrace.translate import last_four_of

Json = Mapping[str, Any]

# PayTrace/paytrace_ruby response_code.rb.
REFUNDED = 106
VOIDED = 109
BATCH_SETTLED = 175
_SALE_STATES = {
    101: TransactionState.PENDING_SETTLEMENT,
    102: TransactionState.DECLINED,
    103: TransactionState.AUTO_VOIDED,
}


def read_answer(body: Json) -> Json:
    """The body of a read that succeeded. Raises the refusal, or TryLater when it is no answer."""
    if body.get("success") is True:
        return body
    if body.get("success") is False or body.get("errors"):
        raise refusal(body)
    raise TryLater("PayTrace's answer is not one we know.", code="paytrace.unreadable_reply")


def rows_of(value: object) -> list[Json]:
    """A list of records. Raises TryLater for anything else: an unknown shape is not "none"."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise TryLater("PayTrace's answer is not one we know.", code="paytrace.unreadable_reply")
    return value


def money_answer(body: Json, *, expected: int) -> Json:
    """The body of a money call that surely happened. Raises the refusal when it surely did not,
    OutcomeUnknown when the answer does not say."""
    is_expected = _code(body) == expected
    if is_expected and body.get("success", True) is True:
        return body
    if not is_expected and _is_refused(body):
        raise refusal(body)
    raise unclear(body)


def sale_result(body: Json) -> SaleResult:
    """What became of a charge; the same answer in both versions."""
    code = _code(body)
    state = _SALE_STATES.get(code)
    contradicts = code == 101 and body.get("success") is False
    if state is None and not body.get("transaction_id") and _is_refused(body):
        raise refusal(body)
    if state is None or contradicts or not body.get("transaction_id"):
        raise unclear(body)
    return SaleResult(
        transaction_id=str(body["transaction_id"]),
        state=state,
        response_code=str(code),
        approval_code=str(body.get("approval_code") or ""),
        message=" ".join(str(body.get("approval_message") or "").split()),
        last_four=last_four_of(str(body.get("masked_card_number") or "")),
    )


def transaction_id_of(body: Json) -> str:
    """The id in the answer of a money call that happened. Raises OutcomeUnknown without one."""
    if not body.get("transaction_id"):
        raise unclear(body)
    return str(body["transaction_id"])


def check_amount(amount: Money, *, currency: str) -> Money:
    """The amount, when this account can move it. Raises NeverWorks before anything is sent."""
    if amount.currency != currency:
        raise NeverWorks(
            f"This PayTrace account takes {currency}, not {amount.currency}.",
            code="paytrace.wrong_currency",
            field="amount",
        )
    if amount.amount <= 0:
        raise NeverWorks(
            "The amount must be above zero.", code="paytrace.invalid_field", field="amount"
        )
    return amount


def unclear(body: Json) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"PayTrace answered in a way we do not know (code {_code(body)}).",
        code="paytrace.unknown_code",
        remedy="Look the transaction up before doing anything again.",
    )


def _is_refused(body: Json) -> bool:
    return body.get("success") is False or bool(body.get("errors"))


def _code(body: Json) -> int:
    text = str(body.get("response_code", ""))
    return int(text) if text.isascii() and text.isdigit() else 0
