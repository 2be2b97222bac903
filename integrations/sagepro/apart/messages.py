"""What travels between a worker and the process it started: plain values and canonical types.

The process talks to a server that a customer names, so nothing it sends may make the worker
run anything: only types of ours that hold values are read.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)

_MODULES = (
    "integrations.canonical.ledger_documents",
    "integrations.canonical.money",
    "integrations.canonical.posting",
    "integrations.sagepro.apart.messages",
    "integrations.sagepro.columns",
    "integrations.sagepro.layout",
    "integrations.sagepro.self_test",
)
_PLAIN = frozenset(
    {("datetime", "date"), ("datetime", "datetime"), ("datetime", "timedelta"),
     ("decimal", "Decimal")}
)  # fmt: skip
_KINDS: Mapping[str, type[IntegrationError]] = {
    kind.__name__: kind for kind in (FixConfiguration, NeverWorks, OutcomeUnknown, TryLater)
}


class NotUnderstood(Exception):  # noqa: N818 the sentence is the point
    """The other side sent something that is no message."""


@dataclass(frozen=True)
class Setup:
    """What the process is told first, and never by its command line or environment."""

    dsn: str = field(repr=False)
    profile: Mapping[str, object]
    expected_fingerprint: str
    expected_layout: Any
    limits: tuple[timedelta, timedelta, timedelta, timedelta]
    idle_seconds: float


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A value, or a failure of the four kinds; `fault` names a mistake of ours."""

    value: Any = None
    failure: tuple[str, Mapping[str, Any]] | None = None
    fault: str = ""

    def result(self) -> Any:
        """The value. Raises the failure instead."""
        if self.failure is not None:
            kind, told = self.failure
            raise _KINDS[kind](**told)
        if self.fault:
            raise RuntimeError(f"The process of a Sage Pro company stumbled: {self.fault}")
        return self.value


def answered(call: Callable[[], Any]) -> Answer:
    """What a call came to."""
    try:
        return Answer(call())
    except IntegrationError as error:
        names = ("sentence", "code", "field", "remedy")
        told: dict[str, Any] = {name: getattr(error, name) for name in names}
        if isinstance(error, TryLater):
            told["after"] = error.after
        return Answer(failure=(type(error).__name__, told))
    except Exception as error:  # noqa: BLE001 the worker logs it; a text may hold a secret
        return Answer(fault=type(error).__name__)


def pack(message: Setup | Call | Answer) -> bytes:
    return pickle.dumps(message)


def unpack(data: bytes) -> Any:
    """The message. Raises NotUnderstood for anything that is none of ours."""
    try:
        return _Reader(io.BytesIO(data)).load()
    except Exception as error:
        raise NotUnderstood(type(error).__name__) from error


class _Reader(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        is_ours = module_name in _MODULES and global_name[:1].isupper()
        if is_ours or (module_name, global_name) in _PLAIN:
            return super().find_class(module_name, global_name)
        raise NotUnderstood(f"{module_name}.{global_name}")
