"""The one vocabulary for states: the same word, icon and sentence on every screen and export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from integrations.canonical.posting import Hands
from integrations.posting.models import EffectState

_S = EffectState


class Tone(StrEnum):
    """How a state is coloured. Colour never stands alone: the word and icon say the same."""

    GOOD = "good"
    MOVING = "moving"
    WAITING = "waiting"
    ATTENTION = "attention"
    QUIET = "quiet"


@dataclass(frozen=True)
class Word:
    """One state as people read it. `slug` is what a filter in an address says."""

    slug: str
    text: str
    icon: str
    """A lucide icon name."""
    tone: Tone
    sentence: str


RECEIVED = Word(
    "received", "Received", "inbox", Tone.MOVING, "It arrived and will be checked in a moment."
)
CHECKING = Word(
    "checking", "Checking", "search-check", Tone.MOVING, "It is being matched to its invoice."
)
READY = Word("ready", "Ready", "circle-dot", Tone.MOVING, "It is next in line for Sage.")
POSTING = Word("posting", "Posting", "arrow-up-right", Tone.MOVING, "Sage has been asked.")
POSTED = Word("posted", "Posted", "circle-check", Tone.GOOD, "It stands in Sage and was read back.")
WAITING = Word(
    "waiting",
    "Waiting",
    "clock",
    Tone.WAITING,
    "Nothing is lost; it will post by itself.",
)
NEEDS_YOU = Word(
    "needs-you",
    "Needs you",
    "circle-alert",
    Tone.ATTENTION,
    "A person has to decide before it can go on.",
)
REVERSED = Word(
    "reversed", "Reversed", "undo-2", Tone.QUIET, "It stood in Sage and was taken back there."
)
DISMISSED = Word(
    "dismissed", "Dismissed", "circle-slash", Tone.QUIET, "A person decided not to post it."
)
NOTED = Word("noted", "Noted", "circle-minus", Tone.QUIET, "There is nothing to post for it.")

WORDS: tuple[Word, ...] = (
    RECEIVED,
    CHECKING,
    READY,
    POSTING,
    POSTED,
    WAITING,
    NEEDS_YOU,
    REVERSED,
    DISMISSED,
    NOTED,
)

_WORD_OF: Mapping[EffectState, Word] = {
    _S.NEW: CHECKING,
    _S.READY: READY,
    _S.CLAIMED: POSTING,
    _S.INTENT: POSTING,
    _S.UNKNOWN: POSTING,
    _S.HANDED_OVER: WAITING,
    _S.PARTIAL: NEEDS_YOU,
    _S.POSTED: POSTED,
    _S.ADOPTED: POSTED,
    _S.NOTED: NOTED,
    _S.WAITING_PARENT: WAITING,
    _S.WAITING_PERIOD: WAITING,
    _S.WAITING_MAPPING: WAITING,
    _S.WAITING_CREDENTIAL: WAITING,
    _S.WAITING_ERP: WAITING,
    _S.PARKED: NEEDS_YOU,
    _S.REVERSED: REVERSED,
    _S.WITHDRAWN: DISMISSED,
    _S.DISMISSED: DISMISSED,
}

# What the plain word leaves out: what it waits for, or how it got there.
_DETAILS: Mapping[EffectState, str] = {
    _S.UNKNOWN: "Sage's answer was lost; it is being asked again, never posted again.",
    _S.HANDED_OVER: "It was handed over and will be written there.",
    _S.PARTIAL: "Only a part of it stands in Sage: somebody changed it there by hand.",
    _S.ADOPTED: "Somebody keyed it in Sage; it was linked, nothing was posted.",
    _S.WAITING_PARENT: "It waits for the payment it belongs to.",
    _S.WAITING_PERIOD: "It waits for an open accounting period in Sage.",
    _S.WAITING_MAPPING: "It waits for a field mapping or GL rule.",
    _S.WAITING_CREDENTIAL: "It waits until the sign-in of a connection is repaired.",
    _S.WAITING_ERP: "It waits for Sage. Nothing is lost; it will post by itself.",
    _S.WITHDRAWN: "It was taken back before it reached Sage.",
}

# In whose hands a posting is that was handed over, by the reason its effect has.
HANDS: Mapping[str, str] = {
    Hands.AGENT: "the agent on your network",
    Hands.SAGE: "Sage Pro’s own program",
    Hands.PERSON: "a person who keys it from the worksheet",
}

KIND_WORDS: Mapping[str, str] = {
    "sale": "Payment",
    "refund": "Refund",
    "void": "Void",
    "chargeback": "Chargeback",
    "chargeback_won": "Chargeback won",
    "chargeback_lost": "Chargeback lost",
    "ach_return": "Returned payment",
    "fee": "Fee",
    "settlement": "Settlement",
    "decline": "Declined",
    "review": "Unknown status",
    "unreadable": "Unreadable record",
    "failed_run": "Failed recurring payment",
    "flagged_row": "Row flagged in Sage",
}

# Kinds that take money away from the books; shown with a minus sign.
MONEY_BACK = frozenset({"refund", "void", "chargeback", "ach_return", "fee"})


def word_of(state: str) -> Word:
    """The word people read for this effect state. Raises ValueError for an unknown one."""
    return _WORD_OF[EffectState(state)]


def sentence_of(state: str) -> str:
    """What the state means, in a sentence; more exact than the word where that helps."""
    return _DETAILS.get(EffectState(state), word_of(state).sentence)


def states_called(slug: str) -> tuple[EffectState, ...]:
    """The effect states that share the word; empty for a word that is not one."""
    return tuple(state for state, word in _WORD_OF.items() if word.slug == slug)


def kind_word(kind: str) -> str:
    """What kind of movement it is, as the list shows it."""
    return KIND_WORDS.get(kind, kind.replace("_", " ").capitalize())
