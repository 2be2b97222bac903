"""Guard: stop what may already be in the books, or may not be in these books at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.canonical.posting import JOURNALS
from integrations.matching.duplicates import Duplicate, PlainPayment, find_duplicate
from integrations.workflows.subject import Draft, NeedsPerson, StepResult, Subject


def run(subject: Subject, draft: Draft, settings: Mapping[str, Any]) -> StepResult:
    """Look for the same payment keyed by hand or taken twice; a person's word overrules."""
    if draft.posting in JOURNALS:
        return StepResult("guard", "A journal alone; no receipt to compare with.", draft)
    if subject.parent is not None:
        return StepResult("guard", "Takes back a posting of ours; nothing to compare.", draft)
    if subject.decision.get("not_a_duplicate") or subject.decision.get("on_account"):
        return StepResult("guard", "A person decided; no duplicate check.", draft)
    if draft.accounting_date is None:
        raise ValueError("Guard comes after account")
    found = find_duplicate(
        PlainPayment(
            transaction_id=subject.transaction.transaction_id,
            customer_number=draft.customer_number,
            invoice_numbers=tuple(a.invoice_number for a in draft.applications),
            amount=subject.amount,
            paid_date=draft.accounting_date,
            approval_code=subject.transaction.approval_code,
            last_four=subject.transaction.last_four,
        ),
        receipts=subject.receipts,
        window_days=int(settings.get("duplicate_window_days", 5)),
    )
    # The same payment, posted by us, is for the single writer to answer: it says `exists`.
    if found.verdict in {Duplicate.NONE, Duplicate.SAME_PAYMENT}:
        return StepResult("guard", "Not in Sage yet, and nothing there looks the same.", draft)
    verdict = NeedsPerson(
        code="duplicate",
        sentence=found.reason,
        remedy="If it is another payment, retry it as such; if not, dismiss it.",
        evidence={
            "verdict": found.verdict.value,
            "receipts": [
                {
                    "key": receipt.receipt_key,
                    "invoice_number": receipt.invoice_number,
                    "amount": receipt.amount.plain,
                    "currency": receipt.amount.currency,
                    "date": receipt.received_date.isoformat(),
                }
                for receipt in found.receipts
            ],
        },
    )
    return StepResult("guard", found.reason, draft.ended(verdict), trace=(found.reason,))
