"""What travels between a worker and the process it started: lines of JSON.

The process talks to a server that a customer names, so nothing it sends may be more than
values: calls and answers travel as they do to an agent, by the connector's own types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from integrations.sagepro.agent.codec import decode, encode
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.layout import Layout


class NotUnderstood(Exception):  # noqa: N818 the sentence is the point
    """The other side sent something that is no message."""


@dataclass(frozen=True)
class Setup:
    """What the process is told first, and never by its command line or environment."""

    dsn: str = field(repr=False)
    profile: Mapping[str, Any]
    expected_fingerprint: str
    expected_layout: Layout | None
    milliseconds: Mapping[str, int]
    """Of each limit, by its name."""
    idle_seconds: int

    @property
    def limits(self) -> Limits:
        return Limits(**{name: timedelta(milliseconds=n) for name, n in self.milliseconds.items()})


def milliseconds(limits: Limits) -> dict[str, int]:
    """The limits as a setup holds them."""
    names = ("connect", "lock", "statement", "idle")
    return {name: int(getattr(limits, name).total_seconds() * 1000) for name in names}


@dataclass(frozen=True)
class Asked:
    """One call with its arguments, as `calls.call` takes them."""

    name: str
    arguments: Mapping[str, Any]


def pack(message: object) -> bytes:
    return json.dumps(encode(message)).encode()


def unpack(kind: Any, data: bytes) -> Any:
    """The message of that kind. Raises NotUnderstood for anything else."""
    try:
        return decode(kind, json.loads(data, parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(type(error).__name__) from error
