"""Several charges, holds and refunds of stored customers in one call; v3 only.

Each item has an invoice id of its own, so that what became of it is found by itself when the
answer is lost, or does not tell the items apart. A security code is never sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from integrations.canonical.errors import IntegrationError, NeverWorks, OutcomeUnknown
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState
from integrations.paytrace.answers import id_of, is_refused, money_answer, sale_result, unclear
from integrations.paytrace.cards import SaleResult
from integrations.paytrace.codes import ResponseCode

Json = Mapping[str, Any]


class ItemKind(StrEnum):
    """`transaction_type` of an item (MultipleTransactions page)."""

    SALE = "sale"
    HOLD = "auth-only"
    REFUND = "refund"
    """Unreferenced: of no earlier payment."""


@dataclass(frozen=True)
class BatchItem:
    """One of them. `invoice_id` is how it is found again; `customer_id` v3's integer."""

    kind: ItemKind
    customer_id: str
    amount: Money
    invoice_id: str


class ItemOutcome(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"
    REFUSED = "refused"
    """Surely not done; `problem` says why."""
    UNCLEAR = "unclear"
    """Look it up by its invoice id before doing anything again."""


@dataclass(frozen=True)
class ItemResult:
    """What became of one item."""

    item: BatchItem
    outcome: ItemOutcome
    transaction_id: str = ""
    sale: SaleResult | None = None
    """Of a sale or hold that was approved or declined."""
    problem: IntegrationError | None = None


def check_invoice_ids(items: Sequence[BatchItem]) -> None:
    """Raise NeverWorks where two items could not be told apart afterwards."""
    if not items or len({one.invoice_id for one in items}) != len(items):
        raise NeverWorks(
            "Each payment of one call needs an invoice id of its own, so that it can be found "
            "again.",
            code="paytrace.invalid_field",
            field="invoice_id",
        )


def results(items: Sequence[BatchItem], answers: object) -> list[ItemResult]:
    """What each item came to, by its place in the answer. Where there are more or fewer answers
    than items, none can be told whose it is, and all are unclear."""
    if not isinstance(answers, list) or len(answers) != len(items):
        return [_unclear(item) for item in items]
    return [_result(item, answer) for item, answer in zip(items, answers, strict=True)]


def _result(item: BatchItem, answer: object) -> ItemResult:
    if not isinstance(answer, Mapping):
        return _unclear(item)
    try:
        return _read(item, _verdict(item, answer))
    except OutcomeUnknown as error:
        return ItemResult(item, ItemOutcome.UNCLEAR, problem=error)
    except IntegrationError as error:
        return ItemResult(item, ItemOutcome.REFUSED, problem=error)


def _verdict(item: BatchItem, answer: Json) -> Json:
    """The item's answer as that of a call of its own. Its `status` stands for `success`, and for
    the response code where none is told (solution25 Shopware plugin). Raises OutcomeUnknown for
    a status that nobody knows and that nothing explains."""
    if answer.get("status") == "success":
        code = ResponseCode.REFUNDED if item.kind is ItemKind.REFUND else ResponseCode.APPROVED
        return {"success": True, "response_code": int(code), **answer}
    if not (is_refused(answer) or "response_code" in answer):
        raise unclear(answer)
    return {"success": False, **answer}


def _read(item: BatchItem, answer: Json) -> ItemResult:
    if item.kind is ItemKind.REFUND:
        number = id_of(money_answer(answer, ResponseCode.REFUNDED))
        return ItemResult(item, ItemOutcome.APPROVED, number)
    state = TransactionState.PENDING_SETTLEMENT
    if item.kind is ItemKind.HOLD:
        state = TransactionState.AUTHORIZED
    sale = sale_result(answer, approved=state)
    outcome = ItemOutcome.APPROVED if sale.is_approved else ItemOutcome.DECLINED
    return ItemResult(item, outcome, sale.transaction_id, sale)


def _unclear(item: BatchItem) -> ItemResult:
    problem = OutcomeUnknown(
        "PayTrace's answer does not tell what became of this payment.",
        code="paytrace.unreadable_reply",
        remedy="Look the transaction up before doing anything again.",
    )
    return ItemResult(item, ItemOutcome.UNCLEAR, problem=problem)
