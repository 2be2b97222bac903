"""Disputes: what a chargeback does beside taking its payment back."""

from __future__ import annotations

from integrations.canonical.effects import EffectKind
from integrations.workflows.subject import Draft, Nothing, Subject, Waits

KINDS = frozenset({EffectKind.CHARGEBACK_LOST, EffectKind.FEE})


def place(subject: Subject, draft: Draft) -> tuple[Draft, str]:
    """The verdict a lost dispute or a fee ends in, and its sentence."""
    verdict = _fee(subject) if subject.kind is EffectKind.FEE else _lost(subject)
    return draft.ended(verdict), verdict.sentence


def _lost(subject: Subject) -> Nothing | Waits:
    before = f"{subject.parent.sentence} " if subject.parent else ""
    sentence = (
        f"{before}The payment stays taken back and the invoice open: collect it another way, or "
        "write it off in Sage."
    )
    return Nothing("dispute_lost", sentence)


def _fee(subject: Subject) -> Nothing | Waits:
    sentence = (
        f"The chargeback fee of {subject.amount} is a journal of its own, without a receipt. "
        "Posting to this Sage company has no way to write such a journal yet, so the fee waits."
    )
    return Waits("waiting_mapping", "journal_missing", sentence)
