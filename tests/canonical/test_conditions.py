from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.canonical.conditions import (
    ALLOWED_OPERATORS,
    Condition,
    InvalidConditionError,
    Operator,
    holds,
    in_words,
    validate,
    value_in_words,
)
from integrations.canonical.fields import PAYMENT_FIELDS, FieldType, FieldValue, spec_for

RECORD: dict[str, FieldValue] = {
    "card_brand": "Visa",
    "amount": Decimal("1000.00"),
    "created_date": date(2026, 1, 31),
    "settled": True,
    "message": "",
    "discretionary.region": "Straße",
    "batch_number": "7",
}


def said(field: str, operator: str, *values: str) -> Condition:
    return Condition(field, Operator(operator), values)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (said("card_brand", "equals", "VISA"), True),
        (said("card_brand", "equals", " visa "), True),
        (said("card_brand", "equals", "Vis"), False),
        (said("card_brand", "not_equals", "Amex"), True),
        (said("card_brand", "not_equals", "visa"), False),
        (said("card_brand", "is_one_of", "Amex", "visa"), True),
        (said("card_brand", "is_one_of", "Amex"), False),
        (said("card_brand", "starts_with", "vi"), True),
        (said("card_brand", "starts_with", "sa"), False),
        (said("card_brand", "ends_with", "SA"), True),
        (said("card_brand", "contains", "is"), True),
        (said("card_brand", "contains", "x"), False),
        (said("card_brand", "is_empty"), False),
        (said("card_brand", "is_not_empty"), True),
        (said("message", "is_empty"), True),
        (said("message", "is_not_empty"), False),
        (said("message", "equals", "x"), False),
        (said("message", "not_equals", "x"), True),
        (said("message", "contains", "x"), False),
        (said("approval_code", "is_empty"), True),
        (said("discretionary.region", "equals", "STRASSE"), True),
        (said("discretionary.other", "is_empty"), True),
        (said("amount", "equals", "1,000.00"), True),
        (said("amount", "equals", "1000"), True),
        (said("amount", "not_equals", "1000.01"), True),
        (said("amount", "is_one_of", "1", "1000.0"), True),
        (said("amount", "greater_than", "1000"), False),
        (said("amount", "greater_than", "999.99"), True),
        (said("amount", "at_least", "1000"), True),
        (said("amount", "less_than", "1000"), False),
        (said("amount", "less_than", "1000.01"), True),
        (said("amount", "at_most", "1000"), True),
        (said("amount", "between", "1000", "2000"), True),
        (said("amount", "between", "1", "1000"), True),
        (said("amount", "between", "1000.01", "2000"), False),
        (said("created_date", "at_least", "2026-01-31"), True),
        (said("created_date", "greater_than", "2026-01-31"), False),
        (said("created_date", "between", "2026-01-01", "2026-01-31"), True),
        (said("settled_date", "is_empty"), True),
        (said("settled_date", "at_most", "2030-01-01"), False),
        (said("settled", "equals", "Yes"), True),
        (said("settled", "not_equals", "yes"), False),
        (said("settled", "equals", "no"), False),
    ],
)
def test_each_operator_holds_where_an_accountant_says_so(
    *, condition: Condition, expected: bool
) -> None:
    assert validate(condition, fields=PAYMENT_FIELDS) == []
    assert holds(condition, RECORD, fields=PAYMENT_FIELDS) is expected


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (said("amout", "equals", "1"), "There is no field called ‘amout’."),
        (said("amount", "contains", "1"), "‘contains’ cannot be asked of amount."),
        (said("card_brand", "at_least", "1"), "‘is at least’ cannot be asked of card brand."),
        (said("settled", "between", "yes", "no"), "‘is between’ cannot be asked of settled."),
        (said("amount", "equals"), "‘is’ takes one value."),
        (said("amount", "equals", "1", "2"), "‘is’ takes one value."),
        (said("amount", "between", "1"), "‘is between’ takes two values."),
        (
            said("amount", "between", "2", "1"),
            "The first value of ‘is between’ is above the second.",
        ),
        (said("card_brand", "is_empty", "x"), "‘is empty’ takes no value."),
        (said("card_brand", "is_one_of"), "‘is one of’ takes 1 to 100 values."),
        (said("card_brand", "equals", "  "), "A value is blank."),
        (said("card_brand", "equals", "x" * 256), "A value has at most 255 characters."),
        (said("amount", "equals", "1e9"), "‘1e9’ is not an amount such as 1,000.00."),
        (said("amount", "equals", "NaN"), "‘NaN’ is not an amount such as 1,000.00."),
        (said("amount", "equals", "1,00"), "‘1,00’ is not an amount such as 1,000.00."),
        (said("amount", "equals", "١٢"), "‘١٢’ is not an amount such as 1,000.00."),
        (
            said("created_date", "equals", "31/01/26"),
            "‘31/01/26’ is not a date such as 2026-01-31.",
        ),
        (
            said("created_date", "equals", "2026-02-30"),
            "‘2026-02-30’ is not a date such as 2026-01-31.",
        ),
        (said("settled", "equals", "true"), "‘true’ is not yes or no."),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(condition: Condition, sentence: str) -> None:
    assert [problem.sentence for problem in validate(condition, fields=PAYMENT_FIELDS)] == [
        sentence
    ]
    with pytest.raises(InvalidConditionError):
        holds(condition, RECORD, fields=PAYMENT_FIELDS)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (said("amount", "at_least", "1000"), "amount is at least 1,000.00"),
        (said("amount", "between", "1", "2.5"), "amount is between 1.00 and 2.50"),
        (said("card_brand", "is_one_of", "Visa", "Amex"), "card brand is one of ‘Visa’, ‘Amex’"),
        (said("created_date", "at_least", "2026-01-31"), "created date is on or after 2026-01-31"),
        (said("settled", "equals", "yes"), "settled is yes"),
        (said("message", "is_empty"), "message is empty"),
        (said("discretionary.po", "equals", "7"), "custom field ‘po’ is ‘7’"),
        (said("amount", "equals", "much"), "amount is ‘much’"),
        (said("nothing", "equals", "1"), "unknown field ‘nothing’ is"),
    ],
)
def test_a_condition_reads_as_a_sentence(condition: Condition, words: str) -> None:
    assert in_words(condition, fields=PAYMENT_FIELDS) == words


def test_what_a_record_holds_reads_as_a_sentence() -> None:
    read = [
        value_in_words(name, RECORD, fields=PAYMENT_FIELDS)
        for name in ("card_brand", "amount", "settled", "message", "created_date")
    ]
    assert read == [
        "card brand is ‘Visa’",
        "amount is 1,000.00",
        "settled is yes",
        "message is empty",
        "created date is 2026-01-31",
    ]


def test_a_record_whose_text_is_not_of_the_fields_type_is_told_not_guessed() -> None:
    with pytest.raises(InvalidConditionError, match="is not an amount"):
        holds(said("amount", "equals", "1"), {"amount": "lots"}, fields=PAYMENT_FIELDS)


FIELD_NAMES = [spec.name for spec in PAYMENT_FIELDS if not spec.name.endswith("*")] + ["bogus"]
ANY_CONDITION = st.builds(
    Condition,
    field=st.sampled_from(FIELD_NAMES),
    operator=st.sampled_from(Operator),
    values=st.lists(
        st.text(max_size=12) | st.decimals(allow_nan=True).map(str) | st.dates().map(str),
        max_size=3,
    ).map(tuple),
)


@given(condition=ANY_CONDITION, value=st.text(max_size=20))
def test_any_condition_is_either_refused_with_words_or_evaluated(
    condition: Condition, value: str
) -> None:
    problems = validate(condition, fields=PAYMENT_FIELDS)
    assert in_words(condition, fields=PAYMENT_FIELDS)
    spec = spec_for(condition.field, fields=PAYMENT_FIELDS)
    if problems or spec is None:
        assert all(problem.sentence for problem in problems)
        with pytest.raises(InvalidConditionError):
            holds(condition, {condition.field: value}, fields=PAYMENT_FIELDS)
        return
    assert condition.operator in ALLOWED_OPERATORS[spec.type]
    if spec.type is FieldType.TEXT:
        assert holds(condition, {condition.field: value}, fields=PAYMENT_FIELDS) in {True, False}


@given(
    amount=st.decimals("-999999", "999999", places=2), wanted=st.decimals("0", "999999", places=2)
)
def test_amount_comparisons_agree_with_arithmetic(amount: Decimal, wanted: Decimal) -> None:
    answers = {
        operator: holds(
            said("amount", operator, str(wanted)), {"amount": amount}, fields=PAYMENT_FIELDS
        )
        for operator in ("equals", "not_equals", "greater_than", "at_least", "less_than", "at_most")
    }
    assert answers == {
        "equals": amount == wanted,
        "not_equals": amount != wanted,
        "greater_than": amount > wanted,
        "at_least": amount >= wanted,
        "less_than": amount < wanted,
        "at_most": amount <= wanted,
    }
