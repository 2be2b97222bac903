"""What a tokeniser finds (edits), and the walk through one body with its limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from integrations.canonical.escapes import CannotTokenise, decode

REMOVED = b"[removed]"
_REMOVED_IN_FORM = b"%5Bremoved%5D"

# A body of 256 kB in everyday JSON has about 10,000 tokens; more is an attack on our time.
MAX_TOKENS = 20_000
# JSON in a form field in a JSON string is three; deeper is somebody hiding something.
MAX_DEPTH = 6


class Edit(NamedTuple):
    """Replace the bytes from `start` to `end` by `text`."""

    start: int
    end: int
    text: bytes

    def moved(self, offset: int) -> Edit:
        return Edit(self.start + offset, self.end + offset, self.text)


def card_text(last_four: bytes) -> bytes:
    """What stands in place of a card number: `[PAN …1234]` in UTF-8."""
    return b"[PAN \xe2\x80\xa6" + last_four + b"]"


@dataclass
class Walk:
    """One body being read: which function reads a part of it, and what is left to spend."""

    reader: Callable[[bytes, Walk], list[Edit]]
    tokens_left: int = MAX_TOKENS
    depth: int = 0

    def spend(self, tokens: int = 1) -> None:
        """Count work done. Raises CannotTokenise when the body has used up its share."""
        self.tokens_left -= tokens
        if self.tokens_left < 0:
            raise CannotTokenise

    def read(self, data: bytes, *, offset: int) -> list[Edit]:
        """The edits of a part that stands at `offset` of the caller's bytes."""
        return [edit.moved(offset) for edit in self.reader(data, self)]

    def read_decoded(
        self,
        data: bytes,
        *,
        offset: int,
        escapes: re.Pattern[bytes],
        encode: Callable[[bytes], bytes],
    ) -> list[Edit]:
        """As `read`, through one layer of escapes; replacements are escaped by `encode`."""
        if self.depth >= MAX_DEPTH:
            raise CannotTokenise
        self.depth += 1
        decoded = decode(data, escapes=escapes, most=2 * self.tokens_left)
        self.spend(len(decoded.inner) // 4)
        found = self.reader(decoded.text, self)
        self.depth -= 1
        return [
            Edit(*decoded.outer_span(edit.start, edit.end), encode(edit.text)).moved(offset)
            for edit in found
        ]


def merge(data: bytes, edits: Iterable[Edit]) -> list[Edit]:
    """Edits in order, none overlapping and none without effect.

    Where two overlap, both stretches go, and a removal wins over a masked number.
    """
    merged: list[Edit] = []
    for edit in sorted(edits):
        if _changes_nothing(data[edit.start : edit.end], edit.text):
            continue
        if merged and edit.start < merged[-1].end:
            last = merged[-1]
            text = last.text if b"removed" in last.text else edit.text
            merged[-1] = Edit(last.start, max(last.end, edit.end), text)
        else:
            merged.append(edit)
    return merged


def _changes_nothing(old: bytes, new: bytes) -> bool:
    """Also when the old text is a removal that was escaped for the form it stands in."""
    return old in (b"", new) or (new == REMOVED and old == _REMOVED_IN_FORM)


def apply(data: bytes, edits: list[Edit]) -> bytes:
    """The bytes with every edit made. Edits are in order and do not overlap."""
    pieces: list[bytes] = []
    position = 0
    for edit in edits:
        pieces += (data[position : edit.start], edit.text)
        position = edit.end
    pieces.append(data[position:])
    return b"".join(pieces)
