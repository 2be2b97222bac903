"""What a case offers: buttons with their words, and where each one leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.exceptions.kinds import ASKING, Offer, kind_of
from integrations.exceptions.models import ExceptionCase


@dataclass(frozen=True)
class Button:
    """One next action. `invoice` is filled where the button names one."""

    offer: Offer
    text: str
    icon: str
    is_first: bool = False
    is_danger: bool = False
    invoice: str = ""
    asks: bool = False
    """It asks PayTrace for something, on a page of its own."""


@dataclass(frozen=True)
class Candidate:
    """An invoice the evidence names."""

    number: str
    customer_number: str
    balance: str
    currency: str
    status: str


_TEXTS: Mapping[Offer, tuple[str, str]] = {
    Offer.RETRY: ("Try again", "refresh-cw"),
    Offer.ON_ACCOUNT: ("Put on account", "wallet"),
    Offer.CHOOSE_INVOICE: ("Apply to an invoice", "file-check"),
    Offer.CHOOSE_PAYMENT: ("Choose the payment", "credit-card"),
    Offer.DISMISS: ("Dismiss", "circle-slash"),
    Offer.CHARGE_AGAIN: ("Charge again", "credit-card"),
    Offer.PAUSE_PLAN: ("Pause the plan", "circle-pause"),
}
# Payments that may not be owed at all: the customer may want the money back.
_MAYBE_NOT_OWED = frozenset(
    {"invoice_paid", "invoice_void", "over_balance", "duplicate", "link_used_up"}
)
_OF_ANY_KIND = frozenset({Offer.RETRY, Offer.CHOOSE_PAYMENT, Offer.DISMISS, *ASKING})
_MOST_CANDIDATES = 4
# Characters of a record that is shown as PayTrace told it.
_MOST_SHOWN = 600


def offers_for(case: ExceptionCase) -> list[Button]:
    """The buttons of a case, best first. An open invoice in the evidence gets its own."""
    offers = kind_of(case.code).offers
    if case.effect.kind != "sale":
        offers = tuple(o for o in offers if o in _OF_ANY_KIND)
    buttons = [
        Button(Offer.CHOOSE_INVOICE, f"Apply to {found.number}", "file-check", invoice=found.number)
        for found in candidates(case)[:_MOST_CANDIDATES]
        if found.status == "open" and Offer.CHOOSE_INVOICE in offers and _takes(found, case)
    ]
    for offer in _best_first(offers, case):
        text, icon = _words(offer, case)
        is_danger, asks = offer is Offer.DISMISS, offer in ASKING
        buttons.append(Button(offer, text, icon, is_danger=is_danger, asks=asks))
    return [replace(buttons[0], is_first=True, is_danger=False), *buttons[1:]]


def _takes(found: Candidate, case: ExceptionCase) -> bool:
    """Whether an invoice may take the payment; of what cannot be read Sage is asked."""
    if case.code != "over_balance":
        return True
    try:
        return Decimal(found.balance) >= case.amount
    except InvalidOperation:
        return True


def _best_first(offers: Sequence[Offer], case: ExceptionCase) -> list[Offer]:
    """More than is open on an invoice goes on account, unless somebody knows another invoice."""
    first = Offer.ON_ACCOUNT if case.code == "over_balance" else None
    return sorted(offers, key=lambda offer: offer is not first)


def may_go_back(case: ExceptionCase) -> bool:
    """Whether giving the money back is one of the ways to end the case."""
    return case.effect.kind == "sale" and case.code in _MAYBE_NOT_OWED


def is_unclear(case: ExceptionCase) -> bool:
    """Whether it is about what somebody tells, so that only whoever tells it can answer it."""
    return case.effect.kind in {"review", "unreadable", "flagged_row"}


def teller(case: ExceptionCase) -> str:
    """Who tells what an unclear case is about."""
    if case.effect.kind == "flagged_row":
        return "Sage"
    return "the disputes provider" if case.code.startswith("dispute_") else "PayTrace"


def case_context(case: ExceptionCase) -> dict[str, Any]:
    """What the panel of a case shows."""
    kind = kind_of(case.code)
    return {
        "case": case,
        "case_title": kind.title,
        "case_explanation": kind.explanation,
        "is_unclear": is_unclear(case),
        "evidence": evidence_lines(case),
        "offers": offers_for(case),
        "may_go_back": may_go_back(case),
    }


def candidates(case: ExceptionCase) -> list[Candidate]:
    """The invoices a case's evidence shows."""
    found = case.evidence.get("invoices", [])
    return [
        Candidate(
            number=str(item.get("number", "")),
            customer_number=str(item.get("customer_number", "")),
            balance=str(item.get("balance", "")),
            currency=str(item.get("currency", "")),
            status=str(item.get("status", "")),
        )
        for item in found
        if isinstance(item, Mapping)
    ]


def evidence_lines(case: ExceptionCase) -> list[str]:
    """What was found, in sentences, for everything that is not an invoice to choose."""
    lines = [
        f"Invoice {c.number} of customer {c.customer_number}: {c.status}, "
        f"open balance {c.balance} {c.currency}."
        for c in candidates(case)
    ]
    for paid in case.evidence.get("payments", []):
        about = f" for {paid['invoice_reference']}" if paid.get("invoice_reference") else ""
        lines.append(
            f"Payment {paid.get('number', '')} of {paid.get('date', '')}{about}: "
            f"{paid.get('amount', '')} {paid.get('currency', '')}."
        )
    for receipt in case.evidence.get("receipts", []):
        where = f" on invoice {receipt['invoice_number']}" if receipt.get("invoice_number") else ""
        lines.append(
            f"Receipt in Sage: {receipt.get('amount', '')} {receipt.get('currency', '')}{where}, "
            f"dated {receipt.get('date', '')}."
        )
    if case.evidence.get("record"):
        lines.append(f"As {teller(case)} tells it: {shown_record(case.evidence['record'])}")
    if case.evidence.get("value"):
        lines.append(f"The value is ‘{case.evidence['value']}’.")
    if case.evidence.get("rule"):
        lines.append(str(case.evidence["rule"]))
    return lines


def _words(offer: Offer, case: ExceptionCase) -> tuple[str, str]:
    if offer is Offer.RETRY and kind_of(case.code).title.startswith("Looks like"):
        return "Post as another payment", "refresh-cw"
    if offer is Offer.RETRY and is_unclear(case):
        return "Look again", "refresh-cw"
    return _TEXTS[offer]


def shown_record(record: object) -> str:
    """The fields of a record that say something, as `name: value`; card numbers are gone since
    it was kept."""
    if not isinstance(record, Mapping):
        return str(record)[:_MOST_SHOWN]
    said = [
        f"{str(name).replace('_', ' ')}: {value}"
        for name, value in record.items()
        if isinstance(value, str | int) and str(value).strip()
    ]
    return "; ".join(said)[:_MOST_SHOWN]
