"""Every place of the portal where somebody can put something in, read from the portal itself.

Addresses come from the URL resolver. The fields of each are those that its page shows, that the
API's schema and the bodies of the isolation suite name, that its code asked for when it was sent
such a body, and that its source reads. Nothing has to be entered here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from drf_spectacular.generators import SchemaGenerator

from tests.canary.asked import read_by
from tests.canary.places import Place
from tests.isolation.addresses import Address
from tests.isolation.samples import Body

_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "seen_environment"})
# Asked of every page, whether it searches or not.
_QUERIES = ("q", "next", "page", "after")


@dataclass(frozen=True)
class Interface:
    """One place, and the names of what can be put in there."""

    place: Place
    typed: tuple[str, ...]
    queries: tuple[str, ...]
    files: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        return self.place.address

    @property
    def path(self) -> str:
        return self.place.path

    @property
    def sample(self) -> Body:
        return self.place.samples[0]

    def __str__(self) -> str:
        return str(self.place)


@dataclass
class Names:
    """What can be put in at one place."""

    typed: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def add(self, more: Names) -> None:
        self.typed += more.typed
        self.queries += more.queries
        self.files += more.files


ByPlace = Mapping[str, Names]


class _Forms(HTMLParser):
    """The forms of one page: by their address, the names of what can be typed."""

    def __init__(self, path: str, found: dict[str, Names]) -> None:
        super().__init__()
        self._path, self._found = path, found
        self._form: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urlsplit(told.get("action", "")).path or self._path
            self._form = (told.get("method", "get").lower(), action)
        elif tag in {"input", "select", "textarea", "button"} and "name" in told and self._form:
            method, action = self._form
            names = self._found[action]
            is_file = told.get("type") == "file"
            place = names.files if is_file else names.typed
            (names.queries if method == "get" else place).append(told["name"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def shown_by(pages: Mapping[str, bytes]) -> ByPlace:
    """By path, what the forms of these pages (by path) send there."""
    found: dict[str, Names] = defaultdict(Names)
    for path, content in pages.items():
        _Forms(path, found).feed(content.decode(errors="replace"))
    return found


def named_by_schema() -> ByPlace:
    """By route of the API: its query parameters, and the names in its bodies."""
    generator: Any = SchemaGenerator
    made = generator().get_schema(request=None, public=True)
    found: dict[str, Names] = {}
    for path, methods in made["paths"].items():
        names = found[path.removeprefix("/").replace("{id}", "<uuid:id>")] = Names()
        for method in methods.values():
            told = method.get("parameters", ())
            names.queries += [one["name"] for one in told if one["in"] == "query"]
            for kind in method.get("requestBody", {}).get("content", {}).values():
                names.typed += _properties(kind["schema"], made["components"]["schemas"])
    return found


def _properties(shape: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in shape:
        yield from known[shape["$ref"].rpartition("/")[2]].get("properties", {})
    yield from shape.get("properties", {})


def interfaces(known: Sequence[Place], *, shown: ByPlace, asked: ByPlace) -> list[Interface]:
    """All of them. `shown` and `asked` say by path what its pages show and its code asks for."""
    schema = named_by_schema()
    found = [_told(place, (shown, asked), schema) for place in known]
    typed: dict[Address, set[str]] = defaultdict(set)
    for place, names in zip(known, found, strict=True):
        typed[place.address].update(names.typed)
    for place, names in zip(known, found, strict=True):
        read = read_by(place.view)
        names.queries += sorted(read.queries)
        if place.reads_forms:
            # What is read on some way through is planted once, whichever word of the address.
            left = read.typed - typed[place.address]
            names.typed += sorted(left)
            typed[place.address] |= left
    return [
        Interface(place, _each(names.typed), _each(names.queries), _each(names.files))
        for place, names in zip(known, found, strict=True)
    ]


def _told(place: Place, by_path: Iterable[ByPlace], schema: ByPlace) -> Names:
    names = Names(typed=[name for body in place.samples for name in body])
    names.queries += _QUERIES
    for one in by_path:
        names.add(one.get(place.path, Names()))
    names.add(schema.get(place.address.route, Names()))
    return names


def _each(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name not in _NOT_TYPED))
