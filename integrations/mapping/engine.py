"""Fills the fields of a receipt from a payment, and shows how, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.canonical.fields import (
    PAYMENT_FIELDS,
    FieldSpec,
    FieldType,
    FieldValue,
    Record,
    spec_for,
)
from integrations.canonical.problems import Problem
from integrations.mapping.arguments import Arguments
from integrations.mapping.rows import (
    MAX_STEPS,
    MAX_STEPS_PER_ROW,
    MAX_TEXT_BYTES,
    MappingRow,
    Step,
    is_too_long,
)
from integrations.mapping.targets import RECEIPT_TARGETS, TargetSpec, problem_with, target_for
from integrations.mapping.transforms import STEPS, StepError, as_text


@dataclass(frozen=True)
class TraceLine:
    """One step as it went: its name in words, the value before, the value after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class MappingResult:
    """Values by target name; a target with a problem has no value."""

    values: Mapping[str, str]
    trace: Mapping[str, tuple[TraceLine, ...]]
    problems: tuple[Problem, ...]


def apply(
    rows: Sequence[MappingRow],
    record: Record,
    *,
    targets: Sequence[TargetSpec],
    sources: Sequence[FieldSpec] = PAYMENT_FIELDS,
) -> MappingResult:
    """Map one payment. Never raises for what a row or a value holds: it is a problem, told.

    A row past the limits is not run at all.
    """
    values: dict[str, str] = {}
    trace: dict[str, tuple[TraceLine, ...]] = {}
    problems: list[Problem] = []
    budget = MAX_STEPS
    for row in rows:
        budget -= len(row.steps)
        target = target_for(row.target, targets=targets)
        if target is None or budget < 0 or len(row.steps) > MAX_STEPS_PER_ROW:
            problems.append(_not_run(row, is_known=target is not None))
            continue
        lines: list[TraceLine] = []
        try:
            text = _run_row(row, record, sources=sources, lines=lines)
        except StepError as error:
            problems.append(_step_problem(row, target, error, lines))
        else:
            problem = problem_with(text, target=target)
            if problem:
                problems.append(problem)
            else:
                values[row.target] = text
        trace[row.target] = tuple(lines)
    problems += _unfilled(rows, targets=targets)
    return MappingResult(values, trace, tuple(problems))


def in_words(row: MappingRow, *, sources: Sequence[FieldSpec] = PAYMENT_FIELDS) -> str:
    """The row as a person reads it: `transaction id, then cut to length (length 10)`."""
    parts = [_origin_words(row, sources=sources), *(step_in_words(step) for step in row.steps)]
    return ", then ".join(parts)


def step_in_words(step: Step) -> str:
    """One step in words, with its arguments: `cut to length (length 10)`."""
    spec = STEPS.get(step.name)
    if spec is None:
        return f"unknown step ‘{step.name}’"
    label = spec.label[:1].lower() + spec.label[1:]
    given = [
        f"{argument.label.lower()} ‘{' / '.join(step.arguments[argument.name].splitlines())}’"
        for argument in spec.arguments
        if step.arguments.get(argument.name)
    ]
    return f"{label} ({', '.join(given)})" if given else label


def defaults(targets: Sequence[TargetSpec] = RECEIPT_TARGETS) -> tuple[MappingRow, ...]:
    """The mapping a new environment starts with, cut to the widths of its Sage company."""
    rows: list[MappingRow] = []
    for target in targets:
        width = {"length": str(min(target.width, 255))}
        if target.name == "reference":
            rows.append(MappingRow("reference", "transaction_id", "", (Step("last", width),)))
        elif target.name == "check_number":
            first = Step("first_of", {"fields": "approval_code"})
            rows.append(
                MappingRow("check_number", "last_four", "", (first, Step("truncate", width)))
            )
        elif target.name == "comment":
            names = {"fields": "transaction_id,card_brand,last_four", "separator": " "}
            steps = (Step("concatenate", names), Step("truncate", width))
            rows.append(MappingRow("comment", "", "PayTrace", steps))
        elif target.name == "payment_type":
            table = Step("lookup", {"table": "card=C\nach=A"})
            rows.append(MappingRow("payment_type", "method", "", (table,)))
    return tuple(rows)


def _run_row(
    row: MappingRow, record: Record, *, sources: Sequence[FieldSpec], lines: list[TraceLine]
) -> str:
    value: FieldValue = record.get(row.source, "") if row.source else row.constant
    lines.append(TraceLine(_origin_words(row, sources=sources), "", as_text(value)))
    _check_length(value)
    for step in row.steps:
        value = _run_step(step, value, record, lines=lines)
    return as_text(value)


def _run_step(
    step: Step, value: FieldValue, record: Record, *, lines: list[TraceLine]
) -> FieldValue:
    spec = STEPS.get(step.name)
    if spec is None:
        raise StepError(f"There is no step ‘{step.name}’.", remedy="Remove it.")
    # Nothing to format: an unsettled payment has no settled date.
    if value == "" and spec.accepts is not FieldType.TEXT:
        return value
    try:
        after = spec.run(value, Arguments(step, record))
    except ValueError as error:
        raise StepError(str(error), remedy=f"Correct the step ‘{spec.label}’.") from error
    _check_length(after)
    lines.append(TraceLine(step_in_words(step), as_text(value), as_text(after)))
    return after


def _check_length(value: FieldValue) -> None:
    if isinstance(value, str) and is_too_long(value):
        raise StepError(
            f"The value is longer than {MAX_TEXT_BYTES} bytes.", remedy="Cut it to length earlier."
        )


def _origin_words(row: MappingRow, *, sources: Sequence[FieldSpec]) -> str:
    if not row.source:
        return f"the text ‘{row.constant}’"
    spec = spec_for(row.source, fields=sources)
    return spec.in_sentence if spec else f"unknown field ‘{row.source}’"


def _step_problem(
    row: MappingRow, target: TargetSpec, error: StepError, lines: Sequence[TraceLine]
) -> Problem:
    return Problem(
        field=row.target,
        sentence=f"{target.label}: {error}",
        value=lines[-1].after[:200] if lines else "",
        rule=f"{target.label} is {in_words(row)}.",
        remedy=error.remedy,
    )


def _not_run(row: MappingRow, *, is_known: bool) -> Problem:
    if not is_known:
        sentence = f"This Sage company has no receipt field ‘{row.target}’."
        return Problem(row.target, sentence, value=row.target, remedy="Choose a listed field.")
    rule = f"At most {MAX_STEPS_PER_ROW} steps in a row and {MAX_STEPS} in all."
    return Problem(row.target, "The row has too many steps.", rule=rule, remedy="Remove some.")


def _unfilled(rows: Sequence[MappingRow], *, targets: Sequence[TargetSpec]) -> list[Problem]:
    mapped = {row.target for row in rows}
    return [
        Problem(
            target.name, f"{target.label} is required and nothing fills it.", remedy="Add a row."
        )
        for target in targets
        if target.required and target.name not in mapped
    ]
