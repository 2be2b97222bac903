"""What is refused before it is sent to a writer elsewhere, because nothing could carry it there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal

from integrations.canonical.posting import Refusal
from integrations.canonical.stock import ChangeOutcome, ChangeResult


def refused_number(asked: object) -> ChangeResult | None:
    """The answer to a change in which a number is none, such as NaN; None where all are."""
    for name, number in _numbers(asked, ""):
        if not number.is_finite():
            sentence = f"{number} is no number, so it is no value for \u2018{name}\u2019."
            refusal = Refusal("value_refused", sentence, name, "Send a number such as 12.50.")
            return ChangeResult(ChangeOutcome.REFUSED, refusal=refusal)
    return None


def _numbers(value: object, name: str) -> Iterator[tuple[str, Decimal]]:
    if isinstance(value, Decimal):
        yield name, value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _numbers(getattr(value, one.name), f"{name}.{one.name}".lstrip("."))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for position, one in enumerate(value, start=1):
            yield from _numbers(one, f"{name}.{getattr(one, 'number', position)}")
