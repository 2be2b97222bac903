"""The posting profile's table of flagged rows: what is wrong, and what changed, in sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_checks import problems
from integrations.sagepro.profile_diff import differences
from integrations.sagepro.sample.profile import (
    foxpro_payments_profile,
    foxpro_profile,
    sample_profile,
)

Data = dict[str, Any]


def _narrow(data: Data) -> None:
    data["tables"]["flagged"]["columns"]["status"]["type"] = "C11"


MISTAKES: dict[str, tuple[Callable[[Data], object], str]] = {
    "flag.value": (lambda data: data["flag"].update(value=""), "must say which value flags a row"),
    "flag.answered": (
        lambda data: data["flag"].update(answered="Y"),
        "must not be what flags a row",
    ),
    "flag.give_back": (
        lambda data: data["flag"].update(give_back="charge"),
        "is ‘charge’, the word for another kind already",
    ),
    "flag.plan_create": (
        lambda data: data["flag"].update(plan_create="P" * 11),
        "is more than reqkind holds",
    ),
    "tables.flagged.columns.status.type": (_narrow, "must hold 12 characters or more"),
}


@pytest.mark.parametrize("path", MISTAKES)
def test_a_mistake_is_told_by_its_field(path: str) -> None:
    data: Data = sample_profile().as_json()
    change, sentence = MISTAKES[path]
    change(data)
    (problem,) = problems(data)
    assert problem.field == path
    assert sentence in problem.sentence


def test_a_profile_is_read_back_as_it_was_written() -> None:
    for profile in (sample_profile(), foxpro_profile(), foxpro_payments_profile()):
        assert PostingProfile.from_json(profile.as_json()) == profile
    assert "flag" not in foxpro_payments_profile().as_json()


def test_a_change_is_told_in_words() -> None:
    old = sample_profile()
    new = replace(old, flag=replace(old.flag, value="1", plan_create=""))
    assert differences(old, new) == [
        "A row asks for a payment when its flag is: ‘1’ instead of ‘Y’.",
        "A flagged row's word for a recurring plan: nothing instead of ‘PLAN’.",
    ]
