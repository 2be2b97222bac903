"""What a posting will do to the books, decided before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.canonical.posting import (
    PostingKind,
    PostingOutcome,
    PostingRequest,
    PostingResult,
    Refusal,
)
from integrations.sagepro.backends.books import Company, Row

ZERO = Decimal(0)


class Answered(Exception):  # noqa: N818 - it ends the transaction; it is not an error
    """The writer's answer is known and nothing may be written: roll back and give it."""

    def __init__(self, result: PostingResult) -> None:
        super().__init__(result.outcome.value)
        self.result = result


def refuse(code: str, sentence: str, *, field: str = "", remedy: str = "") -> Answered:
    """The books would not take it: say which table, column and value, and what to do."""
    refusal = Refusal(code=code, sentence=sentence, field=field, remedy=remedy)
    return Answered(PostingResult(PostingOutcome.REFUSED, refusal=refusal))


def wait(sentence: str) -> Answered:
    evidence = {"waiting_for": sentence}
    return Answered(PostingResult(PostingOutcome.WAIT, evidence=evidence))


@dataclass(frozen=True)
class Movement:
    """One receipt row and what it does to its document; negative amounts take back.

    Uniform for invoices and open credits: a negative document's balance rises towards zero
    when a negative payment stands against it.
    """

    document: Row
    paid: Decimal
    discount: Decimal

    @property
    def number(self) -> str:
        return str(self.document["number"])

    @property
    def total(self) -> Decimal:
        return self.paid + self.discount


@dataclass(frozen=True)
class Plan:
    """The whole of a posting: movements on documents that are there, and a new open credit."""

    customer: Row
    """Empty for a journal, which has none."""
    movements: tuple[Movement, ...]
    new_credit: Decimal = ZERO
    """Above zero: this much becomes an open credit of the customer."""
    credit_number: str = ""
    moves_cash: bool = True
    """False where one document only pays another."""

    @property
    def customer_change(self) -> Decimal:
        """How much less the customer owes."""
        return sum((move.total for move in self.movements), ZERO) + self.new_credit

    def receipt_values(self) -> list[tuple[str, Decimal, Decimal]]:
        """Document number, paid and discount of every receipt row this plan means."""
        values = [(move.number, move.paid, move.discount) for move in self.movements]
        if self.new_credit:
            values.append((self.credit_number, self.new_credit, ZERO))
        return sorted(values)


def new_balance(move: Movement) -> Decimal:
    return Decimal(move.document["balance"] - move.total)


def new_paid(company: Company[Any], move: Movement) -> Decimal:
    counted = move.total if company.profile.paid_includes_discount else move.paid
    return Decimal(move.document["paid"] + counted)


def document_numbers(plan: Plan) -> list[str]:
    """Every document the plan touches, the new open credit last."""
    numbers = [move.number for move in plan.movements]
    return [*numbers, plan.credit_number] if plan.new_credit else numbers


_WORDS = {
    PostingKind.REVERSAL: "Reversal",
    PostingKind.APPLICATION: "Application",
    PostingKind.SETTLEMENT: "Settlement",
    PostingKind.FEE: "Fee",
    PostingKind.CHARGEBACK: "Chargeback",
}


def reference(request: PostingRequest, numbers: Sequence[str]) -> str:
    """Where to see it in Sage, in words."""
    word = _WORDS.get(request.kind, "Receipt")
    if not numbers:
        return f"{word} {request.marker} in the GL distribution"
    if request.kind is PostingKind.ON_ACCOUNT:
        return f"{word} {request.marker}, open credit {', '.join(numbers)}"
    noun = "document" if len(numbers) == 1 else "documents"
    return f"{word} {request.marker} on {noun} {', '.join(numbers)}"
