"""Which alerts should be open, given the facts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """Something a person should know now: one condition on one subject."""

    kind: str
    subject_key: str
    sentence: str
    link: str = ""
    count: int = 1
    is_moment: bool = False
    """Something that happened, not something that lasts: told once, cleared at once."""

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.subject_key


@dataclass(frozen=True)
class Change:
    """What to do with the alert rows so that they say what the facts say."""

    open_now: tuple[Condition, ...]
    update: tuple[Condition, ...]
    clear: tuple[tuple[str, str], ...]


def compare(*, wanted: Sequence[Condition], is_open: Sequence[tuple[str, str]]) -> Change:
    """Open what is new, refresh what lasts, clear what the facts no longer say."""
    by_key = {condition.key: condition for condition in wanted}
    known = set(is_open)
    return Change(
        open_now=tuple(c for key, c in by_key.items() if key not in known),
        update=tuple(c for key, c in by_key.items() if key in known),
        clear=tuple(key for key in is_open if key not in by_key),
    )


def waiting_sentence(*, count: int, total: str, since: str, company: str, why: str) -> str:
    """`3 payments, 1,240.00 USD, wait for Sage company 01: … since 14:05. Nothing is lost.`"""
    noun = "payment waits" if count == 1 else "payments wait"
    return (
        f"{count} {noun} for {company}, {total} in all: {why} (since {since}). "
        "Nothing is lost; posting goes on by itself."
    )
