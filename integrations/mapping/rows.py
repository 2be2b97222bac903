"""A field mapping as data: ordered rows, each a source or a constant and named steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MAX_ROWS = 100
MAX_STEPS_PER_ROW = 20
MAX_STEPS = 1000
# Every string a person wrote, and every value between two steps, in UTF-8.
MAX_TEXT_BYTES = 2048


@dataclass(frozen=True)
class Step:
    """One named step of the closed catalogue, with its arguments as the form gave them."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MappingRow:
    """How one target is filled: from `source` or from `constant`, then through the steps."""

    target: str
    source: str = ""
    constant: str = ""
    steps: tuple[Step, ...] = ()


def is_too_long(text: str) -> bool:
    return len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES


def to_json(rows: Sequence[MappingRow]) -> list[dict[str, object]]:
    """The rows as plain JSON values; `from_json` reads them back equal."""
    return [
        {
            "target": row.target,
            "source": row.source,
            "constant": row.constant,
            "steps": [
                {"name": step.name, "arguments": dict(sorted(step.arguments.items()))}
                for step in row.steps
            ],
        }
        for row in rows
    ]


def from_json(data: object) -> tuple[MappingRow, ...]:
    """The rows `to_json` wrote. Raises ValueError with a sentence for anything else."""
    if not isinstance(data, list) or len(data) > MAX_ROWS:
        raise ValueError(f"A field mapping is a list of at most {MAX_ROWS} rows.")
    return tuple(_row(item) for item in data)


def _row(item: object) -> MappingRow:
    if not isinstance(item, Mapping) or not set(item) <= {"target", "source", "constant", "steps"}:
        raise ValueError("A row has a target, a source or constant, and steps; nothing else.")
    steps = item.get("steps", [])
    if not isinstance(steps, list) or len(steps) > MAX_STEPS_PER_ROW:
        raise ValueError(f"A row has a list of at most {MAX_STEPS_PER_ROW} steps.")
    return MappingRow(
        target=_text(item.get("target")),
        source=_text(item.get("source", "")),
        constant=_text(item.get("constant", "")),
        steps=tuple(_step(step) for step in steps),
    )


def _step(item: object) -> Step:
    if not isinstance(item, Mapping) or not set(item) <= {"name", "arguments"}:
        raise ValueError("A step has a name and arguments; nothing else.")
    arguments = item.get("arguments", {})
    if not isinstance(arguments, Mapping):
        raise ValueError("The arguments of a step are names with texts.")
    return Step(
        name=_text(item.get("name")),
        arguments={_text(key): _text(value) for key, value in arguments.items()},
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or is_too_long(value):
        raise ValueError(f"A text of at most {MAX_TEXT_BYTES} bytes is needed.")
    return value
