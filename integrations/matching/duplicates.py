"""Payments that may already be in the books: posted for another payment, or keyed by hand.

This is the business layer above effect keys and markers. It never blocks by itself: certain
evidence offers to adopt the receipt, likeness asks a person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from integrations.canonical.money import Money


@dataclass(frozen=True)
class PlainPayment:
    """The payment about to be posted, as far as a duplicate shows."""

    transaction_id: str
    customer_number: str
    invoice_numbers: tuple[str, ...]
    amount: Money
    paid_date: date
    approval_code: str = ""
    last_four: str = ""


@dataclass(frozen=True)
class PlainReceipt:
    """A receipt that stands in Sage. `transaction_id` is set when we posted it ourselves."""

    receipt_key: str
    customer_number: str
    invoice_number: str
    amount: Money
    received_date: date
    texts: tuple[str, ...] = ()
    """Its reference, check number and comment, as they stand."""
    transaction_id: str = ""


class Duplicate(StrEnum):
    NONE = "none"
    SAME_PAYMENT = "same_payment"
    """This very transaction stands in Sage, posted by us."""
    ADOPT = "adopt"
    """A clerk keyed exactly this payment: link it, post nothing."""
    LIKELY_KEYED = "likely_keyed"
    """A clerk keyed one just like it: ask once."""
    LIKELY_TWICE = "likely_twice"
    """We posted another payment just like it: perhaps the customer paid twice."""


@dataclass(frozen=True)
class DuplicateResult:
    verdict: Duplicate
    reason: str = ""
    receipts: tuple[PlainReceipt, ...] = ()


# A clerk keys a payment within a few days of it; a monthly instalment is not a duplicate.
WINDOW_DAYS = 5
# Four digits stand in too many texts by chance; a last four counts as likeness only.
SHORTEST_PROOF = 5


def find_duplicate(
    payment: PlainPayment, *, receipts: Sequence[PlainReceipt], window_days: int = WINDOW_DAYS
) -> DuplicateResult:
    """What in the books looks like this payment already, strongest evidence first."""
    posted = [r for r in receipts if r.transaction_id == payment.transaction_id]
    if posted:
        reason = f"Transaction {payment.transaction_id} is already posted."
        return DuplicateResult(Duplicate.SAME_PAYMENT, reason, tuple(posted))
    alike = [r for r in receipts if _is_alike(payment, r, window_days=window_days)]
    keyed = [r for r in alike if not r.transaction_id]
    proven = [r for r in keyed if _is_proven(payment, r)]
    if len(proven) == 1:
        return _result(Duplicate.ADOPT, payment, proven)
    if keyed:
        return _result(Duplicate.LIKELY_KEYED, payment, keyed)
    if alike:
        return _result(Duplicate.LIKELY_TWICE, payment, alike)
    return DuplicateResult(Duplicate.NONE)


def _is_alike(payment: PlainPayment, receipt: PlainReceipt, *, window_days: int) -> bool:
    return (
        receipt.customer_number == payment.customer_number
        and receipt.amount == payment.amount
        and (receipt.invoice_number in payment.invoice_numbers or not payment.invoice_numbers)
        and abs((receipt.received_date - payment.paid_date).days) <= window_days
    )


def _is_proven(payment: PlainPayment, receipt: PlainReceipt) -> bool:
    """Whether a text of the receipt holds the transaction id or the approval code as a word."""
    proofs = {_fold(payment.transaction_id), _fold(payment.approval_code)}
    words = {word for text in receipt.texts for word in _words(text)}
    return any(len(proof) >= SHORTEST_PROOF and proof in words for proof in proofs)


def _result(
    verdict: Duplicate, payment: PlainPayment, receipts: list[PlainReceipt]
) -> DuplicateResult:
    first = receipts[0]
    where = f" on invoice {first.invoice_number}" if first.invoice_number else ""
    what = f"{payment.amount} of customer {payment.customer_number}{where}"
    day = first.received_date.isoformat()
    sentences = {
        Duplicate.ADOPT: f"Someone keyed this payment in Sage on {day}: {what}.",
        Duplicate.LIKELY_KEYED: f"A receipt keyed in Sage on {day} looks the same: {what}.",
        Duplicate.LIKELY_TWICE: (
            f"Transaction {first.transaction_id} already paid the same on {day}: {what}."
        ),
    }
    return DuplicateResult(verdict, sentences[verdict], tuple(receipts))


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in _fold(text)).split()


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper().strip()
