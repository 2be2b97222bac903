"""Hashes in letters alone: digits may by chance look like a card number, letters cannot."""

from __future__ import annotations

_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_DIGITS = str.maketrans("ghijklmnop", "0123456789")


def as_letters(digest: str) -> str:
    return digest.translate(_LETTERS)


def as_digits(letters: str) -> str:
    """What `as_letters` was given."""
    return letters.translate(_DIGITS)
