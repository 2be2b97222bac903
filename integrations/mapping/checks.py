"""What is wrong with a field mapping, told before it is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from integrations.canonical.fields import FieldSpec, FieldType, spec_for
from integrations.canonical.problems import Problem
from integrations.mapping.arguments import ArgumentType, read_fields, wrong_with
from integrations.mapping.rows import (
    MAX_STEPS,
    MAX_STEPS_PER_ROW,
    MappingRow,
    Step,
    is_too_long,
)
from integrations.mapping.targets import TargetSpec, problem_with, target_for
from integrations.mapping.transforms import STEPS, StepSpec

_TYPE_WORDS = {
    FieldType.TEXT: "a text",
    FieldType.AMOUNT: "an amount",
    FieldType.DATE: "a date",
    FieldType.YES_NO: "a yes/no",
}


def validate(
    rows: Sequence[MappingRow], *, sources: Sequence[FieldSpec], targets: Sequence[TargetSpec]
) -> list[Problem]:
    """Everything that would keep the mapping from working on some payment, in row order."""
    problems = [p for row in rows for p in _row_problems(row, sources=sources, targets=targets)]
    if sum(len(row.steps) for row in rows) > MAX_STEPS:
        problems.append(Problem("", f"A mapping has at most {MAX_STEPS} steps."))
    return problems + list(_coverage_problems(rows, targets=targets))


def _coverage_problems(
    rows: Sequence[MappingRow], *, targets: Sequence[TargetSpec]
) -> Iterator[Problem]:
    mapped = [row.target for row in rows]
    for target in targets:
        if target.required and target.name not in mapped:
            sentence = f"{target.label} is required and nothing fills it."
            yield Problem(target.name, sentence, remedy="Add a row for it.")
        if mapped.count(target.name) > 1:
            sentence = f"{target.label} is filled {mapped.count(target.name)} times."
            yield Problem(target.name, sentence, remedy="Keep one row.")


def _row_problems(
    row: MappingRow, *, sources: Sequence[FieldSpec], targets: Sequence[TargetSpec]
) -> Iterator[Problem]:
    target = target_for(row.target, targets=targets)
    if target is None:
        sentence = f"This Sage company has no receipt field ‘{row.target}’."
        yield Problem(row.target, sentence, value=row.target, remedy="Choose a listed field.")
        return
    yield from _origin_problems(row, target=target, sources=sources)
    if len(row.steps) > MAX_STEPS_PER_ROW:
        yield Problem(row.target, f"{target.label} has more than {MAX_STEPS_PER_ROW} steps.")
        return
    yield from _step_problems(row, target=target, sources=sources)


def _origin_problems(
    row: MappingRow, *, target: TargetSpec, sources: Sequence[FieldSpec]
) -> Iterator[Problem]:
    if bool(row.source) == bool(row.constant):
        sentence = f"{target.label} needs either a field or a fixed text."
        yield Problem(row.target, sentence, remedy="Choose one of the two.")
    elif row.source and spec_for(row.source, fields=sources) is None:
        yield _unknown_field(row, row.source)
    elif is_too_long(row.constant):
        yield Problem(row.target, f"The fixed text of {target.label} is too long.")
    elif row.constant and not row.steps:
        problem = problem_with(row.constant, target=target)
        if problem:
            yield problem


def _step_problems(
    row: MappingRow, *, target: TargetSpec, sources: Sequence[FieldSpec]
) -> Iterator[Problem]:
    source = spec_for(row.source, fields=sources)
    current = source.type if source else FieldType.TEXT
    for number, step in enumerate(row.steps, start=1):
        where = f"{target.label}, step {number}"
        spec = STEPS.get(step.name)
        if spec is None:
            yield Problem(row.target, f"{where}: there is no step ‘{step.name}’.", step.name)
            return
        if spec.accepts is not current:
            yield Problem(
                row.target,
                f"{where}: ‘{spec.label}’ needs {_TYPE_WORDS[spec.accepts]}, "
                f"and gets {_TYPE_WORDS[current]}.",
                remedy="Move the step, or format the value first.",
            )
        current = spec.gives
        yield from _argument_problems(row, step, spec, where=where, sources=sources)


def _argument_problems(
    row: MappingRow, step: Step, spec: StepSpec, *, where: str, sources: Sequence[FieldSpec]
) -> Iterator[Problem]:
    for unknown in sorted(set(step.arguments) - {argument.name for argument in spec.arguments}):
        yield Problem(row.target, f"{where}: ‘{spec.label}’ has no argument ‘{unknown}’.", unknown)
    for argument in spec.arguments:
        text = step.arguments.get(argument.name)
        wrong = wrong_with(text, spec=argument)
        if wrong:
            yield Problem(row.target, f"{where}: {wrong}", value=text or "")
        elif argument.type is ArgumentType.FIELDS and text:
            for name in read_fields(text):
                if spec_for(name, fields=sources) is None:
                    yield _unknown_field(row, name)


def _unknown_field(row: MappingRow, name: str) -> Problem:
    sentence = f"There is no payment field called ‘{name}’."
    return Problem(row.target, sentence, value=name, remedy="Choose a listed field.")
