"""Post: freeze what the steps worked out into one request for the single writer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.canonical.posting import PostingKind, PostingRequest
from integrations.workflows.subject import Draft, Ready, StepResult, Subject

_WORDS = {
    PostingKind.RECEIPT: "a cash receipt",
    PostingKind.ON_ACCOUNT: "a payment on account",
    PostingKind.REVERSAL: "a reversal",
    PostingKind.APPLICATION: "an application of an open credit",
    PostingKind.SETTLEMENT: "a settlement journal",
    PostingKind.FEE: "a fee journal",
    PostingKind.CHARGEBACK: "a chargeback",
}


def run(subject: Subject, draft: Draft, settings: Mapping[str, Any]) -> StepResult:
    """Build the request; the posting protocol takes it from here."""
    del settings
    if draft.posting is None or draft.accounting_date is None:
        raise ValueError("Post comes after match and account")
    parent, amount = subject.parent, draft.moves or subject.amount
    request = PostingRequest(
        effect_key=subject.effect_key,
        marker=subject.marker,
        kind=draft.posting,
        customer_number=draft.customer_number,
        amount=amount,
        accounting_date=draft.accounting_date,
        applications=draft.applications,
        journal=draft.journal,
        fields=draft.fields,
        reverses=parent.effect_key if parent else "",
        reverses_marker=parent.marker if parent else "",
        fee=draft.fee,
    )
    fee = f" with its fee of {draft.fee:.2f}" if draft.fee else ""
    sentence = f"Ready to post {_WORDS[draft.posting]} of {amount}{fee}."
    return StepResult(
        step="post",
        sentence=sentence,
        draft=draft.ended(Ready(request)),
        output={"marker": subject.marker, "payload_hash": request.payload_hash},
    )
