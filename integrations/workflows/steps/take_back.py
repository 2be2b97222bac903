"""Taking back: refunds, voids, returns, disputes, and what happens when those are taken back."""

from __future__ import annotations

from dataclasses import replace

from integrations.canonical.effects import EffectKind
from integrations.canonical.posting import PostingKind
from integrations.workflows.subject import (
    AskedRefund,
    Draft,
    NeedsPerson,
    Nothing,
    Paid,
    Parent,
    Subject,
    Waits,
    Withdraws,
)

KINDS = frozenset(
    {
        EffectKind.REFUND,
        EffectKind.VOID,
        EffectKind.ACH_RETURN,
        EffectKind.CHARGEBACK,
        EffectKind.CHARGEBACK_WON,
    }
)
_Ending = Nothing | Waits | Withdraws | NeedsPerson
# The payment never was: what is not in Sage yet is forbidden there, so that it never will be.
_NEVER_WAS = frozenset({EffectKind.VOID, EffectKind.DECLINE})


def place(subject: Subject, draft: Draft) -> tuple[Draft, str]:
    """What it does to which documents, or the verdict it ends in; and the sentence."""
    parent = subject.parent
    verdict = _without(subject) if parent is None else _not_in_books(subject, parent)
    if verdict is not None:
        return draft.ended(verdict), verdict.sentence
    assert parent is not None  # noqa: S101 without one there is a verdict; this tells the type
    placed = replace(draft, customer_number=parent.customer_number)
    if not parent.is_reversal:
        return replace(placed, posting=PostingKind.REVERSAL), parent.sentence
    kind = PostingKind.RECEIPT if parent.applications else PostingKind.ON_ACCOUNT
    again = replace(placed, posting=kind, applications=parent.applications)
    return again, f"{parent.sentence} The payment stands again, as a new receipt."


def _without(subject: Subject) -> _Ending:
    if subject.kind is EffectKind.VOID:
        return Nothing("never_captured", "It was voided before any money moved.")
    if subject.kind is EffectKind.CHARGEBACK:
        return _unknown_payment(subject)
    if subject.asked_refund is not None:
        return _of_no_payment(subject, subject.asked_refund)
    return NeedsPerson(
        code="parent_not_found",
        sentence=(
            "This gives money back, and the payment it belongs to is not known here. "
            "It may be from before Tieout was connected."
        ),
        remedy="Read the days of that payment from PayTrace, or book this in Sage by hand and "
        "dismiss it here with a note.",
    )


def _of_no_payment(subject: Subject, asked: AskedRefund) -> NeedsPerson:
    about = f", naming {asked.invoice_number}" if asked.invoice_number else ""
    approved = f" and {asked.approved_by} approved" if asked.approved_by else ""
    return NeedsPerson(
        code="refund_without_payment",
        sentence=(
            f"{subject.amount} went to a stored card of {asked.customer_number}, of no earlier "
            f"payment{about}. {asked.asked_by} asked for it{approved}: ‘{asked.why}’. Nothing of "
            "it is in Sage yet."
        ),
        remedy=f"Choose the payment of {asked.customer_number} that it gives back; or enter it in "
        "Sage, against an open credit or credit memo of the customer or as an expense, credit the "
        "card clearing account, and dismiss this with a note.",
        evidence={"payments": [_shown(one) for one in asked.payments]},
    )


def _shown(one: Paid) -> dict[str, str]:
    return {
        "number": one.transaction_id,
        "amount": one.amount.plain,
        "currency": one.amount.currency,
        "date": one.on.isoformat(),
        "invoice_reference": one.invoice_reference,
    }


def _unknown_payment(subject: Subject) -> NeedsPerson:
    named = subject.transaction.original_transaction_id
    which = f"payment {named}, which is not known here" if named else "a payment it does not name"
    return NeedsPerson(
        code="disputed_payment_not_found",
        sentence=f"This chargeback of {subject.amount} disputes {which}. Nothing was taken back.",
        remedy="Choose the payment, or read its days from PayTrace. If it is from before Tieout "
        "was connected, book this in Sage by hand and dismiss it here with a note.",
    )


def _not_in_books(subject: Subject, parent: Parent) -> _Ending | None:
    if parent.is_in_books:
        return None
    never_was = subject.kind in _NEVER_WAS
    if parent.is_over or (parent.is_reversed and never_was):
        sentence = f"{parent.sentence} So there is nothing to take back."
        return Nothing("nothing_to_reverse", sentence)
    if parent.is_reversed:
        return NeedsPerson(
            code="over_reversed",
            sentence=f"{parent.sentence} This takes it back once more.",
            field="amount",
            remedy="Compare with the earlier refunds, returns and chargebacks of this payment.",
        )
    if never_was:
        sentence = f"{parent.sentence} It is withdrawn before it reaches Sage."
        return Withdraws(parent.effect_key, sentence)
    return Waits("waiting_parent", "parent_not_posted", parent.sentence)
