"""Closed, typed conditions over a flat record: a field, an operator, values. No language.

Everything a person can say is in `ALLOWED_OPERATORS`; the evaluator is a walk over it. Text is
compared without regard to case or outer spaces. `not_equals` is exactly the opposite of `equals`,
so it holds for an empty field; every other comparison with an empty field does not hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from integrations.canonical.fields import FieldSpec, FieldType, FieldValue, Record, spec_for
from integrations.canonical.problems import Problem

# A list longer than this belongs in a lookup table; the bound keeps one rule readable.
MAX_VALUES = 100
MAX_VALUE_LENGTH = 255

_AMOUNT = re.compile(r"-?(\d{1,12}|\d{1,3}(,\d{3}){1,3})(\.\d{1,4})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Operator(StrEnum):
    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IS_ONE_OF = "is_one_of"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    CONTAINS = "contains"
    GREATER_THAN = "greater_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    BETWEEN = "between"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"


_EMPTINESS = (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY)
_ORDERED = (
    Operator.EQUALS,
    Operator.NOT_EQUALS,
    Operator.IS_ONE_OF,
    Operator.GREATER_THAN,
    Operator.AT_LEAST,
    Operator.LESS_THAN,
    Operator.AT_MOST,
    Operator.BETWEEN,
    *_EMPTINESS,
)

ALLOWED_OPERATORS: Mapping[FieldType, tuple[Operator, ...]] = {
    FieldType.TEXT: (
        Operator.EQUALS,
        Operator.NOT_EQUALS,
        Operator.IS_ONE_OF,
        Operator.STARTS_WITH,
        Operator.ENDS_WITH,
        Operator.CONTAINS,
        *_EMPTINESS,
    ),
    FieldType.AMOUNT: _ORDERED,
    FieldType.DATE: _ORDERED,
    FieldType.YES_NO: (Operator.EQUALS, Operator.NOT_EQUALS, *_EMPTINESS),
}

OPERATOR_WORDS: Mapping[Operator, str] = {
    Operator.EQUALS: "is",
    Operator.NOT_EQUALS: "is not",
    Operator.IS_ONE_OF: "is one of",
    Operator.STARTS_WITH: "starts with",
    Operator.ENDS_WITH: "ends with",
    Operator.CONTAINS: "contains",
    Operator.GREATER_THAN: "is more than",
    Operator.AT_LEAST: "is at least",
    Operator.LESS_THAN: "is less than",
    Operator.AT_MOST: "is at most",
    Operator.BETWEEN: "is between",
    Operator.IS_EMPTY: "is empty",
    Operator.IS_NOT_EMPTY: "is not empty",
}

_DATE_WORDS: Mapping[Operator, str] = {
    Operator.GREATER_THAN: "is after",
    Operator.AT_LEAST: "is on or after",
    Operator.LESS_THAN: "is before",
    Operator.AT_MOST: "is on or before",
}


class InvalidConditionError(ValueError):
    """The condition cannot be evaluated; `validate` says why, field by field."""


@dataclass(frozen=True)
class Condition:
    """`field operator values`. Values are text: 1000.00, 2026-01-31, yes or no."""

    field: str
    operator: Operator
    values: tuple[str, ...] = ()


def parse_value(text: str, *, type: FieldType) -> FieldValue:  # noqa: A002 - the trade's word
    """The typed value a person wrote. Raises ValueError with a sentence when it is not one."""
    cleaned = text.strip()
    if type is FieldType.AMOUNT:
        return _parse_amount(cleaned)
    if type is FieldType.DATE:
        return _parse_date(cleaned)
    if type is FieldType.YES_NO:
        return _parse_yes_no(cleaned)
    return _fold(cleaned)


def holds(condition: Condition, record: Record, *, fields: Sequence[FieldSpec]) -> bool:
    """Whether the record meets the condition. Raises InvalidConditionError if it is not valid."""
    problems = validate(condition, fields=fields)
    spec = spec_for(condition.field, fields=fields)
    if problems or spec is None:
        raise InvalidConditionError(problems[0].sentence)
    value = _value_of(record.get(condition.field, ""), type=spec.type)
    if condition.operator is Operator.IS_EMPTY:
        return value is None
    if condition.operator is Operator.IS_NOT_EMPTY:
        return value is not None
    if value is None:
        return condition.operator is Operator.NOT_EQUALS
    wanted = [parse_value(text, type=spec.type) for text in condition.values]
    if spec.type is FieldType.TEXT:
        return _TEXT_TESTS[condition.operator](str(value), [str(text) for text in wanted])
    return _ORDER_TESTS[condition.operator](_ranks([value]), _ranks(wanted))


def validate(condition: Condition, *, fields: Sequence[FieldSpec]) -> list[Problem]:
    """Everything wrong with the condition, in sentences; empty when it can be evaluated."""
    spec = spec_for(condition.field, fields=fields)
    if spec is None:
        return [
            Problem(
                field=condition.field,
                sentence=f"There is no field called ‘{condition.field}’.",
                value=condition.field,
                remedy="Choose one of the listed fields.",
            )
        ]
    if condition.operator not in ALLOWED_OPERATORS[spec.type]:
        words = OPERATOR_WORDS[condition.operator]
        return [_problem(spec, f"‘{words}’ cannot be asked of {spec.in_sentence}.")]
    return _count_problems(condition, spec) or _value_problems(condition, spec)


def in_words(condition: Condition, *, fields: Sequence[FieldSpec]) -> str:
    """The condition as a person reads it: `amount is at least 1,000.00`."""
    spec = spec_for(condition.field, fields=fields)
    if spec is None:
        return f"unknown field ‘{condition.field}’ {OPERATOR_WORDS[condition.operator]}"
    words = OPERATOR_WORDS[condition.operator]
    if spec.type is FieldType.DATE:
        words = _DATE_WORDS.get(condition.operator, words)
    values = [_show_written(text, type=spec.type) for text in condition.values]
    joiner = " and " if condition.operator is Operator.BETWEEN else ", "
    return " ".join(part for part in (spec.in_sentence, words, joiner.join(values)) if part)


def value_in_words(name: str, record: Record, *, fields: Sequence[FieldSpec]) -> str:
    """What the record holds, as a person reads it: `card brand is ‘Amex’`, `… is empty`."""
    spec = spec_for(name, fields=fields)
    label = spec.in_sentence if spec else name
    value = record.get(name, "")
    shown = "empty" if _is_blank(value) else show_value(value)
    return f"{label} is {shown}"


def show_value(value: FieldValue) -> str:
    """A typed value for a sentence: `1,000.00`, `2026-01-31`, `yes`, `‘Visa’`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        places = max(2, -int(value.as_tuple().exponent)) if value.is_finite() else 2
        return f"{value:,.{places}f}"
    return value.isoformat() if isinstance(value, date) else f"‘{value}’"


def _show_written(text: str, *, type: FieldType) -> str:  # noqa: A002
    if type is FieldType.TEXT:
        return f"‘{text.strip()}’"
    try:
        return show_value(parse_value(text, type=type))
    except ValueError:
        return f"‘{text}’"


def _parse_amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"‘{text}’ is not an amount such as 1,000.00.")
    return Decimal(text.replace(",", ""))


def _parse_date(text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"‘{text}’ is not a date such as 2026-01-31.")


def _parse_yes_no(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        raise ValueError(f"‘{text}’ is not yes or no.")
    return text.lower() == "yes"


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _is_blank(value: FieldValue) -> bool:
    return isinstance(value, str) and not value.strip()


def _value_of(value: FieldValue, *, type: FieldType) -> FieldValue | None:  # noqa: A002
    """The record's value as its type, None when empty. A text is read as a person's value is."""
    if _is_blank(value):
        return None
    if isinstance(value, str):
        try:
            return parse_value(value, type=type)
        except ValueError as error:
            raise InvalidConditionError(str(error)) from error
    return _fold(show_value(value)) if type is FieldType.TEXT else value


def _ranks(values: Sequence[FieldValue]) -> list[Decimal]:
    """Amounts, dates and yes/no as numbers of one kind, so that one set of tests serves all."""
    return [
        Decimal(value.toordinal()) if isinstance(value, date) else Decimal(value)
        for value in values
    ]


_TEXT_TESTS: Mapping[Operator, Callable[[str, list[str]], bool]] = {
    Operator.EQUALS: lambda value, wanted: value == wanted[0],
    Operator.NOT_EQUALS: lambda value, wanted: value != wanted[0],
    Operator.IS_ONE_OF: lambda value, wanted: value in wanted,
    Operator.STARTS_WITH: lambda value, wanted: value.startswith(wanted[0]),
    Operator.ENDS_WITH: lambda value, wanted: value.endswith(wanted[0]),
    Operator.CONTAINS: lambda value, wanted: wanted[0] in value,
}

_ORDER_TESTS: Mapping[Operator, Callable[[list[Decimal], list[Decimal]], bool]] = {
    Operator.EQUALS: lambda value, wanted: value[0] == wanted[0],
    Operator.NOT_EQUALS: lambda value, wanted: value[0] != wanted[0],
    Operator.IS_ONE_OF: lambda value, wanted: value[0] in wanted,
    Operator.GREATER_THAN: lambda value, wanted: value[0] > wanted[0],
    Operator.AT_LEAST: lambda value, wanted: value[0] >= wanted[0],
    Operator.LESS_THAN: lambda value, wanted: value[0] < wanted[0],
    Operator.AT_MOST: lambda value, wanted: value[0] <= wanted[0],
    Operator.BETWEEN: lambda value, wanted: wanted[0] <= value[0] <= wanted[1],
}


def _problem(spec: FieldSpec, sentence: str, *, value: str = "", remedy: str = "") -> Problem:
    return Problem(field=spec.name, sentence=sentence, value=value, remedy=remedy)


def _count_problems(condition: Condition, spec: FieldSpec) -> list[Problem]:
    words = OPERATOR_WORDS[condition.operator]
    count = len(condition.values)
    if condition.operator in _EMPTINESS:
        return [_problem(spec, f"‘{words}’ takes no value.")] if count else []
    if condition.operator is Operator.BETWEEN:
        return [] if count == 2 else [_problem(spec, "‘is between’ takes two values.")]
    if condition.operator is Operator.IS_ONE_OF:
        if 1 <= count <= MAX_VALUES:
            return []
        return [_problem(spec, f"‘is one of’ takes 1 to {MAX_VALUES} values.")]
    return [] if count == 1 else [_problem(spec, f"‘{words}’ takes one value.")]


def _value_problems(condition: Condition, spec: FieldSpec) -> list[Problem]:
    problems: list[Problem] = []
    parsed: list[FieldValue] = []
    for text in condition.values:
        if not text.strip():
            problems.append(_problem(spec, "A value is blank.", remedy="Use ‘is empty’ for that."))
        elif len(text) > MAX_VALUE_LENGTH:
            limit = f"A value has at most {MAX_VALUE_LENGTH} characters."
            problems.append(_problem(spec, limit, value=text[:40]))
        else:
            try:
                parsed.append(parse_value(text, type=spec.type))
            except ValueError as error:
                problems.append(_problem(spec, str(error), value=text))
    if not problems and condition.operator is Operator.BETWEEN:
        low, high = _ranks(parsed)
        if low > high:
            problems.append(_problem(spec, "The first value of ‘is between’ is above the second."))
    return problems
