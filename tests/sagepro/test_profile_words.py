"""A posting profile in words: what differs between versions, and every mistake by its place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from integrations.sagepro import column_words
from integrations.sagepro import profile_words as words
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_checks import problems
from integrations.sagepro.profile_diff import differences
from integrations.sagepro.sample.profile import foxpro_profile, sample_profile
from integrations.sagepro.sample.schema import SENSITIVE, TABLES
from integrations.sagepro.sensitive import is_sensitive


def shipped() -> dict[str, Any]:
    return copy.deepcopy(sample_profile().as_json())


def test_every_mapped_column_and_setting_has_a_word() -> None:
    profile = sample_profile()
    for table, mapped in profile.tables.items():
        assert set(mapped.columns) <= set(column_words.COLUMNS[table])
    assert set(words.TABLES) == set(profile.tables)
    told = {name.partition(".")[0] for name in (*words.COMPANY, *words.HABITS, *words.LISTS)}
    fixed = {"edition", "company_number", "kinds", "tables", "receipt_fields"}
    assert set(profile.as_json()) == (told | fixed) - _RARE - {"system_schema"}


_RARE = {"credits_are_positive", "distributes_applications", "may_oversell"}
"""Not ticked in the sample company, so not in its profile."""


def test_a_rare_habit_is_written_only_where_it_is_there() -> None:
    for habit in _RARE:
        profile = PostingProfile.from_json(shipped() | {habit: True})
        assert profile.as_json() == shipped() | {habit: True}


def test_the_difference_is_told_in_words() -> None:
    data = shipped()
    data |= {"paid_includes_discount": False, "void_statuses": ["V"], "kinds": ["receipt"]}
    data["session"] = {"key": "AR", "width": 8, "is_next": True}
    data["receipt_fields"] = {"reference": "comment", "comment": "comment"}
    receipts = data["tables"]["receipts"]
    receipts["name"] = "arrcpt"
    receipts["columns"]["paid"]["name"] = "payamt"
    receipts["columns"]["marker"]["type"] = "C12"
    receipts["columns"]["invoice_number"]["right_justified"] = False
    del receipts["columns"]["currency"]
    receipts["columns"]["batch"] = {"name": "batch", "type": "C3"}
    del receipts["blanks"]["batch"]
    receipts["constants"]["apcode"] = {"type": "C1", "value": "R"}
    del receipts["blanks"]["apcode"]
    assert differences(sample_profile(), PostingProfile.from_json(data)) == [
        "The invoice's paid amount includes the discount: no instead of yes.",
        "Digits of the GL session: ‘8’ instead of ‘6’.",
        "The counter holds the next session, not the last one: yes instead of no.",
        "Document status: void: V instead of V, X.",
        "Payments on account: not posted any more.",
        "Reversals: void, refund, return: not posted any more.",
        "Open credits applied to invoices: not posted any more.",
        "Chargebacks with their fee: not posted any more.",
        "Settlement journals: not posted any more.",
        "Fee journals: not posted any more.",
        "What a field mapping calls ‘check_number’ goes to nothing instead of Check number.",
        "What a field mapping calls ‘payment_type’ goes to nothing instead of Payment type.",
        "What a field mapping calls ‘reference’ goes to Comment instead of Reference.",
        "Cash receipts: the table is arrcpt instead of arcash.",
        "Cash receipts, document number: not filled on the left.",
        "Cash receipts, amount: column payamt instead of paidamt.",
        "Cash receipts, our marker: text 12 wide instead of text 10 wide.",
        "Cash receipts, currency: no column any more (currency before).",
        "Cash receipts, batch: column batch, text 3 wide.",
        "Cash receipts: in a new row, apcode is ‘R’ (C1) instead of blank (C1).",
        "Cash receipts: in a new row, batch is left alone instead of blank (C3).",
    ]
    assert differences(sample_profile(), sample_profile()) == []


def test_a_table_that_companies_share_is_told() -> None:
    data = foxpro_profile().as_json()
    data["tables"]["counters"].pop("system")  # type: ignore[index]
    alone = PostingProfile.from_json(data)
    assert differences(foxpro_profile(), alone) == ["Counters: the table is this company's alone."]
    assert differences(alone, foxpro_profile()) == [
        "Counters: the table is shared by all companies."
    ]
    assert alone.physical_table("counters") == "sysdata01"


def _tables(change: Callable[[Any], None]) -> dict[str, Any]:
    data = shipped()
    change(data["tables"])
    return data


def _set(*path: str, to: Any) -> Callable[[Any], None]:
    def change(tables: Any) -> None:
        for key in path[:-1]:
            tables = tables[key]
        tables[path[-1]] = to

    return change


_MISTAKES: list[tuple[Callable[[Any], None], str, str]] = [
    (
        _set("receipts", "name", to="ar cash"),
        "tables.receipts.name",
        "Cash receipts: the table ‘ar cash’ is no name that a table or column can have.",
    ),
    (
        _set("receipts", "history_name", to=""),
        "tables.receipts.history_name",
        "Cash receipts: the history table has no name.",
    ),
    (
        lambda tables: tables["receipts"]["columns"].pop("paid"),
        "tables.receipts.columns.paid.name",
        "arcash needs a column for ‘Amount’; nothing can be posted without it.",
    ),
    (
        _set("receipts", "columns", "marker", "type", to="C0"),
        "tables.receipts.columns.marker.type",
        "arcash.refno: ‘0’ is no width for text.",
    ),
    (
        _set("receipts", "columns", "marker", "type", to="C300"),
        "tables.receipts.columns.marker.type",
        "arcash.refno: 300 is wider than such a column can be (254).",
    ),
    (
        _set("receipts", "columns", "paid", "right_justified", to=True),
        "tables.receipts.columns.paid.right_justified",
        "arcash.paidamt is no text of a fixed width, so nothing fills it on the left.",
    ),
    (
        _set("customers", "columns", "email", "name", to="cc_num"),
        "tables.customers.columns.email.name",
        "arcust.cc_num is named like card data or a password, and Tieout reads none.",
    ),
    (
        _set("receipts", "columns", "check_number", "name", to="refno"),
        "tables.receipts.columns.check_number.name",
        "arcash.refno is used twice: for ‘Our marker’ and for ‘Check number’.",
    ),
    (
        _set("receipts", "blanks", "refno", to="C10"),
        "tables.receipts.others.refno.name",
        "arcash.refno is used twice: for ‘Our marker’ and for ‘what a new row is filled with’.",
    ),
    (
        _set("receipts", "constants", "glarec", to={"type": "C3", "value": "ARX1"}),
        "tables.receipts.others.glarec.value",
        "arcash.glarec holds 3 characters; ‘ARX1’ has 4.",
    ),
    (
        _set("receipts", "constants", "nought", to={"type": "Y", "value": "0"}),
        "tables.receipts.others.nought.value",
        "arcash.nought is money, and only a text column can hold the fixed text ‘0’.",
    ),
]


@pytest.mark.parametrize(("change", "field", "sentence"), _MISTAKES)
def test_a_mistake_is_told_by_table_and_column(
    change: Callable[[Any], None], field: str, sentence: str
) -> None:
    found = problems(_tables(change))
    assert [(problem.field, problem.sentence) for problem in found] == [(field, sentence)]
    assert found[0].remedy


def test_a_session_must_fit_everywhere_it_is_written() -> None:
    found = problems(shipped() | {"session": {"key": "AR", "width": 8}})
    assert [problem.sentence for problem in found] == [
        f"{column} holds 6 characters; a GL session has 8 digits."
        for column in ("arcash.arsess", "ardist.arsess", "ptpost.arsess")
    ]


def test_every_mistake_is_told_at_once() -> None:
    data = shipped()
    data["tables"]["receipts"]["name"] = ""
    data["tables"]["customers"]["columns"]["balance"]["type"] = "C"
    assert len(problems(data)) == 2
    assert problems(shipped()) == []
    (last,) = problems(shipped() | {"code_page": "klingon"})
    assert (last.field, "no known code page" in last.sentence) == ("code_page", True)


def test_card_columns_are_known_by_name_and_others_left_alone() -> None:
    names = {name for columns in TABLES.values() for name, _ in columns}
    assert {name for name in names if is_sensitive(name)} == SENSITIVE
    more = ("CC_NUM", "cc_bill", "DLDATE", "cardnumber", "CardHolder", "web_password", "cvv2")
    assert [name for name in more if not is_sensitive(name)] == []
