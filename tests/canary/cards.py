"""Test card numbers and security codes to plant, and where each was planted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from integrations.canonical.card_scan import Finding
from tests.canonical.card_samples import PUBLISHED, grouped, make_card

FULL_WIDTH = str.maketrans("0123456789", "".join(map(chr, range(0xFF10, 0xFF1A))))
# As people write them. What a form, JSON or an address does to them on the way comes on top.
WRITINGS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "spaced": lambda card: grouped(card, " "),
    "dashed": lambda card: grouped(card, "-"),
    "dotted": lambda card: grouped(card, "."),
    "in a sentence": lambda card: f"paid with {card}, thanks",
    "behind other digits": lambda card: f"PO 4471 {grouped(card, ' ')} 12/30",
    "full width": lambda card: card.translate(FULL_WIDTH),
}
# A code of three or four digits cannot be told from any other number, so it is known by the
# name of its field, which is dropped whole: what is planted is long enough to be found again.
CODE = "csc-canary-"
CODE_NAMES = (
    "csc", "cvv", "cvv2", "cvc", "cvc2", "cvn", "card_cvv", "cardVerification", "security_code",
    "pin", "track_data", "x_card_code", "CSC",
)  # fmt: skip


class Cards:
    """Deals test cards of every brand and length, the same ones for the same seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)
        self._places: dict[str, list[str]] = {}
        self.planted = 0
        self.numbers: list[str] = []

    def card(self, place: str, *, longest: int = 19) -> str:
        """A number of at most so many digits (13 or more) that stands at `place` from now on."""
        card = PUBLISHED[self.planted] if self.planted < len(PUBLISHED) else make_card(self._random)
        while len(card) > longest:
            card = make_card(self._random)
        self._places.setdefault(card[-4:], []).append(place)
        self.planted += 1
        self.numbers.append(card)
        return card

    def text(self, place: str) -> str:
        """A card number in the next of the writings."""
        writings = list(WRITINGS)
        writing = writings[self.planted % len(writings)]
        return WRITINGS[writing](self.card(f"{place} ({writing})"))

    def code(self) -> str:
        """A security code, to be planted under one of `CODE_NAMES`."""
        self.planted += 1
        return f"{CODE}{self._random.randrange(1000, 10000)}"

    def whence(self, finding: Finding) -> str:
        """Where a number with these last four digits was planted."""
        return self.whence_of(finding.last_four)

    def whence_of(self, last_four: str) -> str:
        """Where numbers with these last digits were planted."""
        return " or ".join(self._places.get(last_four, ["nowhere we planted"])[:3])
