"""Match: which invoices of which customer a payment pays, or what it takes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.canonical.attempt_numbers import invoice_in
from integrations.canonical.effects import EffectKind
from integrations.canonical.ledger_documents import Invoice
from integrations.canonical.posting import PostingKind
from integrations.canonical.statuses import status_for
from integrations.canonical.transactions import GatewayTransaction
from integrations.matching.ladder import MatchOutcome, MatchResult, MatchSettings, match
from integrations.matching.references import Ladder
from integrations.workflows.definition import ON_ACCOUNT
from integrations.workflows.steps import disputes, settlements, take_back
from integrations.workflows.subject import Draft, NeedsPerson, Nothing, StepResult, Subject

LADDER = Ladder()
LINK_USED_UP = "link_used_up"
_MONEY = frozenset({EffectKind.SALE, EffectKind.REFUND})

_REMEDIES = {
    MatchOutcome.NOT_FOUND: "Choose the invoice, or put the payment on account.",
    MatchOutcome.AMBIGUOUS: "Choose the invoice it pays.",
    MatchOutcome.ALREADY_PAID: "Put it on account, give it back, or dismiss it.",
    MatchOutcome.OVER_BALANCE: "Put the payment on account, or choose another invoice.",
    MatchOutcome.VOID: "Choose another invoice, or put the payment on account.",
    MatchOutcome.WRONG_CUSTOMER: "Choose the invoice it pays.",
    MatchOutcome.WRONG_CURRENCY: "Choose an invoice in the payment's currency.",
}


_CODES = {
    MatchOutcome.NOT_FOUND: "invoice_not_found",
    MatchOutcome.ALREADY_PAID: "invoice_paid",
    MatchOutcome.VOID: "invoice_void",
}


def run(subject: Subject, draft: Draft, settings: Mapping[str, Any]) -> StepResult:
    """Decide what the effect does to which documents."""
    if subject.kind is EffectKind.DECLINE:
        return _decline(subject, draft)
    if subject.undone is not None and subject.kind in _MONEY:
        return _undone(subject, draft, subject.undone)
    if subject.kind in take_back.KINDS:
        return _take_back(subject, draft)
    if subject.kind in disputes.KINDS or subject.kind is EffectKind.SETTLEMENT:
        stage = settlements if subject.kind is EffectKind.SETTLEMENT else disputes
        placed, sentence = stage.place(subject, draft)
        return _result(sentence, placed, (sentence,), subject, None)
    if subject.decision.get("on_account"):
        return _on_account(subject, draft, "A person put it on account.", ())
    return _pay(subject, draft, settings)


def _undone(subject: Subject, draft: Draft, told: GatewayTransaction) -> StepResult:
    """Its void or refusal overtook it: nothing of it may reach the books."""
    state = told.state.value.replace("_", " ")
    sentence = f"PayTrace tells that it was {state}, so there is nothing to post."
    verdict = Nothing("undone", sentence)
    return _result(sentence, draft.ended(verdict), (sentence,), subject, None)


def _take_back(subject: Subject, draft: Draft) -> StepResult:
    placed, sentence = take_back.place(subject, draft)
    return _result(sentence, placed, (sentence,), subject, None)


def _pay(subject: Subject, draft: Draft, settings: Mapping[str, Any]) -> StepResult:
    if subject.link is not None and subject.link.doubt and not _is_decided(subject):
        return _used_up(subject.link.doubt, subject, draft)
    transaction = _as_decided(subject)
    found = match(
        transaction, ladder=LADDER, invoices_found=subject.invoices, settings=MatchSettings()
    )
    if found.is_decided:
        matched = replace(
            draft,
            posting=PostingKind.RECEIPT,
            customer_number=found.customer_number,
            applications=found.applications,
        )
        return _result(found.reason, matched, found.steps, subject, found)
    if found.outcome is MatchOutcome.NOT_FOUND and _may_go_on_account(subject, settings):
        reason = f"{found.reason} By your posting policy it goes on account."
        return _on_account(subject, draft, reason, found.steps)
    verdict = NeedsPerson(
        code=_code(found.outcome),
        sentence=found.reason,
        field="invoice number",
        remedy=_REMEDIES[found.outcome],
        evidence={"invoices": [invoice_facts(invoice) for invoice in found.invoices]},
    )
    return _result(found.reason, draft.ended(verdict), found.steps, subject, found)


def _code(outcome: MatchOutcome) -> str:
    return _CODES.get(outcome, outcome.value)


def _is_decided(subject: Subject) -> bool:
    """Whether a person has said that this payment is one of its own."""
    decision = subject.decision
    return bool(decision.get("not_a_duplicate") or decision.get("invoice_number"))


def _used_up(doubt: str, subject: Subject, draft: Draft) -> StepResult:
    verdict = NeedsPerson(
        code=LINK_USED_UP,
        sentence=doubt,
        remedy="Try it again if it is owed; if not, give it back and dismiss it.",
    )
    return _result(doubt, draft.ended(verdict), (doubt,), subject, None)


def _as_decided(subject: Subject) -> Any:
    """The payment as the payer wrote it, or naming the invoice a person chose or its link asked
    for. A code of ours in the number that came with it is no part of an invoice's."""
    chosen = str(subject.decision.get("invoice_number", ""))
    if not chosen and subject.link is not None:
        chosen = subject.link.invoice_number
    if not chosen:
        chosen = invoice_in(subject.transaction.invoice_reference)
    return replace(subject.transaction, invoice_reference=chosen)


def _may_go_on_account(subject: Subject, settings: Mapping[str, Any]) -> bool:
    return settings.get("invoice_missing") == ON_ACCOUNT and subject.payer is not None


def _on_account(subject: Subject, draft: Draft, reason: str, steps: tuple[str, ...]) -> StepResult:
    if subject.payer is None:
        wanted = subject.decision.get("customer_number") or subject.transaction.customer_id
        named = f"Customer ‘{wanted}’ is not in Sage" if wanted else "The payment names no customer"
        verdict = NeedsPerson(
            code="customer_missing",
            sentence=f"{named}, so the payment cannot go on account.",
            field="customer number",
            remedy="Enter the Sage customer number it belongs to.",
        )
        return _result(verdict.sentence, draft.ended(verdict), steps, subject, None)
    placed = replace(draft, posting=PostingKind.ON_ACCOUNT, customer_number=subject.payer.number)
    sentence = f"{reason} Customer {subject.payer.number}, {subject.payer.name}."
    return _result(sentence, placed, (*steps, sentence), subject, None)


def _decline(subject: Subject, draft: Draft) -> StepResult:
    parent = subject.parent
    if parent is not None and not parent.is_over and not parent.is_reversed:
        return _take_back(subject, draft)
    transaction = subject.transaction
    status = status_for(type=transaction.type, state=transaction.state)
    why = transaction.message or "no reason given"
    verdict = Nothing(
        code="declined",
        sentence=f"The payment was refused ({why}), so there is nothing to post.",
        status=status or "",
        invoice_number=next((i.number for i in subject.invoices if not i.is_history), ""),
    )
    return _result(verdict.sentence, draft.ended(verdict), (verdict.sentence,), subject, None)


def _result(
    sentence: str,
    draft: Draft,
    trace: tuple[str, ...],
    subject: Subject,
    found: MatchResult | None,
) -> StepResult:
    output: dict[str, Any] = {
        "customer_number": draft.customer_number,
        "applications": [[a.invoice_number, f"{a.amount}"] for a in draft.applications],
    }
    if found is not None:
        output["outcome"] = found.outcome.value
    return StepResult(
        step="match",
        sentence=sentence,
        draft=draft,
        trace=trace,
        input={
            "invoice_reference": subject.transaction.invoice_reference,
            "customer_reference": subject.transaction.customer_reference,
            "description": subject.transaction.description,
            "amount": str(subject.amount),
        },
        output=output,
    )


def invoice_facts(invoice: Invoice) -> dict[str, str]:
    """An invoice as a case shows it: amounts as decimal strings."""
    return {
        "number": invoice.number,
        "customer_number": invoice.customer_number,
        "date": invoice.invoice_date.isoformat() if invoice.invoice_date else "",
        "amount": f"{invoice.amount:.2f}",
        "balance": f"{invoice.balance:.2f}",
        "currency": invoice.currency,
        "status": invoice.status.value,
    }
