"""Columns as a posting profile describes them, and values as Sage stores them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_TYPE = re.compile(r"([CVYNDLIMT])(\d{1,3})?(?:\.(\d))?")


@dataclass(frozen=True)
class ColumnType:
    """A FoxPro type letter with its size: `C10` text, `Y` money, `N7.3` number, `D` date,
    `L` logical, `I` integer, `M` memo; and for our own table `V200` text, `T` moment."""

    letter: str
    width: int = 0
    decimals: int = 0

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, text: str) -> ColumnType:
        """Read `C10`. Raises ValueError for anything else."""
        match = _TYPE.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a column type such as C10, Y or D")
        letter, width, decimals = match.groups()
        if letter in "CVN" and not int(width or 0):
            raise ValueError(f"{text!r} needs a width, such as {letter}10")
        return cls(letter, int(width or 0), int(decimals or 0))

    def __str__(self) -> str:
        width = str(self.width) if self.width else ""
        return self.letter + width + (f".{self.decimals}" if self.decimals else "")

    @property
    def is_text(self) -> bool:
        return self.letter in "CVM"


@dataclass(frozen=True)
class ColumnMap:
    """One mapped column. `is_right` keys are padded on the left with blanks to the width."""

    name: str
    type: ColumnType
    is_right: bool = False
    is_free_text: bool = False
    """People type into it, so card numbers are redacted when it is read."""

    def stored(self, text: str) -> str:
        """The text as the column holds it; blank stays blank."""
        trimmed = text.strip(" ")
        return trimmed.rjust(self.type.width) if self.is_right and trimmed else trimmed

    def candidates(self, text: str) -> list[str]:
        """Every way a key may stand in the column: trimmed, padded left, padded right."""
        trimmed = text.strip(" ")
        width = self.type.width
        return list(dict.fromkeys([trimmed.rjust(width), trimmed, trimmed.ljust(width)]))


@dataclass(frozen=True)
class TableMap:
    """One mapped table."""

    name: str
    columns: Mapping[str, ColumnMap]
    history_name: str = ""
    blanks: Mapping[str, ColumnType] = field(default_factory=dict)
    """Physical columns we never read and fill with blank, never NULL, in a new row."""
    constants: Mapping[str, tuple[ColumnType, str]] = field(default_factory=dict)
    """Physical text columns that get a fixed value in a new row."""
    is_system: bool = False
    """A system table all companies share: its name is taken as it is, without the pattern."""


@dataclass(frozen=True)
class SessionCounter:
    """Where the GL session number of a posting comes from: a counter row in a system table."""

    key: str
    """Which row: the application id, `AR`."""
    width: int
    """Digits; the number is zero-filled and starts again at 0 after the highest."""
    is_next: bool = False
    """True when the row holds the number to use next, False when it holds the last one used."""


@dataclass(frozen=True)
class NumberRule:
    """How the next number of a kind is made: prefix, letters of the name, digits.

    The digits come from a counter row, or without one are the lowest that are free. Behind a
    prefix or letters they are filled with zeros; alone the column fills them as it does.
    """

    counter: str = ""
    """Which row of the counters table."""
    digits: int = 6
    prefix: str = ""
    letters: int = 0
    """How many characters of the name come first: 4 makes ACME01 of Acme Tools."""
    is_next: bool = False
    """True when the row holds the number to use next, False when it holds the last one used."""

    @property
    def width(self) -> int:
        """Characters of the longest number."""
        return len(self.prefix) + self.letters + self.digits


UNNUMBERED = NumberRule()
"""Nothing is numbered by it: of a company that writes none of them."""


FLAGGED_KINDS = (
    "charge", "hold", "capture", "adjust", "give_back", "store_customer", "plan_create",
)  # fmt: skip
"""What a flagged row may ask for, where the site has a word for it."""


@dataclass(frozen=True)
class FlagRule:
    """Which rows of the flagged table ask for something, and the site's words for what.

    A kind without a word cannot be asked for.
    """

    value: str = ""
    """What stands in the flag's column of a row that asks."""
    answered: str = ""
    """What is put there when it was answered."""
    charge: str = ""
    hold: str = ""
    capture: str = ""
    adjust: str = ""
    give_back: str = ""
    store_customer: str = ""
    plan_create: str = ""

    @property
    def words(self) -> Mapping[str, str]:
        """The site's word → our kind, for the kinds that have one."""
        return {getattr(self, kind): kind for kind in FLAGGED_KINDS if getattr(self, kind)}


UNFLAGGED = FlagRule()
"""Of a company that has no such table."""


@dataclass(frozen=True)
class MarkerRule:
    """How our marker is made: `width` characters with `prefix` (see canonical `marker_for`)."""

    width: int
    prefix: str
