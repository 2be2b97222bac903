"""Sends requests to the portal as people and programs do, and searches every answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrations.canonical.identifiers import is_identifier
from tests.canary.cards import CODE_NAMES, Cards
from tests.canary.interfaces import Interface
from tests.canary.kept import leaks
from tests.isolation.addresses import addresses
from tests.isolation.asking import _FORMS
from tests.isolation.oracle import offered_at
from tests.isolation.samples import fills, values_of
from tests.isolation.scene import Actor, Scene

_JSON = "application/json"


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
        self._owner = _client(self.scene.person("owner A"))
        self._staff = _client(self.scene.person("support staff"))
        self._key = self.scene.program("key A everything").key

    def pages(self) -> dict[str, bytes]:
        """Every page, by path, as those who may see it see it."""
        return {
            path: self._get(path)
            for address in addresses()
            for fill in fills(address)
            for path in [address.path(values_of(self.scene.a, address, fill))]
        }

    def plant(self, one: Interface) -> None:
        """A card number in every field of an interface, one after the other."""
        for names in self._queries(one):
            asked = {name: self.cards.text(f"{one}?{name}") for name in names}
            self._get(f"{one.path}?{urlencode(asked)}")
        for name, sent in self._bodies(one):
            self._post(one.path, sent, what=f"{one} {name}")
        for name in one.files:
            for file in self._uploads(one, name):
                self._send(one.path, "post", {**one.sample, name: file}, what=f"{one} {name}")

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
        if "POST" in offered_at(one.address):
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

    def _get(self, path: str) -> bytes:
        return self._send(path, "get", {}, what=path.partition("?")[0])

    def _post(self, path: str, sent: Mapping[str, Any], *, what: str) -> None:
        if path.startswith("/api/"):
            data, kind = json.dumps(sent), _JSON
        else:
            data, kind = urlencode(sent, doseq=True), _FORMS
        self._send(path, "post", data, what=what, content_type=kind)

    def _send(self, path: str, method: str, data: Any, *, what: str, **extra: Any) -> bytes:
        client = self._staff if path.startswith("/admin/") else self._owner
        if path.startswith("/api/"):
            extra["headers"] = {"Authorization": f"Bearer {self._key}"}
        answer: Any = getattr(client, method)(path, data, **extra)
        content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = f"{answer.headers!r} {answer.cookies.output()}".encode()
        self.asked += 1
        if answer.status_code == 500:
            self.wrong.append(f"{method} {what}: answered 500")
        self.wrong += leaks(f"the answer to {method} {what}", content + b"\n" + headers, self.cards)
        return content


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


def _client(actor: Actor) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = actor.session
    return client
