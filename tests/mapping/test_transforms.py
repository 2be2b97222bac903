from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.fields import FieldValue
from integrations.mapping.engine import apply
from integrations.mapping.rows import MappingRow, Step
from integrations.mapping.targets import TargetSpec
from integrations.mapping.transforms import STEPS

WIDE = (TargetSpec("comment", "Comment", 2000),)
RECORD: dict[str, FieldValue] = {
    "description": " Acme  Tools ",
    "amount": Decimal("1234.565"),
    "created_date": date(2026, 1, 5),
    "settled": True,
    "settled_date": "",
    "message": "",
    "method": "card",
    "last_four": "5454",
    "approval_code": "TAS-123",
}


def mapped(source: str, *steps: Step) -> str:
    result = apply([MappingRow("comment", source, "", steps)], RECORD, targets=WIDE)
    assert result.problems == ()
    return result.values["comment"]


def refused(source: str, *steps: Step) -> str:
    result = apply([MappingRow("comment", source, "", steps)], RECORD, targets=WIDE)
    assert result.values == {}
    return result.problems[0].sentence


@pytest.mark.parametrize(
    ("source", "name", "arguments", "after"),
    [
        ("description", "trim", {}, "Acme  Tools"),
        ("description", "tidy_spaces", {}, "Acme Tools"),
        ("description", "upper", {}, " ACME  TOOLS "),
        ("description", "lower", {}, " acme  tools "),
        ("method", "title", {}, "Card"),
        ("approval_code", "replace", {"find": "-", "with": "/"}, "TAS/123"),
        ("approval_code", "replace", {"find": "-"}, "TAS123"),
        ("approval_code", "substring", {"from": "5", "for": "2"}, "12"),
        ("approval_code", "substring", {"from": "5", "for": "99"}, "123"),
        ("approval_code", "substring", {"from": "99", "for": "1"}, ""),
        ("approval_code", "last", {"length": "3"}, "123"),
        ("approval_code", "last", {"length": "99"}, "TAS-123"),
        ("approval_code", "truncate", {"length": "3"}, "TAS"),
        ("last_four", "pad_left", {"length": "6", "with": "0"}, "005454"),
        ("last_four", "pad_left", {"length": "6"}, "  5454"),
        ("last_four", "pad_left", {"length": "2", "with": "0"}, "5454"),
        ("last_four", "pad_right", {"length": "6", "with": "."}, "5454.."),
        ("approval_code", "keep_digits", {}, "123"),
        ("approval_code", "keep_alphanumeric", {}, "TAS123"),
        ("message", "first_of", {"fields": "settled_date, last_four"}, "5454"),
        ("method", "first_of", {"fields": "last_four"}, "card"),
        (
            "method",
            "concatenate",
            {"fields": "message,last_four,created_date", "separator": "/"},
            "card/5454/2026-01-05",
        ),
        ("method", "concatenate", {"fields": "last_four"}, "card5454"),
        ("message", "when_empty", {"text": "none"}, "none"),
        ("method", "when_empty", {"text": "none"}, "card"),
        ("method", "lookup", {"table": "ACH=A\nCard = C\n"}, "C"),
        ("method", "lookup", {"table": "ach=A", "default": "O"}, "O"),
        ("method", "lookup", {"table": "card=", "default": "O"}, ""),
        ("amount", "number_format", {"decimals": "2", "thousands": "yes"}, "1,234.57"),
        ("amount", "number_format", {"decimals": "2", "thousands": "no"}, "1234.57"),
        ("amount", "number_format", {"decimals": "0", "thousands": "no"}, "1235"),
        ("amount", "round", {"decimals": "2"}, "1234.57"),
        ("amount", "multiply", {"factor": "-1"}, "-1234.565"),
        ("amount", "absolute", {}, "1234.565"),
        ("created_date", "date_format", {"format": "MM/DD/YYYY"}, "01/05/2026"),
        ("created_date", "date_format", {"format": "MM/DD/YY"}, "01/05/26"),
        ("created_date", "date_format", {"format": "YYYY-MM-DD"}, "2026-01-05"),
        ("created_date", "date_format", {"format": "YYYYMMDD"}, "20260105"),
        ("created_date", "date_format", {"format": "MMDDYY"}, "010526"),
        ("created_date", "date_format", {"format": "MMDDYYYY"}, "01052026"),
        ("created_date", "date_format", {"format": "DD/MM/YYYY"}, "05/01/2026"),
        ("created_date", "date_format", {"format": "DD.MM.YYYY"}, "05.01.2026"),
        ("settled_date", "date_format", {"format": "MMDDYY"}, ""),
        ("settled", "yes_no_text", {"yes": "S", "no": "P"}, "S"),
    ],
)
def test_each_step_does_what_its_name_says(
    source: str, name: str, arguments: dict[str, str], after: str
) -> None:
    assert mapped(source, Step(name, arguments)) == after


def test_a_step_that_is_never_tried_here_does_not_exist() -> None:
    tried = test_each_step_does_what_its_name_says.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {case[1] for case in tried} == set(STEPS)


@pytest.mark.parametrize(
    ("source", "step", "sentence"),
    [
        ("amount", Step("trim"), "Comment: ‘Trim’ works on text."),
        ("method", Step("round", {"decimals": "2"}), "Comment: ‘Round’ works on an amount."),
        ("method", Step("date_format", {}), "Comment: ‘Date format’ works on a date."),
        ("method", Step("yes_no_text", {}), "Comment: ‘Yes/no text’ works on a yes/no."),
        (
            "method",
            Step("lookup", {"table": "ach=A"}),
            "Comment: ‘card’ is not in the lookup table.",
        ),
        (
            "amount",
            Step("multiply", {"factor": "999999.99999999"}),
            "",
        ),
        (
            "method",
            Step("truncate", {"length": "many"}),
            "Comment: ‘many’ is not a whole number from 0 to 255.",
        ),
        ("method", Step("eval", {}), "Comment: There is no step ‘eval’."),
    ],
)
def test_a_step_that_cannot_work_is_a_problem_not_a_crash(
    source: str, step: Step, sentence: str
) -> None:
    if sentence:
        assert refused(source, step) == sentence
    else:
        assert refused(source, step, step) == "Comment: The product is too large to be an amount."


def test_text_with_braces_and_percents_is_just_text() -> None:
    hostile = "{0.__class__} %s %(x)s ${y} {{7*7}}"
    step = Step("when_empty", {"text": hostile})
    assert mapped("message", step) == hostile


def test_replacing_cannot_grow_a_value_without_bound() -> None:
    grow = Step("replace", {"find": "5", "with": "5" * 1000})
    assert refused("last_four", grow, grow) == "Comment: The value is longer than 2048 bytes."
