"""Reading escaped bytes without losing where each byte came from.

Every escape becomes exactly one byte, so a position in the decoded text leads back to the
original, and an edit found in the one can be made in the other.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

# The soft hyphen, the hyphens and dashes, and the minus.
_HYPHENS = frozenset({0xAD, *range(0x2010, 0x2016), 0x2212})
# Stands for a character outside ASCII that matters to nobody here; never valid in UTF-8.
_OTHER = b"\xff"

_BACKSLASH = rb"\\u[0-9a-fA-F]{4}|\\[\"'\\/bfnrt]"
_ENTITY = rb"&#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});|&(?:quot|apos|amp|lt|gt);"
# Full-width digits, and the spaces, hyphens, dashes and minus that typesetting puts between digits.
_LOOKALIKE = rb"\xef\xbc[\x90-\x99]|\xc2[\xa0\xad]|\xe2\x80[\x80-\x8a\x90-\x95\xaf]|\xe2\x88\x92"

JSON_ESCAPE = re.compile(_BACKSLASH)
FORM_ESCAPE = re.compile(rb"%[0-9a-fA-F]{2}|\+")
ANY_ESCAPE = re.compile(rb"%[0-9a-fA-F]{2}|" + _BACKSLASH + rb"|" + _ENTITY + rb"|" + _LOOKALIKE)

_NAMED = {
    b"&quot;": b'"', b"&apos;": b"'", b"&amp;": b"&", b"&lt;": b"<", b"&gt;": b">",
    b"\\b": b"\b", b"\\f": b"\f", b"\\n": b"\n", b"\\r": b"\r", b"\\t": b"\t",
}  # fmt: skip


class CannotTokenise(Exception):  # noqa: N818  (a fact about the bytes, not a fault)
    """The bytes are nested or cut up beyond what is read safely."""


class Decoded(NamedTuple):
    """Decoded bytes and, for each escape, where it stands in them and in the original."""

    text: bytes
    inner: list[int]
    outer_starts: list[int]
    outer_ends: list[int]

    def outer_span(self, start: int, end: int) -> tuple[int, int]:
        """The original bytes of `text[start:end]`, whole escapes included."""
        return self._start(start), self._end(end)

    def whole_escapes(self, start: int, end: int) -> tuple[int, int]:
        """A span of the original, widened so that it cuts no escape in two."""
        first = bisect_right(self.outer_starts, start) - 1
        last = bisect_right(self.outer_starts, end - 1) - 1
        if first >= 0 and start < self.outer_ends[first]:
            start = self.outer_starts[first]
        if last >= 0 and end < self.outer_ends[last]:
            end = self.outer_ends[last]
        return start, end

    def _start(self, position: int) -> int:
        index = bisect_right(self.inner, position) - 1
        if index < 0:
            return position
        if self.inner[index] == position:
            return self.outer_starts[index]
        return self.outer_ends[index] + position - self.inner[index] - 1

    def _end(self, position: int) -> int:
        index = bisect_right(self.inner, position - 1) - 1
        if index < 0:
            return position
        return self.outer_ends[index] + position - self.inner[index] - 1


def decode(data: bytes, *, escapes: re.Pattern[bytes], most: int = sys.maxsize) -> Decoded:
    """Decode every match of `escapes` once; what the result still escapes stays escaped.

    Raises CannotTokenise when there are more than `most`.
    """
    pieces: list[bytes] = []
    inner: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    position = saved = 0
    for match in escapes.finditer(data):
        if len(inner) >= most:
            raise CannotTokenise
        start, end = match.span()
        pieces.append(data[position:start])
        pieces.append(_one_byte(match[0]))
        inner.append(start - saved)
        starts.append(start)
        ends.append(end)
        saved += end - start - 1
        position = end
    pieces.append(data[position:])
    return Decoded(b"".join(pieces), inner, starts, ends)


@lru_cache(maxsize=4096)
def _one_byte(escape: bytes) -> bytes:
    if escape == b"+":
        return b" "
    if escape in _NAMED:
        return _NAMED[escape]
    lead = escape[:1]
    if lead == b"%":
        return bytes([int(escape[1:], 16)])
    if lead == b"&":
        number = escape[2:-1]
        return _ascii_of(int(number[1:], 16) if number[:1] in b"xX" else int(number))
    if lead == b"\\":
        return _ascii_of(int(escape[2:6], 16)) if escape[1:2] == b"u" else escape[1:]
    return _ascii_of(ord(escape.decode()))


def _ascii_of(code: int) -> bytes:
    """The ASCII twin of a character where digits, spaces and hyphens have one."""
    if code < 0x80:
        return bytes([code])
    if 0xFF10 <= code <= 0xFF19:
        return bytes([code - 0xFF10 + 0x30])
    if code in _HYPHENS:
        return b"-"
    return b" " if code == 0xA0 or 0x2000 <= code <= 0x200A or code == 0x202F else _OTHER
