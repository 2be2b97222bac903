"""Sends requests to the portal as people and programs do, and searches every answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from integrations.canonical.identifiers import is_identifier
from tests.canary.cards import CODE_NAMES, Cards
from tests.canary.headers import read_headers
from tests.canary.interfaces import Interface
from tests.canary.kept import leaks
from tests.canary.sending import Answer, Sender
from tests.isolation.scene import Scene

# Whose session or key it is: with another one nothing would be shown.
_WHO = frozenset({"Authorization", "Cookie"})
HEADERS = [f"HTTP_{name.upper().replace('-', '_')}" for name in read_headers() if name not in _WHO]


@dataclass
class Door:
    """Somebody at the portal; what is wrong with the answers is collected."""

    scene: Scene
    cards: Cards
    thorough: bool = False
    """Every field alone: of a field that is repeated by number every repeat, too."""
    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self._sender = Sender(self.scene)
        # Most refusals are the same bytes, and a look at them takes longer than the refusal.
        self._clean: set[bytes] = set()

    def look(self, every: Iterable[Interface]) -> None:
        """Every page once, as those who may see it see it, with a number in every header."""
        for one in every:
            told = {name: self.cards.text(f"{one} {name}") for name in HEADERS}
            headers = {
                name: text.encode("latin-1", "ignore").decode() for name, text in told.items()
            }
            self._check(self._sender.get(one.place, headers=headers), what=f"GET {one}")

    def plant(self, one: Interface) -> None:
        """A card number in every field of an interface, one after the other."""
        for names in self._queries(one):
            asked = {name: self.cards.text(f"{one}?{name}") for name in names}
            self._check(self._sender.get(one.place, asked), what=f"GET {one}")
        for name, sent in self._bodies(one):
            self._check(self._sender.post(one.place, sent), what=f"POST {one} {name}")
        for name in one.files:
            for file in self._uploads(one, name):
                answer = self._sender.upload(one.place, {**one.sample, name: file})
                self._check(answer, what=f"POST {one} {name}")

    def _queries(self, one: Interface) -> Iterable[Sequence[str]]:
        return [[name] for name in one.queries] if self.thorough else [one.queries]

    def _typed(self, one: Interface) -> Iterable[str]:
        """`row0-source` stands for `row1-source` where not every field is wanted."""
        if self.thorough:
            return one.typed
        return {re.sub("[0-9]+", "0", name): name for name in reversed(one.typed)}.values()

    def _bodies(self, one: Interface) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name in self._typed(one):
            yield name, {**one.sample, name: self._text(one, name)}
        if one.address.is_api:
            yield from self._nested(one)
        if one.typed:
            yield "security codes", {**one.sample, **{n: self.cards.code() for n in CODE_NAMES}}
        if one.place.takes_post:
            yield "a name", {**one.sample, self.cards.text(f"a name of {one}"): "x"}

    def _text(self, one: Interface, name: str) -> str:
        """A card number; in the field of an id, written as no such id is."""
        text = self.cards.text(f"{one} {name}")
        return f"{text}, thanks" if is_identifier(name.rpartition("-")[2], text) else text

    def _nested(self, one: Interface) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for place in leaves(one.sample):
            if not self.thorough and any(isinstance(step, int) and step > 0 for step in place):
                continue
            name = ".".join(map(str, place))
            yield name, replaced(one.sample, place, self.cards.text(f"{one} {name}"))

    def _uploads(self, one: Interface, name: str) -> Iterator[SimpleUploadedFile]:
        heading = b"case number,payment,state,date,amount,fee,reason\n"
        row = ["7", "9", "opened", "2026-11-20", "1.00", "0.50", "why"]
        yield SimpleUploadedFile(f"{self.cards.text(f'file name of {one} {name}')}.csv", heading)
        for column in range(len(row)):
            cells = [*row[:column], self.cards.text(f"{one} {name} {column}"), *row[column + 1 :]]
            yield SimpleUploadedFile("cases.csv", heading + ",".join(cells).encode() + b"\n")

    def _check(self, answer: Answer, *, what: str) -> None:
        self.asked += 1
        if answer.status == 500:
            self.wrong.append(f"{what}: answered 500")
        told = answer.content + b"\n" + answer.headers
        if told not in self._clean:
            found = leaks(f"the answer to {what}", told, self.cards)
            self.wrong += found
            if not found:
                self._clean.add(told)


def leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where texts and numbers stand in a JSON value."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*place, number))
    elif place:
        yield place


def replaced(value: Any, place: tuple[str | int, ...], new: object) -> Any:
    """A copy of a JSON value with another leaf at `place`."""
    if not place:
        return new
    first, rest = place[0], place[1:]
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    copy[first] = replaced(value[first], rest, new)  # type: ignore[index]
    return copy
