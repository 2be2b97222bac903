"""Values of a posting profile's JSON. Each raises FixConfiguration with the path of its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from integrations.sagepro.invalid import invalid


def group_of(data: Mapping[str, object], key: str, path: str) -> Mapping[str, object]:
    """A group of named fields."""
    value = data.get(key)
    if not isinstance(value, Mapping):
        raise invalid(path + key, "must be a group of fields")
    return value


def text_of(data: Mapping[str, object], key: str, path: str = "") -> str:
    """A text, which may be empty."""
    value = data.get(key)
    if not isinstance(value, str):
        raise invalid(path + key, "must be a text")
    return value


def texts_of(data: Mapping[str, object], key: str) -> list[str]:
    """A list of texts."""
    value = data.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid(key, "must be a list of texts")
    return [str(item) for item in value]


def truth_of(data: Mapping[str, object], key: str, path: str = "") -> bool:
    """True or false; false where it is left out."""
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise invalid(path + key, "must be true or false")
    return value


def integer_of(data: Mapping[str, object], key: str, path: str, *, least: int = 1) -> int:
    """A whole number of at least `least`, which is 0 or 1."""
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise invalid(path + key, f"must be a whole number {'above' if least else 'from'} zero")
    return value


def date_of(data: Mapping[str, object], key: str) -> date:
    """A day, written as 1900-01-01."""
    try:
        return date.fromisoformat(text_of(data, key))
    except ValueError:
        raise invalid(key, "must be a date such as 1900-01-01") from None
