"""Disputes: what a chargeback does beside taking its payment back."""

from __future__ import annotations

from dataclasses import replace

from integrations.canonical.effects import EffectKind
from integrations.canonical.posting import PostingKind
from integrations.workflows.subject import Draft, Nothing, Subject, Waits

KINDS = frozenset({EffectKind.CHARGEBACK_LOST, EffectKind.FEE})
TOGETHER = "with_chargeback"


def place(subject: Subject, draft: Draft) -> tuple[Draft, str]:
    """A fee becomes a journal, unless the chargeback's own entry holds it; and the sentence."""
    verdict = _lost(subject) if subject.kind is EffectKind.CHARGEBACK_LOST else _fee(subject)
    if verdict is not None:
        return draft.ended(verdict), verdict.sentence
    sentence = f"The chargeback fee of {subject.amount} is a journal of its own."
    return replace(draft, posting=PostingKind.FEE), sentence


def _lost(subject: Subject) -> Nothing:
    before = f"{subject.parent.sentence} " if subject.parent else ""
    sentence = (
        f"{before}The payment stays taken back and the invoice open: collect it another way, or "
        "write it off in Sage."
    )
    return Nothing("dispute_lost", sentence)


def _fee(subject: Subject) -> Nothing | Waits | None:
    """The chargeback goes first, so that a fee is never in its entry and in one of its own."""
    name, opened = f"The chargeback fee of {subject.amount}", subject.beside
    if opened is not None and opened.is_in_books and opened.holds_fee:
        return Nothing(TOGETHER, f"{name} stands in Sage with its chargeback: {opened.reference}.")
    may_be_one = PostingKind.CHARGEBACK in subject.kinds or (opened and opened.holds_fee)
    if opened is not None and may_be_one and not opened.is_over:
        sentence = (
            f"{name} is posted with its chargeback, in one entry. The chargeback stands at "
            f"‘{opened.label}’."
        )
        return Waits("waiting_parent", TOGETHER, sentence)
    return None
