"""Which digit runs are card numbers: brand prefix, length and Luhn, in linear time.

A *chain* is a run of digits with at most one space, dash or plus between two of them. A card
number inside it starts and ends where a group of digits does, so `4111 1111 1111 1111 2027`
holds one, and a 30-digit id holds none. With dots between them, or with more than one sign, as in
`4111 - 1111 - 1111 - 1111` or a spreadsheet's cells, digits are a card number only in the groups
that cards are printed in: amounts, addresses and columns of numbers are written so too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NamedTuple

# Enough to know that there may be one. The full pattern below is possessive (`+` after a repeat):
# a failed match is never tried again shorter, so scanning stays linear.
SHORTEST = 13
"""Digits of the shortest card number."""
CHAIN = re.compile(rb"[0-9](?:[ +.\-/_\t]{0,3}[0-9]){12}")
BETWEEN = b" +.-/_\t"
"""What may stand between the digits of a card number."""

# Ids that are digits by accident of hexadecimal: UUIDs and digests, never a card number.
_HEX_ID_OR_CHAIN = re.compile(
    rb"(?<![0-9A-Za-z])(?:"
    rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    rb"|(?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})"
    rb")(?![0-9A-Za-z])"
    rb"|(?<![0-9])(?<![0-9]\.)(?P<dotted>[0-9]{4}\."
    rb"(?:[0-9]{4}\.[0-9]{4}\.[0-9]{1,4}(?:\.[0-9]{1,3})?|[0-9]{6}\.[0-9]{4,5}))(?!\.?[0-9])"
    rb"|(?P<chain>[0-9](?:[ +\-]?[0-9]){12,}+)"
    # Only looked at, so that a number is found that begins in the middle of another such stretch.
    rb"|(?<![0-9])(?=(?P<wide>[0-9]{4}[ +\-/_\t]{1,3}"
    rb"(?:[0-9]{4}[ +\-/_\t]{1,3}[0-9]{4}[ +\-/_\t]{1,3}[0-9]{1,4}"
    rb"|[0-9]{6}[ +\-/_\t]{1,3}[0-9]{4,5}))(?![0-9])"
    rb"(?P<fifth>[ +\-/_\t]{1,3}[0-9]{1,3}(?![0-9]))?)"
)

_SPACED = bytes.maketrans(b"+-", b"  ")
_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))
# Luhn's doubling with the digits of the product added: 2, 4, 6, 8, then 1, 3, 5, 7, 9.
_DOUBLES = bytes.maketrans(b"0123456789", bytes([0, 2, 4, 6, 8, 1, 3, 5, 7, 9]))

# Prefix ranges (first four digits), brand and lengths, from the issuers' public BIN tables.
_BRANDS: tuple[tuple[int, int, str, tuple[int, ...]], ...] = (
    (4000, 4999, "Visa", (13, 16, 19)),
    (5100, 5599, "Mastercard", (16,)),
    (2221, 2720, "Mastercard", (16,)),
    (3400, 3499, "American Express", (15,)),
    (3700, 3799, "American Express", (15,)),
    (6011, 6011, "Discover", (16, 17, 18, 19)),
    (6440, 6599, "Discover", (16, 17, 18, 19)),
    (3000, 3059, "Diners Club", (14, 15, 16, 17, 18, 19)),
    (3095, 3095, "Diners Club", (14, 15, 16, 17, 18, 19)),
    (3600, 3699, "Diners Club", (14, 15, 16, 17, 18, 19)),
    (3800, 3999, "Diners Club", (14, 15, 16, 17, 18, 19)),
    (3528, 3589, "JCB", (16, 17, 18, 19)),
    (1800, 1800, "JCB", (15,)),
    (2131, 2131, "JCB", (15,)),
    (6200, 6299, "UnionPay", (16, 17, 18, 19)),
    (8100, 8199, "UnionPay", (16, 17, 18, 19)),
    (5000, 5099, "Maestro", (13, 14, 15, 16, 17, 18, 19)),
    (5600, 5899, "Maestro", (13, 14, 15, 16, 17, 18, 19)),
    (6304, 6304, "Maestro", (13, 14, 15, 16, 17, 18, 19)),
    (6390, 6399, "Maestro", (13, 14, 15, 16, 17, 18, 19)),
    (6700, 6799, "Maestro", (13, 14, 15, 16, 17, 18, 19)),
)


# In tokens: one number found costs about as much as reading four fields.
_WORK_PER_NUMBER = 4


class CardNumber(NamedTuple):
    """Where a card number stands in the bytes searched, and its last four digits."""

    start: int
    end: int
    last_four: bytes


class _LengthsByPrefix(dict[bytes, tuple[int, ...]]):
    """Card lengths by the first four digits; filled as prefixes are met, 10,000 at most."""

    def __missing__(self, prefix: bytes) -> tuple[int, ...]:
        number = int(prefix)
        lengths = next((lengths for low, high, _, lengths in _BRANDS if low <= number <= high), ())
        self[prefix] = lengths
        return lengths


_LENGTHS = _LengthsByPrefix()


def brand_of(digits: bytes) -> str:
    """The brand whose prefix and length these ASCII digits have, or ''. Luhn is not checked."""
    number = int(digits[:4] or b"0")
    for low, high, brand, lengths in _BRANDS:
        if low <= number <= high and len(digits) in lengths:
            return brand
    return ""


def passes_luhn(digits: bytes) -> bool:
    """Whether the last of these ASCII digits is the ISO/IEC 7812 check digit of the others."""
    plain, doubled = digits.translate(_VALUES), digits.translate(_DOUBLES)
    return (sum(plain[-1::-2]) + sum(doubled[-2::-2])) % 10 == 0


def _unlimited(_work: int) -> None:
    """A scanner takes the time it takes."""


def find_in(data: bytes, *, spend: Callable[[int], None] = _unlimited) -> list[CardNumber]:
    """Every card number in `data`, in order; overlapping ones are reported as one stretch.

    `spend` is told the work done so far and may raise to stop it.
    """
    if CHAIN.search(data) is None:
        return []
    found: list[CardNumber] = []
    for match in _HEX_ID_OR_CHAIN.finditer(data):
        chain = match["chain"]
        if chain is not None:
            found.extend(_in_chain(chain, match.start(), spend))
            continue
        for start, end in _groups_of(match):
            digits = data[start:end].translate(None, BETWEEN)
            if _is_card(digits):
                spend(_WORK_PER_NUMBER)
                _add(found, CardNumber(start, end, digits[-4:]))
                break
    return found


def _groups_of(match: re.Match[bytes]) -> Iterator[tuple[int, int]]:
    """Where a number in printed groups may stand: the longest first. None in an id."""
    if match["dotted"] is not None:
        yield match.span("dotted")
    if match["fifth"] is not None:
        yield match.start("wide"), match.end("fifth")
    if match["wide"] is not None:
        yield match.span("wide")


def _add(found: list[CardNumber], card: CardNumber) -> None:
    """One that overlaps the last is one stretch with it."""
    is_apart = not found or found[-1].end <= card.start
    start = card.start if is_apart else found.pop().start
    found.append(CardNumber(start, card.end, card.last_four))


def _in_chain(chain: bytes, offset: int, spend: Callable[[int], None]) -> Iterator[CardNumber]:
    if not chain.isdigit():
        yield from _in_groups(chain, offset, spend)
    elif _is_card(chain):
        spend(_WORK_PER_NUMBER)
        yield CardNumber(offset, offset + len(chain), chain[-4:])


def _is_card(digits: bytes) -> bool:
    return len(digits) <= 19 and len(digits) in _LENGTHS[digits[:4]] and passes_luhn(digits)


def _in_groups(chain: bytes, offset: int, spend: Callable[[int], None]) -> Iterator[CardNumber]:
    groups = chain.translate(_SPACED).split()
    spend(len(groups) // 4)
    digits = b"".join(groups)
    # Where each group starts, counted in digits; its byte offset is one more per group before.
    starts = [0, *accumulate(map(len, groups))]
    for first, last in _merge(_windows(digits, starts)):
        spend(_WORK_PER_NUMBER)
        begin = offset + first + bisect_left(starts, first)
        end = offset + last + bisect_left(starts, last) - 1
        yield CardNumber(begin, end, digits[last - 4 : last])


def _merge(windows: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start = end = -1
    for first, last in windows:
        if first >= end:
            if end > 0:
                yield start, end
            start = first
        end = max(end, last)
    if end > 0:
        yield start, end


def _windows(digits: bytes, starts: list[int]) -> Iterator[tuple[int, int]]:
    """Stretches of whole groups that pass brand and Luhn. Prefix sums make each test O(1)."""
    boundaries = set(starts)
    by_parity = _luhn_sums(digits)
    lengths_of = _LENGTHS
    for first in starts[:-1]:
        if first + 13 > len(digits):
            return
        for length in lengths_of[digits[first : first + 4]]:
            last = first + length
            if last in boundaries:
                sums = by_parity[last & 1]
                if (sums[last] - sums[first]) % 10 == 0:
                    yield first, last


def _luhn_sums(digits: bytes) -> tuple[list[int], list[int]]:
    """Running Luhn sums for windows ending at an even and at an odd place."""
    plain, doubled = digits.translate(_VALUES), digits.translate(_DOUBLES)
    ends_even, ends_odd = bytearray(doubled), bytearray(plain)
    ends_even[1::2], ends_odd[1::2] = plain[1::2], doubled[1::2]
    return [0, *accumulate(ends_even)], [0, *accumulate(ends_odd)]
