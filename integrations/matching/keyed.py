"""Whether a person has keyed a posting into Sage: decided from the receipts that stand there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from integrations.canonical.ledger_documents import Receipt
from integrations.canonical.posting import Application, PostingKind, PostingRequest

# A receipt without our reference is believed only this close to the day it should bear.
_NEAR = timedelta(days=5)


@dataclass(frozen=True)
class Keyed:
    """The receipts that are this posting, and how they were known."""

    receipts: tuple[Receipt, ...]
    why: str


@dataclass(frozen=True)
class NotKeyed:
    """It is not in the books, or not as it should be; what is missing, for who keys it."""

    sentence: str


def find_keyed(
    request: PostingRequest,
    *,
    marked: Sequence[Receipt],
    on_invoices: Mapping[str, Sequence[Receipt]],
    taken: Set[str],
) -> Keyed | NotKeyed:
    """Look for the posting among the receipts with its reference, then among those that only
    look like it.

    `on_invoices` holds the receipts of each invoice; give them only when a person says that it
    was keyed, since likeness alone proves nothing. `taken` are keys of receipts that belong to
    other postings.
    """
    if marked:
        wrong = _difference(request, marked)
        return NotKeyed(wrong) if wrong else Keyed(tuple(marked), "It carries the reference.")
    if request.kind is not PostingKind.RECEIPT or not on_invoices:
        return NotKeyed(f"No receipt with the reference {request.marker} is in Sage yet.")
    found: list[Receipt] = []
    for part in request.applications:
        alike = [
            receipt
            for receipt in on_invoices.get(part.invoice_number, ())
            if receipt.key not in taken and _is_like(receipt, part, request)
        ]
        if len(alike) != 1:
            return NotKeyed(_none_or_many(part, request, len(alike)))
        found += alike
    return Keyed(tuple(found), "Invoice, amount and date are the same, and only one receipt is.")


def _difference(request: PostingRequest, receipts: Sequence[Receipt]) -> str:
    """What is wrong with receipts that carry the reference; empty when they are right."""
    if any(receipt.currency != request.amount.currency for receipt in receipts):
        return (
            f"The receipt {request.marker} is not in {request.amount.currency}. Correct it in Sage."
        )
    if request.kind is PostingKind.RECEIPT and request.applications:
        meant = Counter((a.invoice_number, a.amount, a.discount) for a in request.applications)
        found = Counter((r.invoice_number, r.amount, r.discount) for r in receipts)
        return _parts(request, meant - found, found - meant)
    sign = -1 if request.kind is PostingKind.REVERSAL else 1
    total = sum((receipt.amount for receipt in receipts), Decimal(0)) * sign
    if total == request.amount.amount:
        return ""
    meant_text = f"{sign * request.amount.amount:,.2f}"
    return f"{request.marker} adds up to {sign * total:,.2f} in Sage and should be {meant_text}."


def _parts(
    request: PostingRequest,
    missing: Counter[tuple[str, Decimal, Decimal]],
    extra: Counter[tuple[str, Decimal, Decimal]],
) -> str:
    told = [f"{amount:,.2f} on invoice {number} is missing" for number, amount, _ in missing]
    told += [
        f"{amount:,.2f} on invoice {number} does not belong to it" for number, amount, _ in extra
    ]
    return f"{request.marker}: {'; '.join(told)}. Correct it in Sage." if told else ""


def _is_like(receipt: Receipt, part: Application, request: PostingRequest) -> bool:
    return (
        (receipt.amount, receipt.discount) == (part.amount, part.discount)
        and receipt.currency == request.amount.currency
        and receipt.paid_date is not None
        and abs(receipt.paid_date - request.accounting_date) <= _NEAR
    )


def _none_or_many(part: Application, request: PostingRequest, count: int) -> str:
    what = f"of {part.amount:,.2f} {request.amount.currency}"
    if count == 0:
        return f"No receipt {what} on invoice {part.invoice_number} is in Sage yet."
    return (
        f"{count} receipts {what} stand on invoice {part.invoice_number}. "
        f"Type {request.marker} as the reference of the right one."
    )
