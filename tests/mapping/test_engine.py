from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.canonical.fields import PAYMENT_FIELDS, record_of
from integrations.canonical.problems import Problem
from integrations.mapping.checks import validate
from integrations.mapping.engine import MappingResult, TraceLine, apply, defaults, in_words
from integrations.mapping.rows import MappingRow, Step, from_json, to_json
from integrations.mapping.targets import RECEIPT_TARGETS, TargetSpec
from integrations.mapping.transforms import STEPS
from tests.canonical.payments import payment

RECORD = record_of(payment(card_brand="Visa", last_four="5454", approval_code="TAS123"), zone="UTC")


def test_the_default_mapping_fills_a_receipt_and_shows_how() -> None:
    assert apply(defaults(), RECORD, targets=RECEIPT_TARGETS) == MappingResult(
        values={
            "reference": "79388123",
            "check_number": "5454",
            "comment": "PayTrace 79388123 Visa 5454",
            "payment_type": "C",
        },
        trace={
            "reference": (
                TraceLine("transaction id", "", "79388123"),
                TraceLine("last characters (length ‘10’)", "79388123", "79388123"),
            ),
            "check_number": (
                TraceLine("last four", "", "5454"),
                TraceLine("first filled of (fields ‘approval_code’)", "5454", "5454"),
                TraceLine("cut to length (length ‘10’)", "5454", "5454"),
            ),
            "comment": (
                TraceLine("the text ‘PayTrace’", "", "PayTrace"),
                TraceLine(
                    "join fields (fields ‘transaction_id,card_brand,last_four’, separator ‘ ’)",
                    "PayTrace",
                    "PayTrace 79388123 Visa 5454",
                ),
                TraceLine(
                    "cut to length (length ‘65’)",
                    "PayTrace 79388123 Visa 5454",
                    "PayTrace 79388123 Visa 5454",
                ),
            ),
            "payment_type": (
                TraceLine("method", "", "card"),
                TraceLine("look up in table (table ‘card=C / ach=A’)", "card", "C"),
            ),
        },
        problems=(),
    )


def test_without_a_last_four_the_approval_code_is_the_check_number() -> None:
    record = record_of(payment(approval_code="TAS123"), zone="UTC")
    assert apply(defaults(), record, targets=RECEIPT_TARGETS).values["check_number"] == "TAS123"


@given(width=st.integers(1, 80), transaction_id=st.text("0123456789abcdef-", min_size=1))
def test_the_default_mapping_is_valid_and_fits_any_company(width: int, transaction_id: str) -> None:
    targets = tuple(TargetSpec(t.name, t.label, width) for t in RECEIPT_TARGETS)
    rows = defaults(targets)
    assert validate(rows, sources=PAYMENT_FIELDS, targets=targets) == []
    record = record_of(payment(transaction_id=transaction_id), zone="UTC")
    result = apply(rows, record, targets=targets)
    assert result.problems == ()
    assert all(len(text) <= width for text in result.values.values())


NARROW = (TargetSpec("comment", "Comment", 5, required=True),)


def row(constant: str) -> MappingRow:
    return MappingRow("comment", constant=constant)


@pytest.mark.parametrize(
    ("mapping_row", "problem"),
    [
        (
            row("toolong"),
            Problem(
                "comment",
                "Comment has 7 characters; Sage holds 5.",
                "toolong",
                "Comment has at most 5 characters.",
                "Add the step ‘Cut to length’ with 5.",
            ),
        ),
        (
            row("a😀"),
            Problem(
                "comment",
                "Comment holds ‘😀’, which Sage cannot store.",
                "a😀",
                "The company's code page is cp1252.",
                "Add the step ‘Keep letters and digits’ or ‘Replace’.",
            ),
        ),
        (
            row("a\nb"),
            Problem(
                "comment",
                "Comment holds a line break or another control character.",
                "a\nb",
                "A Sage field holds one line of plain text.",
                "Add the step ‘Tidy spaces’.",
            ),
        ),
        (
            MappingRow("comment", source="message"),
            Problem(
                "comment",
                "Comment is empty.",
                "",
                "Comment is required.",
                "Add the step ‘First filled of’ or ‘Text when empty’.",
            ),
        ),
        (
            MappingRow("colour", source="message"),
            Problem(
                "colour",
                "This Sage company has no receipt field ‘colour’.",
                "colour",
                "",
                "Choose a listed field.",
            ),
        ),
        (
            MappingRow("comment", source="message", steps=(Step("trim"),) * 21),
            Problem(
                "comment",
                "The row has too many steps.",
                "",
                "At most 20 steps in a row and 1000 in all.",
                "Remove some.",
            ),
        ),
        (
            MappingRow("comment", source="method", steps=(Step("lookup", {"table": "ach=A"}),)),
            Problem(
                "comment",
                "Comment: ‘card’ is not in the lookup table.",
                "card",
                "Comment is method, then look up in table (table ‘ach=A’).",
                "Add it to the table, or set a default.",
            ),
        ),
    ],
)
def test_what_sage_cannot_hold_names_field_value_rule_and_remedy(
    mapping_row: MappingRow, problem: Problem
) -> None:
    result = apply([mapping_row], RECORD, targets=NARROW)
    assert result.values == {}
    assert result.problems[0] == problem


def test_an_accent_of_the_code_page_fits_and_is_one_character() -> None:
    assert apply([row("Café")], RECORD, targets=NARROW).values == {"comment": "Café"}


def test_a_required_target_without_a_row_is_told() -> None:
    result = apply([], RECORD, targets=NARROW)
    assert [problem.sentence for problem in result.problems] == [
        "Comment is required and nothing fills it."
    ]


def test_steps_past_a_thousand_are_not_run() -> None:
    rows = [MappingRow("comment", "method", "", (Step("upper"),) * 20)] * 51
    result = apply(rows, RECORD, targets=NARROW)
    assert [problem.sentence for problem in result.problems] == ["The row has too many steps."]
    assert validate(rows, sources=PAYMENT_FIELDS, targets=NARROW)[0].sentence == (
        "A mapping has at most 1000 steps."
    )


def steps(*given_steps: Step, source: str = "method") -> list[MappingRow]:
    return [MappingRow("comment", source, "", given_steps)]


@pytest.mark.parametrize(
    ("rows", "sentences"),
    [
        ([row("ok")], []),
        ([], ["Comment is required and nothing fills it."]),
        ([row("ok"), row("no")], ["Comment is filled 2 times."]),
        ([row("toolong")], ["Comment has 7 characters; Sage holds 5."]),
        ([row("x" * 3000)], ["The fixed text of Comment is too long."]),
        ([row("")], ["Comment needs either a field or a fixed text."]),
        (
            [MappingRow("comment", "method", "both")],
            ["Comment needs either a field or a fixed text."],
        ),
        ([MappingRow("comment", "amout")], ["There is no payment field called ‘amout’."]),
        ([MappingRow("comment", "discretionary.po")], []),
        (
            [row("ok"), MappingRow("colour", "method")],
            ["This Sage company has no receipt field ‘colour’."],
        ),
        (steps(Step("eval")), ["Comment, step 1: there is no step ‘eval’."]),
        (
            steps(Step("trim"), source="amount"),
            ["Comment, step 1: ‘Trim’ needs a text, and gets an amount."],
        ),
        (
            steps(
                Step("number_format", {"decimals": "2", "thousands": "no"}),
                Step("absolute"),
                source="amount",
            ),
            ["Comment, step 2: ‘Absolute value’ needs an amount, and gets a text."],
        ),
        (steps(Step("truncate")), ["Comment, step 1: Length is missing."]),
        (
            steps(Step("truncate", {"length": "0"})),
            ["Comment, step 1: Length is a whole number from 1 to 255."],
        ),
        (
            steps(Step("truncate", {"length": "1e3"})),
            ["Comment, step 1: ‘1e3’ is not a whole number from 0 to 255."],
        ),
        (
            steps(Step("trim", {"code": "x"})),
            ["Comment, step 1: ‘Trim’ has no argument ‘code’."],
        ),
        (
            steps(Step("first_of", {"fields": "method,nothing"})),
            ["There is no payment field called ‘nothing’."],
        ),
        (steps(Step("first_of", {"fields": ","})), ["Comment, step 1: Choose 1 to 100 fields."]),
        (
            steps(Step("lookup", {"table": "a=1\nA=2"})),
            ["Comment, step 1: ‘A’ stands twice in the table."],
        ),
        (
            steps(Step("lookup", {"table": "Visa"})),
            ["Comment, step 1: ‘Visa’ is not a line such as Visa=VI."],
        ),
        (
            steps(Step("date_format", {"format": "%Y"}), source="created_date"),
            [
                (
                    "Comment, step 1: Format is one of MM/DD/YYYY, MM/DD/YY, YYYY-MM-DD, YYYYMMDD, "
                    "MMDDYY, MMDDYYYY, DD/MM/YYYY, DD.MM.YYYY."
                )
            ],
        ),
        (
            steps(Step("multiply", {"factor": "1e9"}), source="amount"),
            ["Comment, step 1: ‘1e9’ is not a number such as 1.0837."],
        ),
        (
            steps(Step("round", {"decimals": "5"}), source="amount"),
            ["Comment, step 1: Decimals is a whole number from 0 to 4."],
        ),
        (
            steps(Step("when_empty", {"text": "x" * 3000})),
            ["Comment, step 1: Text is too long."],
        ),
        (steps(*[Step("trim")] * 21), ["Comment has more than 20 steps."]),
    ],
)
def test_a_mapping_is_refused_in_sentences_before_it_is_published(
    rows: list[MappingRow], sentences: list[str]
) -> None:
    problems = validate(rows, sources=PAYMENT_FIELDS, targets=NARROW)
    assert [problem.sentence for problem in problems] == sentences


def test_a_row_reads_as_a_sentence() -> None:
    rows = [*defaults()[:1], MappingRow("comment", "no", "", (Step("odd"), Step("trim")))]
    assert [in_words(mapping_row) for mapping_row in rows] == [
        "transaction id, then last characters (length ‘10’)",
        "unknown field ‘no’, then unknown step ‘odd’, then trim",
    ]


TEXTS = st.text(max_size=20)
STEP = st.builds(
    Step,
    name=st.sampled_from([*STEPS, "odd"]),
    arguments=st.dictionaries(
        st.sampled_from(
            ["length", "with", "find", "from", "for", "fields", "separator", "text", "table",
             "default", "decimals", "thousands", "factor", "format", "yes", "no"]
        ),
        TEXTS | st.sampled_from(["1", "3", "250", "yes", "a=b", "amount,method", "MMDDYY", "-1.5"]),
    ),
)  # fmt: skip
ROW = st.builds(
    MappingRow,
    target=st.sampled_from(["reference", "comment", "payment_type", "odd"]),
    source=st.sampled_from(["", "odd", *RECORD]),
    constant=TEXTS,
    steps=st.lists(STEP, max_size=6).map(tuple),
)
ROWS = st.lists(ROW, max_size=5)


@given(rows=ROWS)
def test_rows_survive_json(rows: list[MappingRow]) -> None:
    assert from_json(json.loads(json.dumps(to_json(rows)))) == tuple(rows)


@given(rows=ROWS)
def test_whatever_stands_in_a_mapping_nothing_reaches_sage_that_does_not_fit(
    rows: list[MappingRow],
) -> None:
    result = apply(rows, RECORD, targets=RECEIPT_TARGETS)
    widths = {target.name: target.width for target in RECEIPT_TARGETS}
    assert all(len(text.encode("cp1252")) <= widths[name] for name, text in result.values.items())
    assert all(problem.sentence and problem.field for problem in result.problems)
    assert apply(rows, RECORD, targets=RECEIPT_TARGETS) == result
    validate(rows, sources=PAYMENT_FIELDS, targets=RECEIPT_TARGETS)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        "rows",
        [1],
        [{}],
        [{"target": 1}],
        [{"target": "a", "code": "x"}],
        [{"target": "a", "steps": {}}],
        [{"target": "a", "steps": [1]}],
        [{"target": "a", "steps": [{"name": "trim", "arguments": []}]}],
        [{"target": "a", "steps": [{"name": "trim", "arguments": {"n": 1}}]}],
        [{"target": "a", "constant": "x" * 2049}],
        [{"target": "a", "steps": [{"name": "trim"}] * 21}],
        [{"target": "a"}] * 101,
    ],
)
def test_json_that_is_no_mapping_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        from_json(data)
