"""Plain values as JSON and back, by their types: amounts are decimal strings, never floats."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

_PLAIN = (str, bool, int, type(None))


def encode(value: object) -> Any:
    """The JSON form of a canonical value. Raises TypeError for anything else, floats included."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else _encode_many(value)


def _encode_many(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: encode(getattr(value, one.name)) for one in fields(value) if one.init}
    if isinstance(value, Mapping):
        return {str(key): encode(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [encode(one) for one in value]
    raise TypeError(f"{type(value).__name__} does not travel")


def decode(hint: Any, value: Any) -> Any:
    """The value of type `hint` that `encode` wrote. Raises ValueError when it is not one."""
    try:
        return _decode(hint, value)
    except (InvalidOperation, KeyError, TypeError) as error:
        raise ValueError(f"Not a {hint}") from error


def _decode(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if hint is Any or hint is object:
        return value
    if origin in {Union, types.UnionType}:
        return _optional(hint, value)
    if origin is not None:
        return _many(origin, get_args(hint), value)
    return _record(hint, value) if is_dataclass(hint) else _one(hint, value)


def _one(hint: Any, value: Any) -> Any:
    if hint is Decimal:
        return _amount(value)
    if hint is date:
        return date.fromisoformat(_exactly(str, value))
    return hint(value) if issubclass(hint, Enum) else _exactly(hint, value)


def _optional(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    (inner,) = (one for one in get_args(hint) if one is not type(None))
    return _decode(inner, value)


def _many(origin: Any, inner: tuple[Any, ...], value: Any) -> Any:
    if issubclass(origin, Mapping):
        pairs = _exactly(dict, value).items()
        return {_decode(inner[0], key): _decode(inner[1], one) for key, one in pairs}
    items = [_decode(inner[0], one) for one in _exactly(list, value)]
    return tuple(items) if origin is tuple else items


def _amount(value: Any) -> Decimal:
    amount = Decimal(_exactly(str, value))
    if not amount.is_finite():
        raise ValueError("Not a number")
    return amount


def _record(hint: Any, value: Any) -> Any:
    given = _exactly(dict, value)
    hints = _hints(hint)
    if unknown := set(given) - set(hints):
        raise ValueError(f"{hint.__name__} has no {sorted(unknown)}")
    return hint(**{name: _decode(hints[name], one) for name, one in given.items()})


@cache
def _hints(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint)


def _exactly(kind: Any, value: Any) -> Any:
    if type(value) is not kind:
        raise ValueError(f"Not a {kind.__name__}")
    return value
