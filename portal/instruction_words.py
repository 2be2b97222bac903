"""How the states of an instruction and a plan are said: word, icon, tone, sentence."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.instructions.models import InstructionState, RecurringPlan
from integrations.posting.words import Tone, Word

_S = InstructionState
_P = RecurringPlan.State


def _word(state: InstructionState, icon: str, tone: Tone, sentence: str) -> Word:
    return Word(state.value, str(state.label), icon, tone, sentence)


_WORDS: Mapping[str, Word] = {
    word.slug: word
    for word in (
        _word(
            _S.WAITING_APPROVAL, "user-check", Tone.ATTENTION,
            "Nothing is sent to PayTrace before somebody else approves it.",
        ),
        _word(_S.READY, "circle-dot", Tone.MOVING, "It is sent to PayTrace in a moment."),
        _word(_S.CLAIMED, "arrow-up-right", Tone.MOVING, "It is being sent to PayTrace."),
        _word(_S.SENT, "arrow-up-right", Tone.MOVING, "PayTrace was asked; its answer is awaited."),
        _word(
            _S.UNKNOWN, "circle-question-mark", Tone.WAITING,
            "No clear answer came. PayTrace is asked what happened; nothing is sent again.",
        ),
        _word(_S.DONE, "circle-check", Tone.GOOD, "PayTrace has done it."),
        _word(_S.DECLINED, "circle-x", Tone.QUIET, "The customer’s bank said no; no money moved."),
        _word(_S.REFUSED, "circle-x", Tone.ATTENTION, "PayTrace did not take it; no money moved."),
        _word(_S.REJECTED, "circle-slash", Tone.QUIET, "It was not approved and was never sent."),
        _word(_S.CANCELLED, "circle-slash", Tone.QUIET, "It was taken back before it was sent."),
    )
}  # fmt: skip
_PLANS: Mapping[str, Word] = {
    word.slug: word
    for word in (
        Word(_P.ACTIVE.value, "Active", "refresh-cw", Tone.GOOD, "PayTrace charges it by itself."),
        Word(_P.PAUSED.value, "Paused", "circle-pause", Tone.WAITING, "Nothing is charged."),
        Word(_P.ENDED.value, "Ended", "circle-slash", Tone.QUIET, "Nothing is charged any more."),
    )
}


def instruction_word(state: str) -> Word:
    """The word of an instruction's state."""
    return _WORDS[state]


def plan_word(state: str) -> Word:
    """The word of a recurring plan's state."""
    return _PLANS[state]
