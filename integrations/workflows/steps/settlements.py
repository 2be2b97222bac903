"""Settlements: a batch goes to the bank once everything in it has ended, or says why not."""

from __future__ import annotations

from dataclasses import replace

from integrations.canonical.posting import PostingKind
from integrations.canonical.transactions import PaymentMethod
from integrations.matching.batches import Member, SettledBatch, difference
from integrations.workflows.subject import Draft, NeedsPerson, Subject, Waits

_POSTED = {PaymentMethod.CARD: "settled batches", PaymentMethod.ACH: "ACH deposits"}
OPEN = "batch_open"
MISMATCH = "batch_mismatch"
OFF = "settlement_off"
_NEEDS_YOU = "Needs you"
# How many transactions of a batch a sentence or case names.
_MOST_NAMED = 3
_MOST_SHOWN = 200


def place(subject: Subject, draft: Draft) -> tuple[Draft, str]:
    """A settlement journal, or the verdict that stands against it; and the sentence."""
    batch = subject.batch
    if batch is None:
        raise ValueError("A settlement has a batch")
    verdict = _against(batch)
    if verdict is not None:
        return draft.ended(verdict), verdict.sentence
    sentence = f"{batch.name} holds {batch.told.words}, and all of it has ended here."
    return replace(draft, posting=PostingKind.SETTLEMENT), sentence


def _against(batch: SettledBatch) -> NeedsPerson | Waits | None:
    if not batch.is_wanted:
        return NeedsPerson(
            OFF,
            f"{batch.name} is not posted: posting of {_POSTED[batch.method]} was switched off "
            "while it waited.",
            remedy="Dismiss it, or switch posting on again and try again.",
        )
    differs = difference(batch.told, batch.members)
    if differs:
        return NeedsPerson(
            MISMATCH,
            f"{batch.name} and our transactions of it do not agree. {differs}",
            field="net",
            remedy=f"Compare the {batch.noun} in PayTrace. It is looked at again by itself when "
            "PayTrace tells more of it; dismiss it once you have booked it by hand.",
            evidence={"transactions": [_shown(one) for one in batch.members[:_MOST_SHOWN]]},
        )
    return _waits(batch)


def _waits(batch: SettledBatch) -> Waits | None:
    # What needs a person comes first: the rest goes on by itself.
    still = sorted(
        (one for one in batch.members if not one.is_over), key=lambda one: one.label != _NEEDS_YOU
    )
    if not still:
        return None
    named = ", ".join(f"{one.transaction_id} ({one.label})" for one in still[:_MOST_NAMED])
    more = f" and {len(still) - _MOST_NAMED} more" if len(still) > _MOST_NAMED else ""
    noun = "transaction" if len(batch.members) == 1 else "transactions"
    sentence = (
        f"{batch.name} waits until all of it has ended. Open when last looked at: "
        f"{len(still)} of its {len(batch.members)} {noun}: {named}{more}."
    )
    return Waits("waiting_parent", OPEN, sentence)


def _shown(one: Member) -> dict[str, str]:
    kind = one.kind.value
    return {"transaction": one.transaction_id, "kind": kind, "amount": one.amount.plain}
