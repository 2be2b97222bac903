"""Arguments of a step: typed, bounded, read from the texts a form gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from integrations.canonical.fields import FieldValue, Record
from integrations.mapping.rows import Step, is_too_long

# Longer than any Sage text column a receipt fills.
MAX_COUNT = 255
MAX_LIST = 100

_COUNT = re.compile(r"\d{1,3}", re.ASCII)
_FACTOR = re.compile(r"-?\d{1,6}(\.\d{1,8})?", re.ASCII)


class ArgumentType(StrEnum):
    TEXT = "text"
    COUNT = "count"
    """A whole number from 0 to 255."""
    FACTOR = "factor"
    """A decimal with at most 6 digits before and 8 after the point."""
    FIELDS = "fields"
    """Field names separated by commas."""
    TABLE = "table"
    """One `from=to` on each line."""
    CHOICE = "choice"


@dataclass(frozen=True)
class ArgumentSpec:
    """One argument, as the form shows it. `least` bounds a count from below."""

    name: str
    label: str
    type: ArgumentType = ArgumentType.TEXT
    required: bool = True
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = MAX_COUNT


@dataclass(frozen=True)
class Arguments:
    """A step's arguments at work, with the record that FIELDS arguments read."""

    step: Step
    record: Record

    def text(self, name: str) -> str:
        return self.step.arguments.get(name, "")

    def count(self, name: str) -> int:
        return read_count(self.text(name))

    def factor(self, name: str) -> Decimal:
        return read_factor(self.text(name))

    def table(self, name: str) -> dict[str, str]:
        return read_table(self.text(name))

    def values(self, name: str) -> list[FieldValue]:
        return [self.record.get(field, "") for field in read_fields(self.text(name))]


def read_count(text: str) -> int:
    if not _COUNT.fullmatch(text.strip()):
        raise ValueError(f"‘{text}’ is not a whole number from 0 to {MAX_COUNT}.")
    return int(text)


def read_factor(text: str) -> Decimal:
    if not _FACTOR.fullmatch(text.strip()):
        raise ValueError(f"‘{text}’ is not a number such as 1.0837.")
    return Decimal(text.strip())


def read_fields(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not 1 <= len(names) <= MAX_LIST:
        raise ValueError(f"Choose 1 to {MAX_LIST} fields.")
    return names


def read_table(text: str) -> dict[str, str]:
    """Keys are compared without regard to case; a key stands once."""
    table: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        key, separator, value = line.partition("=")
        folded = key.strip().casefold()
        if not separator or not folded:
            raise ValueError(f"‘{line}’ is not a line such as Visa=VI.")
        if folded in table:
            raise ValueError(f"‘{key.strip()}’ stands twice in the table.")
        table[folded] = value.strip()
    if not 1 <= len(table) <= MAX_LIST:
        raise ValueError(f"A lookup table has 1 to {MAX_LIST} lines.")
    return table


def wrong_with(text: str | None, *, spec: ArgumentSpec) -> str:
    """What is wrong with one argument, in a sentence; empty when nothing is."""
    if text is None or text == "":
        return f"{spec.label} is missing." if spec.required else ""
    if is_too_long(text):
        return f"{spec.label} is too long."
    if spec.type is ArgumentType.CHOICE and text not in spec.choices:
        return f"{spec.label} is one of {', '.join(spec.choices)}."
    try:
        return _wrong_value(text, spec=spec)
    except ValueError as error:
        return str(error)


def _wrong_value(text: str, *, spec: ArgumentSpec) -> str:
    if spec.type is ArgumentType.COUNT and not spec.least <= read_count(text) <= spec.most:
        return f"{spec.label} is a whole number from {spec.least} to {spec.most}."
    readers: Mapping[ArgumentType, object] = {
        ArgumentType.FACTOR: read_factor,
        ArgumentType.FIELDS: read_fields,
        ArgumentType.TABLE: read_table,
    }
    reader = readers.get(spec.type)
    if callable(reader):
        reader(text)
    return ""
