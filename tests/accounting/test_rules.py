from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.accounting.rule_checks import coverage, validate
from integrations.accounting.rule_json import from_json, to_json
from integrations.accounting.rules import AccountRole, GLRule, Resolution, in_words, resolve
from integrations.canonical.conditions import Condition, Operator
from integrations.canonical.fields import PAYMENT_FIELDS, FieldValue
from integrations.canonical.problems import Problem
from tests.accounting.chart import ACCOUNTS, DEFAULTS

CARD = AccountRole.CARD_CLEARING
DAY = date(2026, 11, 20)
VISA: dict[str, FieldValue] = {"card_brand": "Visa", "amount": Decimal("740.00")}
AMEX: dict[str, FieldValue] = VISA | {"card_brand": "Amex"}

AMEX_RULE = GLRule("Amex", CARD, "1011", (Condition("card_brand", Operator.EQUALS, ("Amex",)),))
LARGE_RULE = GLRule("Large", CARD, "1010", (Condition("amount", Operator.AT_LEAST, ("1000",)),))
LAST_YEAR = GLRule("Last year", CARD, "1011", (), None, date(2025, 12, 31))
NEXT_YEAR = GLRule("Next year", CARD, "1011", (), date(2027, 1, 1))
DEFAULT = GLRule("Anything", CARD, "1010")
BANK = GLRule("Bank", AccountRole.BANK, "1000")


def resolved(record: dict[str, FieldValue], *rules: GLRule) -> Resolution:
    return resolve(CARD, record, rules=rules, accounts=ACCOUNTS, on=DAY)


def test_the_first_rule_that_matches_wins_and_says_which_did_not() -> None:
    assert resolved(VISA, BANK, LAST_YEAR, NEXT_YEAR, AMEX_RULE, LARGE_RULE, DEFAULT) == Resolution(
        role=CARD,
        account="1010",
        rule_name="Anything",
        why=(
            "By rule ‘Anything’: Card clearing is 1010. "
            "‘Last year’ does not apply: it ended on 2025-12-31. "
            "‘Next year’ does not apply: it starts on 2027-01-01. "
            "‘Amex’ does not apply: card brand is ‘Visa’, and it asks card brand is ‘Amex’. "
            "‘Large’ does not apply: amount is 740.00, and it asks amount is at least 1,000.00."
        ),
    )


def test_of_two_that_match_the_first_wins() -> None:
    assert resolved(AMEX, AMEX_RULE, DEFAULT) == Resolution(
        CARD, "1011", "Amex", "By rule ‘Amex’: Card clearing is 1011 when card brand is ‘Amex’."
    )


@pytest.mark.parametrize(
    ("until", "rule_name"), [(date(2026, 11, 20), "Old"), (date(2026, 11, 19), "Anything")]
)
def test_the_last_effective_day_still_counts(until: date, rule_name: str) -> None:
    old = GLRule("Old", CARD, "1011", effective_until=until)
    assert resolved(VISA, old, DEFAULT).rule_name == rule_name


def test_no_match_is_a_problem_not_a_suspense_account() -> None:
    sentence = (
        "No GL rule gives an account for Card clearing. "
        "‘Amex’ does not apply: card brand is ‘Visa’, and it asks card brand is ‘Amex’."
    )
    assert resolved(VISA, AMEX_RULE, BANK) == Resolution(
        CARD,
        "",
        "",
        sentence,
        Problem(
            "card_clearing",
            sentence,
            remedy="Add a rule without conditions for Card clearing.",
        ),
    )


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        ("9999", "GL rule ‘Anything’ names account 9999, which is not in Sage."),
        ("1999", "GL rule ‘Anything’ names account 1999 (Old clearing), which is inactive."),
    ],
)
def test_an_account_that_cannot_be_posted_to_is_a_problem_and_never_skipped(
    account: str, sentence: str
) -> None:
    found = resolved(VISA, replace(DEFAULT, account=account), replace(DEFAULT, name="Next"))
    assert (found.account, found.rule_name) == ("", "Anything")
    assert found.problem == Problem(
        "card_clearing", sentence, value=account, remedy="Choose an active account."
    )


def test_a_rule_that_cannot_be_read_is_a_problem_and_never_skipped() -> None:
    broken = GLRule("Broken", CARD, "1011", (Condition("amout", Operator.EQUALS, ("1",)),))
    found = resolved(VISA, broken, DEFAULT)
    assert (found.account, found.why) == (
        "",
        "GL rule ‘Broken’ cannot be read: There is no field called ‘amout’.",
    )
    assert found.problem is not None


def test_a_rule_reads_as_a_sentence() -> None:
    rule = GLRule(
        "x",
        CARD,
        "1011",
        (*AMEX_RULE.conditions, *LARGE_RULE.conditions),
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    assert in_words(rule) == (
        "Card clearing is 1011 when card brand is ‘Amex’ and amount is at least 1,000.00, "
        "from 2026-01-01, until 2026-12-31"
    )


@pytest.mark.parametrize(
    ("rules", "sentences"),
    [
        (DEFAULTS, []),
        ((AMEX_RULE, LARGE_RULE, DEFAULT, BANK), []),
        (
            (DEFAULT, AMEX_RULE),
            ["GL rule ‘Amex’ is never reached: ‘Anything’ before it takes every payment."],
        ),
        ((AMEX_RULE, AMEX_RULE), ["Two GL rules are called ‘Amex’."]),
        (
            (replace(DEFAULT, account="9999"),),
            ["GL rule ‘Anything’ names account 9999, which is not in Sage."],
        ),
        (
            (replace(DEFAULT, account="1999"),),
            ["GL rule ‘Anything’ names account 1999 (Old clearing), which is inactive."],
        ),
        (
            (replace(DEFAULT, name=" "),),
            ["A rule for Card clearing needs a name of 1 to 80 characters."],
        ),
        (
            (replace(NEXT_YEAR, effective_until=DAY),),
            ["GL rule ‘Next year’ ends before it starts."],
        ),
        (
            (GLRule("Bad", CARD, "1010", (Condition("amount", Operator.CONTAINS, ("1",)),)),),
            ["GL rule ‘Bad’: ‘contains’ cannot be asked of amount."],
        ),
        (
            (replace(AMEX_RULE, conditions=AMEX_RULE.conditions * 21),),
            ["GL rule ‘Amex’ has more than 20 conditions."],
        ),
        (
            tuple(replace(LAST_YEAR, name=str(number)) for number in range(201)),
            ["There are more than 200 rules."],
        ),
    ],
)
def test_rules_are_refused_in_sentences_before_they_are_published(
    rules: tuple[GLRule, ...], sentences: list[str]
) -> None:
    assert [p.sentence for p in validate(rules, accounts=ACCOUNTS)] == sentences


def test_coverage_names_the_roles_some_payment_would_find_no_account_for() -> None:
    needed = [CARD, AccountRole.BANK, AccountRole.RECEIVABLES]
    assert coverage([AMEX_RULE, NEXT_YEAR, BANK], needed=needed) == [CARD, AccountRole.RECEIVABLES]
    assert coverage(DEFAULTS, needed=list(AccountRole)) == []


CONDITIONS = st.builds(
    Condition,
    field=st.sampled_from([spec.name for spec in PAYMENT_FIELDS]),
    operator=st.sampled_from(Operator),
    values=st.lists(st.text(max_size=8), max_size=3).map(tuple),
)
RULES = st.lists(
    st.builds(
        GLRule,
        name=st.text(max_size=10),
        role=st.sampled_from(AccountRole),
        account=st.sampled_from(["1010", "1999", "9999"]),
        conditions=st.lists(CONDITIONS, max_size=3).map(tuple),
        effective_from=st.none() | st.dates(),
        effective_until=st.none() | st.dates(),
    ),
    max_size=5,
)


@given(rules=RULES)
def test_rules_survive_json(rules: list[GLRule]) -> None:
    assert from_json(json.loads(json.dumps(to_json(rules)))) == tuple(rules)


@given(rules=RULES)
def test_any_rules_give_an_account_or_a_problem_never_both_and_always_a_reason(
    rules: list[GLRule],
) -> None:
    for role in AccountRole:
        found = resolve(role, AMEX, rules=rules, accounts=ACCOUNTS, on=DAY)
        assert bool(found.account) is (found.problem is None)
        assert found.why
        assert found == resolve(role, AMEX, rules=rules, accounts=ACCOUNTS, on=DAY)


GOOD: dict[str, Any] = {"name": "a", "role": "bank", "account": "1"}


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [1],
        [{}],
        [GOOD | {"role": "cash"}],
        [GOOD | {"account": 1}],
        [GOOD | {"code": "x"}],
        [GOOD | {"effective_from": "tomorrow"}],
        [GOOD | {"conditions": {}}],
        [GOOD | {"conditions": [{"field": "amount", "operator": "eval", "values": []}]}],
        [GOOD | {"conditions": [{"field": "amount", "operator": "equals", "values": [1]}]}],
        [GOOD | {"name": "x" * 256}],
        [GOOD] * 201,
    ],
)
def test_json_that_is_no_set_of_rules_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        from_json(data)
