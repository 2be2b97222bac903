"""What a row in Sage says about the instruction it started: one word for each state."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.instructions.models import InstructionState

S = InstructionState
WORDS: Mapping[str, str] = {
    S.WAITING_APPROVAL: "Waiting",
    S.READY: "Sending",
    S.CLAIMED: "Sending",
    S.SENT: "Sending",
    S.UNKNOWN: "Sending",
    S.DONE: "Done",
    S.DECLINED: "Declined",
    S.REFUSED: "Refused",
    S.REJECTED: "Not approved",
    S.CANCELLED: "Cancelled",
}
FINAL = frozenset({S.DONE, S.DECLINED, S.REFUSED, S.REJECTED, S.CANCELLED})
IN_PROGRESS = frozenset({"Waiting", "Sending"})
_SENTENCES: Mapping[str, str] = {
    S.WAITING_APPROVAL: "A second person has to approve this in Tieout.",
    S.READY: "It is sent to PayTrace.",
    S.CLAIMED: "It is sent to PayTrace.",
    S.SENT: "It is sent to PayTrace.",
    S.UNKNOWN: "PayTrace is asked what became of it.",
    S.DONE: "Done.",
    S.REJECTED: "Not approved.",
    S.CANCELLED: "Cancelled before it was sent.",
}


def message(*, state: str, sentence: str, reason: str) -> str:
    """The sentence that goes into the row."""
    if state in {S.REJECTED, S.CANCELLED} and reason:
        return f"{_SENTENCES[state]} {reason}"
    if state in {S.DONE, S.DECLINED, S.REFUSED} and sentence:
        return sentence
    return _SENTENCES.get(state, sentence)
