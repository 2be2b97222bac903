"""How the states of a payment link are said on screens: word, icon, tone, sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from integrations.instructions.link_states import NOT_MADE
from integrations.instructions.models import PaymentLink
from integrations.posting.words import Tone, Word

_S = PaymentLink.State
_WORDS: Mapping[str, Word] = {
    word.slug: word
    for word in (
        Word(
            _S.MAKING, "Being made", "arrow-up-right", Tone.MOVING,
            "PayTrace is asked to make its page; its answer decides.",
        ),
        Word(_S.OPEN, "Open", "link", Tone.WAITING, "The customer has not used it yet."),
        Word(
            _S.BEING_PAID, "Being paid", "arrow-up-right", Tone.MOVING,
            "A card was sent to PayTrace; its answer decides. Nobody can pay again meanwhile.",
        ),
        Word(_S.PAID, "Paid", "circle-check", Tone.GOOD, "It was paid and is used up."),
        Word(_S.EXPIRED, "Expired", "clock-alert", Tone.QUIET, "Its time ended unused."),
        Word(_S.CANCELLED, "Cancelled", "circle-slash", Tone.QUIET, "It was made worthless."),
    )
}  # fmt: skip
_STORED = replace(
    _WORDS[_S.PAID], text="Card stored", sentence="The customer left a card; it is used up."
)
_BEING_STORED = replace(_WORDS[_S.BEING_PAID], text="Being stored")


_CANCELLED_AT_PAYTRACE = (
    "It was cancelled here. PayTrace’s own page cannot be taken back and takes a payment until it "
    "ends; one that comes waits under Exceptions."
)


def sentence_of(link: PaymentLink, state: str) -> str:
    """What its state means, in a sentence."""
    if link.page == PaymentLink.Page.PAYTRACE and state == _S.CANCELLED:
        was_made = link.ended_by != NOT_MADE
        return _CANCELLED_AT_PAYTRACE if was_made else "PayTrace did not make its page."
    return link_word(state, link.purpose).sentence


def link_word(state: str, purpose: str) -> Word:
    """The word of a link's state; one that asks for a card says that of its card."""
    if purpose == PaymentLink.Purpose.STORE:
        return {_S.PAID: _STORED, _S.BEING_PAID: _BEING_STORED}.get(_S(state), _WORDS[state])
    return _WORDS[state]
