"""Which open invoices a payment pays, decided the way an accountant would, with the steps told.

The ladder is climbed rung by rung; the first rung that names a document found in Sage decides.
A match is unique or it goes to a person: nothing is ever guessed between two candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from integrations.canonical.ledger_documents import Invoice, InvoiceStatus
from integrations.canonical.money import Money, round_to
from integrations.canonical.posting import Application
from integrations.canonical.transactions import GatewayTransaction
from integrations.matching.references import (
    Ladder,
    Reading,
    Reference,
    Rung,
    Target,
    normalise,
    references_at,
)


class MatchOutcome(StrEnum):
    MATCHED = "matched"
    PARTIAL_OK = "partial_ok"
    """Pays less than what is open, and the tenant takes part payments."""
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    """More than one way to apply it: `invoices` shows them all."""
    ALREADY_PAID = "already_paid"
    VOID = "void"
    """Found, but void in Sage, or a credit memo: neither takes a payment."""
    WRONG_CUSTOMER = "wrong_customer"
    WRONG_CURRENCY = "wrong_currency"
    OVER_BALANCE = "over_balance"
    """Pays more than is open: `applications` fills the invoices, `unapplied` is the rest."""


@dataclass(frozen=True)
class MatchSettings:
    """The tenant's choices. `customer_number` is the payer in Sage, empty when not known."""

    customer_number: str = ""
    related_customers: tuple[str, ...] = ()
    """Customers whose invoices this payer may pay too (a national account)."""
    allow_part_payment: bool = True


@dataclass(frozen=True)
class MatchResult:
    """What was decided, how the money falls, and every step in words."""

    outcome: MatchOutcome
    reason: str
    steps: tuple[str, ...]
    unapplied: Money
    applications: tuple[Application, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    """The invoices paid, or those a person chooses from."""
    customer_number: str = ""

    @property
    def is_decided(self) -> bool:
        """Whether it can be posted without a person."""
        return self.outcome in {MatchOutcome.MATCHED, MatchOutcome.PARTIAL_OK}


def match(
    transaction: GatewayTransaction,
    *,
    ladder: Ladder,
    invoices_found: Sequence[Invoice],
    settings: MatchSettings,
) -> MatchResult:
    """Apply the payment to the invoices it names, out of those Sage returned.

    `invoices_found` may hold more than was asked for and history copies of the same invoice.
    """
    known = _without_history_copies(invoices_found)
    steps: list[str] = []
    for rung in ladder.rungs:
        references = references_at(transaction, rung=rung, ladder=ladder)
        found = {ref: _named_by(ref, known, ladder=ladder) for ref in references}
        steps += [_told(ref, invoices) for ref, invoices in found.items()]
        if any(found.values()):
            decided = _decide_rung(transaction, rung=rung, found=found, settings=settings)
            return _with_steps(decided, steps)
    return _with_steps(_not_found(transaction, has_steps=bool(steps)), steps)


def _decide_rung(
    transaction: GatewayTransaction,
    *,
    rung: Rung,
    found: dict[Reference, list[Invoice]],
    settings: MatchSettings,
) -> MatchResult:
    if rung.reading is Reading.NUMBERS:
        found = _without_noise(found)
    missing = [ref for ref, invoices in found.items() if not invoices]
    everything = [invoice for invoices in found.values() for invoice in invoices]
    if missing:
        names = ", ".join(f"‘{ref.written}’" for ref in missing)
        reason = f"The payment also names {names}, which is not in Sage."
        return _person(transaction, MatchOutcome.AMBIGUOUS, reason, everything)
    chosen: list[Invoice] = []
    for ref, invoices in found.items():
        one = _the_one(invoices, settings=settings)
        if one is None:
            reason = f"{len(invoices)} documents in Sage answer to ‘{ref.written}’."
            return _person(transaction, MatchOutcome.AMBIGUOUS, reason, everything)
        if one not in chosen:
            chosen.append(one)
    return _decide_invoices(transaction, chosen, settings=settings)


def _decide_invoices(
    transaction: GatewayTransaction, invoices: list[Invoice], *, settings: MatchSettings
) -> MatchResult:
    for invoice in invoices:
        refused = _why_not(invoice, transaction=transaction, settings=settings)
        if refused:
            return _person(transaction, refused[0], refused[1], invoices)
    if len({invoice.customer_number for invoice in invoices}) > 1:
        reason = "The payment names invoices of more than one customer."
        return _person(transaction, MatchOutcome.AMBIGUOUS, reason, invoices)
    return _decide_amounts(transaction, invoices, settings=settings)


def _decide_amounts(
    transaction: GatewayTransaction, invoices: list[Invoice], *, settings: MatchSettings
) -> MatchResult:
    paid = transaction.amount
    balance = Money(sum((i.balance for i in invoices), Decimal(0)), paid.currency)
    names = _names(invoices)
    if paid == balance:
        return _applied(transaction, MatchOutcome.MATCHED, f"Pays {names} in full.", invoices)
    if balance < paid:
        reason = f"The payment of {paid} is more than the open balance of {names}, {balance}."
        return _applied(transaction, MatchOutcome.OVER_BALANCE, reason, invoices)
    reason = f"The payment of {paid} is less than the open balance of {names}, {balance}."
    if len(invoices) > 1 or not settings.allow_part_payment:
        return _person(transaction, MatchOutcome.AMBIGUOUS, reason, invoices)
    return _applied(transaction, MatchOutcome.PARTIAL_OK, reason, invoices)


def _why_not(
    invoice: Invoice, *, transaction: GatewayTransaction, settings: MatchSettings
) -> tuple[MatchOutcome, str] | None:
    """Why this invoice takes no payment from this payer; None when it does."""
    name = f"Invoice {invoice.number}"
    payers = {settings.customer_number, *settings.related_customers}
    if settings.customer_number and invoice.customer_number not in payers:
        sentence = (
            f"{name} belongs to customer {invoice.customer_number}, "
            f"not to {settings.customer_number}."
        )
        return MatchOutcome.WRONG_CUSTOMER, sentence
    if invoice.status in {InvoiceStatus.VOID, InvoiceStatus.CREDIT}:
        is_void = invoice.status is InvoiceStatus.VOID
        what = "void in Sage" if is_void else "a credit, which takes no payment"
        return MatchOutcome.VOID, f"{name} is {what}."
    if invoice.status is InvoiceStatus.PAID or invoice.balance <= 0:
        return MatchOutcome.ALREADY_PAID, f"{name} is already paid."
    return _why_not_in_cents(invoice, transaction=transaction)


def _why_not_in_cents(
    invoice: Invoice, *, transaction: GatewayTransaction
) -> tuple[MatchOutcome, str] | None:
    number, paid_in = invoice.number, transaction.amount.currency
    if invoice.currency != paid_in:
        sentence = f"Invoice {number} is in {invoice.currency}; the payment is in {paid_in}."
        return MatchOutcome.WRONG_CURRENCY, sentence
    # Sage keeps four decimals; a receipt in cents could never close such a balance.
    if invoice.balance != round_to(invoice.balance, invoice.currency):
        sentence = f"The open balance of invoice {number}, {invoice.balance}, has parts of a cent."
        return MatchOutcome.AMBIGUOUS, sentence
    return None


def _named_by(reference: Reference, known: Sequence[Invoice], *, ladder: Ladder) -> list[Invoice]:
    return [
        invoice
        for invoice in known
        if normalise(_number(invoice, reference.target), ladder=ladder) == reference.key
    ]


def _number(invoice: Invoice, target: Target) -> str:
    if target is Target.ORDER_NUMBER:
        return invoice.order_number
    return invoice.customer_po if target is Target.CUSTOMER_PO else invoice.number


def _without_history_copies(invoices: Sequence[Invoice]) -> list[Invoice]:
    """Sage moves closed invoices to history; while it does, one invoice can be read twice."""
    current = {(i.number, i.customer_number) for i in invoices if not i.is_history}
    kept = [i for i in invoices if not i.is_history or (i.number, i.customer_number) not in current]
    return list(dict.fromkeys(kept))


def _without_noise(found: dict[Reference, list[Invoice]]) -> dict[Reference, list[Invoice]]:
    """Prose holds numbers that are no documents; only those that Sage knows count."""
    return {ref: invoices for ref, invoices in found.items() if invoices}


def _the_one(invoices: list[Invoice], *, settings: MatchSettings) -> Invoice | None:
    """The only candidate, or the only one that is the payer's own."""
    if len(invoices) == 1:
        return invoices[0]
    own = [i for i in invoices if i.customer_number == settings.customer_number]
    return own[0] if len(own) == 1 else None


def _applied(
    transaction: GatewayTransaction,
    outcome: MatchOutcome,
    reason: str,
    invoices: list[Invoice],
) -> MatchResult:
    left = transaction.amount.amount
    applications: list[Application] = []
    for invoice in invoices:
        part = min(left, invoice.balance)
        applications.append(Application(invoice.number, part))
        left -= part
    return MatchResult(
        outcome=outcome,
        reason=reason,
        steps=(),
        unapplied=Money(left, transaction.amount.currency),
        applications=tuple(applications),
        invoices=tuple(invoices),
        customer_number=invoices[0].customer_number,
    )


def _person(
    transaction: GatewayTransaction, outcome: MatchOutcome, reason: str, invoices: list[Invoice]
) -> MatchResult:
    return MatchResult(
        outcome=outcome,
        reason=reason,
        steps=(),
        unapplied=transaction.amount,
        invoices=tuple(dict.fromkeys(invoices)),
    )


def _not_found(transaction: GatewayTransaction, *, has_steps: bool) -> MatchResult:
    reason = (
        "None of the documents the payment names is in Sage."
        if has_steps
        else "The payment names no invoice."
    )
    return _person(transaction, MatchOutcome.NOT_FOUND, reason, [])


def _with_steps(result: MatchResult, steps: list[str]) -> MatchResult:
    return MatchResult(
        outcome=result.outcome,
        reason=result.reason,
        steps=(*steps, result.reason),
        unapplied=result.unapplied,
        applications=result.applications,
        invoices=result.invoices,
        customer_number=result.customer_number,
    )


def _told(reference: Reference, invoices: Sequence[Invoice]) -> str:
    what = reference.target.value.removesuffix(" number")
    looked = f"Looked for {what} {reference.key} (from {reference.label} ‘{reference.written}’)"
    if not invoices:
        return f"{looked}: not in Sage"
    return f"{looked}: {'; '.join(_found_words(i, reference) for i in invoices)}"


def _found_words(invoice: Invoice, reference: Reference) -> str:
    found = "found" if reference.key == invoice.number else f"found as invoice {invoice.number}"
    if invoice.status is InvoiceStatus.VOID:
        return f"{found}, void"
    if invoice.status is InvoiceStatus.CREDIT:
        return f"{found}, a credit"
    if invoice.status is InvoiceStatus.PAID or invoice.balance <= 0:
        return f"{found}, already paid"
    balance = Money(round_to(invoice.balance, invoice.currency), invoice.currency)
    return f"{found}, open balance {balance}"


def _names(invoices: Sequence[Invoice]) -> str:
    numbers = [invoice.number for invoice in invoices]
    if len(numbers) == 1:
        return f"invoice {numbers[0]}"
    return f"invoices {', '.join(numbers[:-1])} and {numbers[-1]}"
