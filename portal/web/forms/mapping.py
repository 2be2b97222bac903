"""The field mapping as a form: rows and steps typed by a person, kept whole between requests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict

from integrations.canonical.fields import CUSTOM_FAMILY, PAYMENT_FIELDS, spec_for
from integrations.canonical.problems import Problem
from integrations.mapping.arguments import ArgumentSpec, ArgumentType
from integrations.mapping.rows import MAX_ROWS, MAX_STEPS_PER_ROW, MappingRow, Step
from integrations.mapping.targets import TargetSpec
from integrations.mapping.transforms import STEPS, StepSpec

FIXED = "="
_NUMBER = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True)
class ArgumentView:
    spec: ArgumentSpec
    name: str
    value: str


@dataclass(frozen=True)
class StepView:
    number: int
    name: str
    prefix: str
    spec: StepSpec | None
    arguments: tuple[ArgumentView, ...]
    remove: str


@dataclass(frozen=True)
class RowView:
    """One row as the template draws it, with what is wrong in it."""

    number: int
    prefix: str
    row: MappingRow
    source: str
    steps: tuple[StepView, ...]
    problems: tuple[Problem, ...]
    target: TargetSpec | None


def read_rows(data: QueryDict) -> tuple[MappingRow, ...]:
    """The rows as typed, whatever stands in them; checking comes later."""
    count = min(_count(data.get("rows", "")), MAX_ROWS)
    return tuple(_row(data, f"row{index}") for index in range(count))


def edited(
    rows: Sequence[MappingRow], action: str, *, targets: Sequence[TargetSpec]
) -> tuple[MappingRow, ...]:
    """The rows after a button: `add`, `remove:2`, `add-step:2`, `remove-step:2:0`."""
    word, _, rest = action.partition(":")
    places = [int(part) for part in rest.split(":") if _NUMBER.fullmatch(part)]
    if word == "add" and len(rows) < MAX_ROWS:
        used = {row.target for row in rows}
        free = next((target.name for target in targets if target.name not in used), "")
        return (*rows, MappingRow(free or targets[0].name, "invoice_reference"))
    if not places or places[0] >= len(rows):
        return tuple(rows)
    changed = list(rows)
    row = changed[places[0]]
    if word == "remove":
        del changed[places[0]]
    elif word == "add-step" and len(row.steps) < MAX_STEPS_PER_ROW:
        changed[places[0]] = replace(row, steps=(*row.steps, Step("trim")))
    elif word == "remove-step" and len(places) == 2:
        kept = tuple(step for index, step in enumerate(row.steps) if index != places[1])
        changed[places[0]] = replace(row, steps=kept)
    return tuple(changed)


def views(
    rows: Sequence[MappingRow],
    *,
    targets: Sequence[TargetSpec],
    problems: Sequence[Problem] = (),
) -> list[RowView]:
    """The rows as the template draws them."""
    by_name = {target.name: target for target in targets}
    return [
        RowView(
            number=index,
            prefix=f"row{index}",
            row=row,
            source=row.source or FIXED,
            steps=tuple(_step_view(index, at, step) for at, step in enumerate(row.steps)),
            problems=tuple(problem for problem in problems if problem.field == row.target),
            target=by_name.get(row.target),
        )
        for index, row in enumerate(rows)
    ]


def source_choices(rows: Sequence[MappingRow]) -> list[tuple[str, str]]:
    """Every payment field, the custom ones in use, and a fixed text."""
    plain = [(spec.name, spec.label) for spec in PAYMENT_FIELDS if spec.name != CUSTOM_FAMILY]
    known = {name for name, _ in plain}
    custom = sorted({row.source for row in rows if row.source} - known)
    return [*plain, *((name, name.replace("discretionary.", "Custom: ")) for name in custom),
            (FIXED, "A fixed text")]  # fmt: skip


def _row(data: QueryDict, prefix: str) -> MappingRow:
    source = data.get(f"{prefix}-source", "")
    count = min(_count(data.get(f"{prefix}-steps", "")), MAX_STEPS_PER_ROW)
    return MappingRow(
        target=data.get(f"{prefix}-target", ""),
        source="" if source == FIXED else source,
        constant=data.get(f"{prefix}-constant", "") if source == FIXED else "",
        steps=tuple(_step(data, f"{prefix}-step{index}") for index in range(count)),
    )


def _step(data: QueryDict, prefix: str) -> Step:
    name = data.get(f"{prefix}-name", "")
    spec = STEPS.get(name)
    return Step(name, _arguments(data, prefix, spec.arguments if spec else ()))


def _arguments(data: QueryDict, prefix: str, wanted: Sequence[ArgumentSpec]) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for spec in wanted:
        text = data.get(f"{prefix}-{spec.name}", "").replace("\r\n", "\n")
        given[spec.name] = _to_names(text) if spec.type is ArgumentType.FIELDS else text
    return {name: text for name, text in given.items() if text}


def _to_words(names: str) -> str:
    """`card_brand,last_four` as `Card brand, Last four`: nobody should learn field names."""
    specs = [spec_for(name.strip(), fields=PAYMENT_FIELDS) for name in names.split(",")]
    shown = zip(specs, names.split(","), strict=True)
    return ", ".join(spec.label if spec else name.strip() for spec, name in shown)


def _to_names(words: str) -> str:
    """What `_to_words` shows, read back; a word that is no field stays, to be told as a problem."""
    by_label = {spec.label.casefold(): spec.name for spec in PAYMENT_FIELDS}
    parts = [part.strip() for part in words.split(",") if part.strip()]
    return ",".join(by_label.get(part.casefold(), part) for part in parts)


def _step_view(row: int, at: int, step: Step) -> StepView:
    prefix = f"row{row}-step{at}"
    spec = STEPS.get(step.name)
    arguments = tuple(
        ArgumentView(argument, f"{prefix}-{argument.name}", _shown(argument, step))
        for argument in (spec.arguments if spec else ())
    )
    return StepView(at, step.name, prefix, spec, arguments, f"remove-step:{row}:{at}")


def _shown(argument: ArgumentSpec, step: Step) -> str:
    text = step.arguments.get(argument.name, "")
    return _to_words(text) if text and argument.type is ArgumentType.FIELDS else text


def _count(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0
