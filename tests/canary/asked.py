"""Which fields the code reads of a request: noted while it reads them, and found in its source.

A page shows some of its fields only, and an address that only takes something shows none. So
every address is sent a body that is taken, and what the code asks of it is written down; what it
would ask on another way through is read from the source of the view and of what it calls.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, ValuesView
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict

_READS = frozenset({"get", "getlist"})
_SENT = frozenset({"POST", "FILES", "GET"})


class Noted:
    """Names asked of the requests since `clear`, by where they stand in the request."""

    def __init__(self) -> None:
        self.typed: set[str] = set()
        self.queries: set[str] = set()
        self.files: set[str] = set()

    def clear(self) -> None:
        for names in (self.typed, self.queries, self.files):
            names.clear()


NOTED = Noted()


class _Reading:
    """A dictionary of a request that notes what it is asked for."""

    names: set[str] = set()

    def _note(self, key: object) -> None:
        if isinstance(key, str):
            self.names.add(key)

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)  # type: ignore[misc]

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return bool(super().__contains__(key))  # type: ignore[misc]

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)  # type: ignore[misc]

    def getlist(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().getlist(key, default)  # type: ignore[misc]


class _Query(_Reading, QueryDict):
    pass


class _Files(_Reading, MultiValueDict):  # type: ignore[type-arg]
    pass


class NoteWhatIsAsked:
    """A middleware, to be put last: from here on the views read through `NOTED`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.GET = _query(request.GET, NOTED.queries)
        if request.method == "POST" and not request.path_info.startswith("/api/"):
            files = _Files(dict(request.FILES.lists()))
            request._post, request._files = _query(request.POST, NOTED.typed), files
            files.names = NOTED.files
        return self.get_response(request)


def _query(told: QueryDict, names: set[str]) -> QueryDict:
    noting = _Query(mutable=True)
    for name, values in told.lists():
        noting.setlist(name, values)
    noting.names, noting._mutable = names, False
    return noting


@dataclass(frozen=True)
class Read:
    """Names that code reads of what is typed and of the address."""

    typed: frozenset[str]
    queries: frozenset[str]


def read_by(view: Callable[..., Any]) -> Read:
    """What the source of a view, and of all that it calls in the portal, reads of a request."""
    form = getattr(getattr(view, "view_class", None), "form_class", None)
    begun = [inspect.unwrap(view), *([form] if form else [])]
    pairs = [pair for one in begun for thing in _reached(one) for pair in _names(thing)]
    return Read(
        typed=frozenset(name for place, name in pairs if place != "GET"),
        queries=frozenset(name for place, name in pairs if place == "GET"),
    )


def _reached(view: Any) -> list[Any]:
    """The view, and every function and form of ours that stands in it by name, and so on."""
    found: list[Any] = []
    waiting = [view]
    while waiting:
        one = waiting.pop()
        if not _is_ours(one) or one in found:
            continue
        found.append(one)
        if inspect.isfunction(one):
            waiting += _mentioned(one)
    return found


def _is_ours(thing: Any) -> bool:
    is_form = inspect.isclass(thing) and issubclass(thing, forms.BaseForm)
    module = getattr(thing, "__module__", "") or ""
    is_house = module.startswith(("portal.", "tenants.", "tests."))
    return is_form or (is_house and inspect.isfunction(thing))


@cache
def _mentioned(function: Any) -> list[Any]:
    found: list[Any] = []
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Name):
            found += _flat(function.__globals__.get(node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = function.__globals__.get(node.value.id)
            if inspect.ismodule(module):
                found += _flat(getattr(module, node.attr, None))
    return found


def _flat(thing: Any) -> Iterator[Any]:
    """The thing itself, or what a table of the module holds."""
    inside = thing.values() if isinstance(thing, Mapping) else thing
    if isinstance(inside, (tuple, list, ValuesView)):
        for one in inside:
            yield from _flat(one)
    elif callable(thing):
        yield inspect.unwrap(thing)


@cache
def _names(thing: Any) -> list[tuple[str, str]]:
    """`("POST", "reason")` for each constant name that is read; a form's fields are typed."""
    if inspect.isclass(thing) and issubclass(thing, forms.BaseForm):
        return [("POST", name) for name in getattr(thing, "base_fields", ())]
    return list(_constants(_tree(thing)))


def _constants(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        place: ast.expr | None = None
        asked: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in _READS:
                place, asked = node.func.value, node.args[0]
        elif isinstance(node, ast.Subscript):
            place, asked = node.value, node.slice
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In):
            place, asked = node.comparators[0], node.left
        if not (isinstance(place, ast.Attribute) and isinstance(asked, ast.Constant)):
            continue
        if place.attr in _SENT and isinstance(asked.value, str):
            yield place.attr, asked.value


@cache
def _tree(function: Any) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))
