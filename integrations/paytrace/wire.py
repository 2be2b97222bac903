"""JSON with exact amounts: numbers are read as Decimal and written digit for digit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def loads(text: str | bytes) -> Any:
    """Read JSON; fractions come back as Decimal. Raises ValueError when it is not JSON."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def dumps(value: Any) -> str:
    """Write JSON; a Decimal becomes a plain number (`12.50`), never a float."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(key))}: {dumps(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(dumps(item) for item in value) + "]"
    if isinstance(value, float):
        raise TypeError("No float goes over the wire")
    return json.dumps(value)


def plain(value: Any) -> Any:
    """The same with exact numbers as text, for a JSON column."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return f"{value:f}" if isinstance(value, Decimal) else value


def _refuse(constant: str) -> Decimal:
    raise ValueError(f"{constant} is not a number JSON allows")


DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)
"""Reads one value out of a longer text, as `loads` reads a whole one."""
