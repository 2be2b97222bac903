"""Every place of the portal where somebody can put something in, read from the portal itself.

Addresses come from the URL resolver, fields from the forms that the pages show, from the
API's schema and from the bodies of the isolation suite. Nothing has to be entered here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django import forms
from drf_spectacular.generators import SchemaGenerator

from portal.web.forms.calibration import KeyedForm
from portal.web.forms.connections import FoxProForm
from portal.web.forms.pay import PairForm
from tests.isolation.addresses import Address, addresses
from tests.isolation.oracle import offered_at
from tests.isolation.samples import Body, Fill, body, fills, values_of
from tests.isolation.scene import Scene

# Forms that a page shows in one state only, which the scene is not in, or fills by its script.
_SHOWN_SOMETIMES: Mapping[str, type[forms.Form]] = {
    "calibration_do keyed": KeyedForm,
    "add_foxpro": FoxProForm,
    "pay": PairForm,
}
_NOT_TYPED = frozenset({"csrfmiddlewaretoken"})
# Asked of every page, whether it searches or not.
_QUERIES = ("q", "next", "page", "after")


@dataclass(frozen=True)
class Interface:
    """One way to send something to one address."""

    address: Address
    fill: Fill
    path: str
    sample: Body
    """A body that is taken."""
    typed: tuple[str, ...]
    queries: tuple[str, ...]
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.address} {self.fill}".strip()


@dataclass
class Forms(HTMLParser):
    """The forms of one page: by method and action, the names of what can be typed."""

    path: str
    names: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        super().__init__()
        self._form: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urlsplit(told.get("action", "")).path or self.path
            self._form = (told.get("method", "get").lower(), action)
        elif tag in {"input", "select", "textarea", "button"} and "name" in told and self._form:
            into = self.files[self._form[1]] if told.get("type") == "file" else self._typed()
            if told["name"] not in _NOT_TYPED:
                into.append(told["name"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def _typed(self) -> list[str]:
        assert self._form is not None
        return self.names[self._form]


@dataclass
class Fields:
    """The names of what can be put in, by method and path, or by route of the API."""

    typed: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    schema: Mapping[str, tuple[list[str], list[str]]] = field(default_factory=dict)


def interfaces(scene: Scene, pages: Mapping[str, bytes]) -> list[Interface]:
    """All of them; `pages` are the portal's pages by path, whose forms tell the fields."""
    found = Fields(schema=_schema())
    for path, content in pages.items():
        page = Forms(path)
        page.feed(content.decode(errors="replace"))
        for key, names in page.names.items():
            found.typed[key] += names
        for action, names in page.files.items():
            found.files[action] += names
    return [
        _interface(scene, address, fill, found)
        for address in addresses()
        for fill in fills(address)
    ]


def _interface(scene: Scene, address: Address, fill: Fill, known: Fields) -> Interface:
    path = address.path(values_of(scene.a, address, fill))
    sample = body(address, fill, scene.a.values) if "POST" in offered_at(address) else {}
    asked, told = known.schema.get(address.route, ([], []))
    sometimes = _SHOWN_SOMETIMES.get(f"{address.name} {fill}".strip(), forms.Form).base_fields
    names = [*sample, *known.typed["post", path], *told, *sometimes]
    queries = [*_QUERIES, *known.typed["get", path], *asked]
    return Interface(
        address,
        fill,
        path,
        sample,
        typed=tuple(dict.fromkeys(names)),
        queries=tuple(dict.fromkeys(queries)),
        files=tuple(known.files[path]),
    )


def _schema() -> dict[str, tuple[list[str], list[str]]]:
    """By route of the API: its query parameters, and the names in its bodies."""
    generator: Any = SchemaGenerator
    made = generator().get_schema(request=None, public=True)
    found: dict[str, tuple[list[str], list[str]]] = {}
    for path, methods in made["paths"].items():
        queries: list[str] = []
        names: list[str] = []
        for method in methods.values():
            queries += [one["name"] for one in method.get("parameters", ()) if one["in"] == "query"]
            for kind in method.get("requestBody", {}).get("content", {}).values():
                names += _properties(kind["schema"], made["components"]["schemas"])
        route = path.removeprefix("/").replace("{id}", "<uuid:id>")
        found[route] = (queries, names)
    return found


def _properties(shape: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in shape:
        yield from known[shape["$ref"].rpartition("/")[2]].get("properties", {})
    yield from shape.get("properties", {})
