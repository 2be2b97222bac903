"""How tables look, and what changed, in words."""

from __future__ import annotations

import pytest

from integrations.sagepro.layout import (
    Layout,
    Shape,
    changes,
    from_json,
    in_short,
    layout_of,
    to_json,
)

REFNO = ("arcash", "refno", "character", "10", "None", "None", "NO")
AMOUNT = ("arcash", "paidamt", "numeric", "None", "18", "4", "NO")
NUMBER = ("armast", "invno", "character", "10", "None", "None", "NO")


def layout(*facts: tuple[str, ...]) -> Layout:
    return layout_of(facts)


def test_a_layout_survives_being_kept() -> None:
    found = layout(REFNO, AMOUNT, NUMBER)
    assert from_json(to_json(found)) == found
    assert found["arcash"]["refno"] == Shape("character", "10")


_CHANGES = [
    ((*REFNO[:3], "12", *REFNO[4:]), "Column refno of arcash is now 12 wide instead of 10."),
    (
        (*REFNO[:2], "character varying", "None", *REFNO[4:]),
        "Column refno of arcash is now long text instead of text, 10 wide.",
    ),
    (
        (*REFNO[:6], "YES"),
        "Column refno of arcash is now text, 10 wide, may be NULL instead of text, 10 wide.",
    ),
    (
        ("arcash", "refno", "integer", "None", "32", "0", "NO"),
        "Column refno of arcash is now a whole number instead of text, 10 wide.",
    ),
]


@pytest.mark.parametrize(("fact", "sentence"), _CHANGES)
def test_a_changed_column_is_told(fact: tuple[str, ...], sentence: str) -> None:
    assert changes(layout(REFNO, NUMBER), layout(fact, NUMBER)) == [sentence]


def test_what_came_and_went_is_told() -> None:
    logical = ("arcash", "recdel", "boolean", "None", "None", "None", "NO")
    moment = ("arcash", "dtepaid", "timestamp without time zone", "None", "None", "None", "NO")
    assert changes(layout(REFNO, AMOUNT, NUMBER), layout(REFNO, logical, moment)) == [
        "Column dtepaid of arcash is new (a date).",
        "Column paidamt of arcash is gone, or this login may not see it any more.",
        "Column recdel of arcash is new (yes or no).",
        "Table armast is gone, or this login may not see it any more.",
    ]
    assert changes(layout(REFNO), layout(REFNO, NUMBER)) == [
        "Table armast is new (columns: invno)."
    ]
    assert changes(layout(REFNO), layout(REFNO)) == []


def test_many_changes_are_told_in_short() -> None:
    assert in_short(["A.", "B.", "C."]) == "A. B. C."
    assert in_short(["A.", "B.", "C.", "D.", "E."]) == "A. B. C. And 2 more."
