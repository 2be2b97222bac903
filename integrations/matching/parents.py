"""Which sale a refund or a void takes back. Unique, or a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction, TransactionType
from integrations.matching.references import Ladder, normalise


@dataclass(frozen=True)
class SaleCandidate:
    """A sale we know, with what is left of it to give back."""

    account: str
    transaction_id: str
    invoice_reference: str
    last_four: str
    remaining: Money
    created_at: datetime


class ParentOutcome(StrEnum):
    FOUND = "found"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    TOO_LARGE = "too_large"
    """The sale is known, but less is left of it than this would take back."""


@dataclass(frozen=True)
class ParentResult:
    outcome: ParentOutcome
    reason: str
    sale: SaleCandidate | None = None
    candidates: tuple[SaleCandidate, ...] = ()
    """What a person chooses from."""


def find_parent(
    transaction: GatewayTransaction, *, candidates: Sequence[SaleCandidate], ladder: Ladder
) -> ParentResult:
    """The sale a refund or void belongs to, among the sales of the same gateway account.

    By the id the gateway names; else by the same invoice number, the same last four, an
    amount that is still left, and a sale before it. A named id is never second-guessed.
    """
    own = [sale for sale in candidates if sale.account == transaction.account]
    original = _named_sale(transaction)
    if original:
        return _by_id(transaction, original, own)
    return _by_likeness(transaction, own, ladder=ladder)


def _named_sale(transaction: GatewayTransaction) -> str:
    """A void is the sale's own transaction in a later state; a refund is a new one."""
    if transaction.type is TransactionType.REFUND:
        return transaction.original_transaction_id
    return transaction.transaction_id


def _by_id(
    transaction: GatewayTransaction, original: str, sales: list[SaleCandidate]
) -> ParentResult:
    sale = next((sale for sale in sales if sale.transaction_id == original), None)
    if sale is None:
        return ParentResult(ParentOutcome.NOT_FOUND, f"Sale {original} is not known here.")
    if not _fits(transaction, sale):
        reason = (
            f"Only {sale.remaining} is left of sale {original}; "
            f"this would take back {transaction.amount}."
        )
        return ParentResult(ParentOutcome.TOO_LARGE, reason, candidates=(sale,))
    return ParentResult(ParentOutcome.FOUND, f"PayTrace names sale {original}.", sale)


def _by_likeness(
    transaction: GatewayTransaction, sales: list[SaleCandidate], *, ladder: Ladder
) -> ParentResult:
    key = normalise(transaction.invoice_reference, ladder=ladder)
    if not key or not transaction.last_four:
        reason = "PayTrace names no sale, and without an invoice number and last four none is told."
        return ParentResult(ParentOutcome.NOT_FOUND, reason)
    alike = [
        sale
        for sale in sales
        if normalise(sale.invoice_reference, ladder=ladder) == key
        and sale.last_four == transaction.last_four
        and sale.created_at <= transaction.created_at
        and _fits(transaction, sale)
    ]
    traits = f"invoice {key} and card ending {transaction.last_four}"
    if not alike:
        reason = f"No sale with {traits} has {transaction.amount} left to give back."
        return ParentResult(ParentOutcome.NOT_FOUND, reason)
    if len(alike) > 1:
        reason = f"{len(alike)} sales with {traits} could be meant."
        return ParentResult(ParentOutcome.AMBIGUOUS, reason, candidates=tuple(alike))
    reason = f"Sale {alike[0].transaction_id} is the only one with {traits}."
    return ParentResult(ParentOutcome.FOUND, reason, alike[0])


def _fits(transaction: GatewayTransaction, sale: SaleCandidate) -> bool:
    if transaction.amount.currency != sale.remaining.currency:
        return False
    return transaction.amount <= sale.remaining
