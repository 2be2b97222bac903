"""The shape of a JSON answer: which fields, of which kinds. Values never matter. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

Shape = Mapping[str, frozenset[str]]
"""Dotted path → kinds of value seen there. A list's rows share the path `name[]`."""

_EMPTY = "an empty list"


def shape_of(value: Any) -> Shape:
    """Every path of a JSON value with the kinds seen there; rows of a list are laid together."""
    found: dict[str, set[str]] = {}
    for path, kind in _walk(value, ""):
        found.setdefault(path, set()).add(kind)
    return {path: frozenset(kinds) for path, kinds in found.items()}


def differences(*, expected: Shape, found: Shape) -> list[str]:
    """One sentence per path that is missing, new, or of another kind. What stands below an
    empty list, or below what is missing itself, is not told."""
    sentences = []
    for path in sorted(set(expected) | set(found)):
        if path not in found:
            if not _is_below(path, expected, found):
                sentences.append(f"{path} is missing")
        elif path not in expected:
            if not _is_below(path, found, expected):
                sentences.append(f"{path} is new: {_kinds(found[path])}")
        elif not found[path] <= expected[path] and not _has_empty(expected[path], found[path]):
            here, there = _kinds(expected[path]), _kinds(found[path])
            sentences.append(f"{path} is {there} instead of {here}")
    return sentences


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield path, "an object"
        for name, member in value.items():
            yield from _walk(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        yield path, "a list" if value else _EMPTY
        for member in value:
            yield from _walk(member, f"{path}[]")
    else:
        yield path, _kind(value)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    return "a number" if isinstance(value, int | Decimal) else "a text"


def _is_below(path: str, whole: Shape, other: Shape) -> bool:
    """Whether the reason that `path` is not in `other` stands higher up already."""
    return any(
        parent not in other or _EMPTY in other[parent]
        for parent in _parents(path)
        if parent in whole
    )


def _parents(path: str) -> Iterator[str]:
    for place, letter in enumerate(path):
        if letter == "." or path.startswith("[]", place):
            yield path[:place]


def _has_empty(*kinds: frozenset[str]) -> bool:
    return any(_EMPTY in one for one in kinds) and all(one <= {_EMPTY, "a list"} for one in kinds)


def _kinds(kinds: frozenset[str]) -> str:
    return " or ".join(sorted(kinds))
