"""Open items compared by digests, so that a look at a hundred thousand moves only what changed.

Items lie in 8,192 leaves of 256 groups, by a hash of customer and number. Whoever holds the
books and whoever holds a copy compute the same digests over the same text; the copy tells its
digests and is given the leaves that differ, whole. Pure; nothing here depends on an order.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

LEAVES_IN_GROUP = 32
GROUPS = 256
# 64 bits tell two states of a leaf apart; nobody gains by making them alike.
_HEX_DIGITS = 16
MOST_LINES = 20_000
"""Lines in one answer, some 1 MB: a larger change comes in several."""
_BETWEEN = "\t"


@dataclass(frozen=True)
class OpenItem:
    """A document of a customer with a balance; amounts in `currency`, credits negative."""

    customer_number: str
    number: str
    invoice_date: date | None
    amount: Decimal
    balance: Decimal
    currency: str

    @property
    def line(self) -> str:
        """The one text that stands for this item, whatever database and code page it is from."""
        day = self.invoice_date.isoformat() if self.invoice_date else ""
        amounts = (_amount(self.amount), _amount(self.balance))
        texts = (_text(self.customer_number), _text(self.number), day, *amounts)
        return _BETWEEN.join((*texts, _text(self.currency)))

    @property
    def leaf(self) -> int:
        """Which of the 8,192 it lies in."""
        key = f"{_text(self.customer_number)}{_BETWEEN}{_text(self.number)}"
        high, low = hashlib.sha256(key.encode()).digest()[:2]
        return high * LEAVES_IN_GROUP + low % LEAVES_IN_GROUP

    @classmethod
    def read(cls, line: str) -> OpenItem:
        """The item that `line` stands for. Raises ValueError when it is none."""
        parts = line.split(_BETWEEN)
        if len(parts) != len(cls.__dataclass_fields__):
            raise ValueError("Not the line of an open item")
        customer, number, day, amount, balance, currency = parts
        try:
            amounts = Decimal(amount), Decimal(balance)
        except ArithmeticError as error:
            raise ValueError("Not an amount") from error
        if not all(one.is_finite() for one in amounts):
            raise ValueError("Not an amount")
        day_of = date.fromisoformat(day) if day else None
        return cls(customer, number, day_of, *amounts, currency)


@dataclass(frozen=True)
class OpenItemsQuestion:
    """What a copy knows. Without `groups` it asks which of them differ."""

    run: str
    """Names the look: an answer of another look is never taken for this one's."""
    known: str = ""
    """The digest of all its items; empty asks for every group."""
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Groups whose leaves it wants, with the digests of those it has: group → leaf → digest."""


@dataclass(frozen=True)
class OpenItemsAnswer:
    """What stands in the books."""

    digest: str
    """Of all items; equal to what was known when nothing differs."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The digest of every group that holds anything, where `digest` differs."""
    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Every line of each wanted leaf that differs; none for one that holds nothing any more."""
    is_whole: bool = True
    """False when more leaves differ than one answer holds: ask for them again."""


class Holding:
    """Items by leaf, and their digests."""

    def __init__(self, items: Iterable[OpenItem] = ()) -> None:
        self._lines: dict[int, list[str]] = defaultdict(list)
        for item in items:
            self._lines[item.leaf].append(item.line)
        self._digests = {leaf: _digest(lines) for leaf, lines in self._lines.items()}

    def take(self, changed: Mapping[str, Sequence[str]]) -> None:
        """Let each of these leaves hold exactly its lines. Raises ValueError for no leaf."""
        for name, lines in changed.items():
            leaf = leaf_number(name)
            self._lines.pop(leaf, None)
            self._digests.pop(leaf, None)
            if lines:
                self._lines[leaf] = list(lines)
                self._digests[leaf] = _digest(lines)

    @property
    def digest(self) -> str:
        """Of everything; the same for the same items."""
        return _digest(f"{name} {digest}" for name, digest in self.groups().items())

    def groups(self) -> dict[str, str]:
        """The digest of every group that holds anything."""
        parts: dict[str, list[str]] = defaultdict(list)
        for leaf, digest in self._digests.items():
            parts[group_name(leaf)].append(f"{leaf_name(leaf)} {digest}")
        return {name: _digest(of_group) for name, of_group in sorted(parts.items())}

    def leaves(self, group: str) -> dict[str, str]:
        """The digests of a group's leaves, those that hold anything."""
        return {
            leaf_name(leaf): self._digests[leaf]
            for leaf in _leaves_of(group)
            if leaf in self._digests
        }

    def differing(self, groups: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """What to ask for, given the digests of all groups in the books."""
        mine = self.groups()
        names = sorted(mine.keys() | groups.keys())
        return {name: self.leaves(name) for name in names if mine.get(name) != groups.get(name)}

    def answer(self, question: OpenItemsQuestion, *, most: int = MOST_LINES) -> OpenItemsAnswer:
        """What a copy that knows this is told. Raises ValueError for a group that is none."""
        digest = self.digest
        if question.groups:
            return self._changed(digest, question.groups, most)
        is_known = question.known == digest
        return OpenItemsAnswer(digest, groups={} if is_known else self.groups())

    def _changed(
        self, digest: str, groups: Mapping[str, Mapping[str, str]], most: int
    ) -> OpenItemsAnswer:
        changed: dict[str, list[str]] = {}
        count = 0
        for leaf in self._differing_leaves(groups):
            lines = sorted(self._lines.get(leaf, ()))
            if changed and count + len(lines) > most:
                return OpenItemsAnswer(digest, changed=changed, is_whole=False)
            changed[leaf_name(leaf)] = lines
            count += len(lines)
        return OpenItemsAnswer(digest, changed=changed)

    def _differing_leaves(self, groups: Mapping[str, Mapping[str, str]]) -> Iterator[int]:
        for group, known in sorted(groups.items()):
            for leaf in _leaves_of(group):
                if self._digests.get(leaf) != known.get(leaf_name(leaf)):
                    yield leaf


def group_name(leaf: int) -> str:
    return f"{leaf // LEAVES_IN_GROUP:02x}"


def leaf_name(leaf: int) -> str:
    return f"{leaf:04x}"


def leaf_number(name: str) -> int:
    """The leaf of that name. Raises ValueError when there is none."""
    leaf = int(name, 16)
    if leaf_name(leaf) != name or leaf not in range(GROUPS * LEAVES_IN_GROUP):
        raise ValueError("Not a leaf")
    return leaf


def _leaves_of(group: str) -> range:
    first = leaf_number(f"{int(group, 16) * LEAVES_IN_GROUP:04x}")
    return range(first, first + LEAVES_IN_GROUP)


def _digest(texts: Iterable[str]) -> str:
    whole = "\n".join(sorted(texts))
    return hashlib.sha256(whole.encode()).hexdigest()[:_HEX_DIGITS]


def _text(value: str) -> str:
    """Composed characters and single blanks: tabs and line ends would part lines."""
    if value.isascii() and value.isprintable():
        return value
    composed = unicodedata.normalize("NFC", value)
    return "".join(sign if sign.isprintable() else " " for sign in composed)


def _amount(value: Decimal) -> str:
    # Adding zero turns a negative zero into a plain one.
    return f"{value + 0:.4f}"
