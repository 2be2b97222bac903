"""A posting profile is data: it round-trips, and a mistake is told by the path of its field."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.columns import ColumnMap, ColumnType
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_checks import problems
from integrations.sagepro.required import REQUIRED
from integrations.sagepro.rights import rights
from integrations.sagepro.sample.profile import PROFILE_PATH, sample_profile, standard_profile
from integrations.sagepro.sample.schema import SENSITIVE, TABLES


def shipped() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(PROFILE_PATH.read_text())
    return data


def test_the_shipped_profile_survives_the_round_trip() -> None:
    assert sample_profile().as_json() == shipped()


def test_the_shipped_profile_fits_the_sample_schema() -> None:
    """Every mapped, blank or constant column is there, and an insert fills them all."""
    profile = sample_profile()
    for table, mapped in profile.tables.items():
        types = dict(TABLES[profile.physical_table(table)]) | {"id_col": "I"}
        for column in mapped.columns.values():
            assert str(column.type) == types[column.name]
    for table in ("invoices", "receipts", "distributions", "postings"):
        mapped = profile.tables[table]
        names = {column.name for column in mapped.columns.values()} - {"id_col"}
        filled = names | set(mapped.blanks) | set(mapped.constants)
        assert filled == {name for name, _ in TABLES[profile.physical_table(table)]}


@pytest.mark.parametrize("edition", ["sql", "dbf"])
def test_what_a_new_company_begins_with_can_be_used_and_allows_nothing(edition: str) -> None:
    profile = standard_profile(edition)
    assert problems(profile.as_json()) == []
    assert PostingProfile.from_json(profile.as_json()) == profile
    assert (profile.edition, set(profile.tables)) == (edition, set(REQUIRED))
    written = [right for right in rights(profile) if right.verb != "SELECT"]
    assert [(right.verb, right.table) for right in written] == [
        ("INSERT", profile.physical_table("postings"))
    ]


def test_the_shipped_profile_maps_no_sensitive_column() -> None:
    mapped = sample_profile().tables["customers"]
    assert {column.name for column in mapped.columns.values()} & SENSITIVE == set()


def test_table_names_follow_the_pattern_of_the_edition() -> None:
    data = shipped() | {"table_pattern": "{table}{company}"}
    profile = PostingProfile.from_json(data)
    assert profile.physical_table("invoices") == "armast01"
    assert profile.physical_table("invoice_history") == "arymst01"


def test_a_receipt_field_tells_how_much_it_holds() -> None:
    profile = sample_profile()
    widths = {name: profile.receipt_field_width(name) for name in profile.receipt_fields}
    assert widths == {"reference": 20, "check_number": 10, "payment_type": 1, "comment": 65}


_MISTAKES: dict[str, tuple[str, Any]] = {
    "edition": ("edition", "dos"),
    "code_page": ("code_page", "cp-unheard-of"),
    "table_pattern": ("table_pattern", "armast01"),
    "empty_date": ("empty_date", "never"),
    "void_statuses": ("void_statuses", "V"),
    "kinds": ("kinds", ["cheque"]),
    "status_column": ("status_column", "no_such"),
    "paid_includes_discount": ("paid_includes_discount", "yes"),
    "session.width": ("session", {"key": "AR", "width": 0}),
    "marker.width": ("marker", {"width": 11, "prefix": "PT"}),
    "marker.width ": ("marker", {"width": 7, "prefix": "PT"}),
    "receipt_fields.memo": ("receipt_fields", {"memo": "no_such"}),
    "receipt_fields.amount": ("receipt_fields", {"amount": "marker"}),
    "tables": ("tables", []),
    "name": ("name", None),
}


@pytest.mark.parametrize("path", _MISTAKES)
def test_a_mistake_is_told_by_its_path(path: str) -> None:
    key, value = _MISTAKES[path]
    with pytest.raises(FixConfiguration) as mistake:
        PostingProfile.from_json(shipped() | {key: value})
    assert mistake.value.field == path.strip()
    assert path.strip() in mistake.value.sentence


def _without_balance(tables: Any) -> None:
    del tables["invoices"]["columns"]["balance"]


def _bad_type(tables: Any) -> None:
    tables["receipts"]["columns"]["paid"]["type"] = "money"


def _no_width(tables: Any) -> None:
    tables["receipts"]["blanks"]["oti"] = "C"


def _bad_constant(tables: Any) -> None:
    tables["receipts"]["constants"]["glarec"] = {"type": "C3", "value": 7}


def _unknown_table(tables: Any) -> None:
    tables["vendors"] = {}


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (_without_balance, "tables.invoices.columns.balance"),
        (_bad_type, "tables.receipts.columns.paid.type"),
        (_no_width, "tables.receipts.blanks.oti"),
        (_bad_constant, "tables.receipts.constants.glarec.value"),
        (_unknown_table, "tables.vendors"),
    ],
)
def test_a_mistake_deep_in_a_table_is_told_by_its_path(spoil: Any, path: str) -> None:
    data = copy.deepcopy(shipped())
    spoil(data["tables"])
    with pytest.raises(FixConfiguration) as mistake:
        PostingProfile.from_json(data)
    assert mistake.value.field == path


@pytest.mark.parametrize("text", ["C10", "Y", "N7.3", "N12.6", "D", "L", "I", "M", "V200", "T"])
def test_a_column_type_reads_as_it_is_written(text: str) -> None:
    assert str(ColumnType.parse(text)) == text


@pytest.mark.parametrize("text", ["", "X3", "C", "c10", "10C", "C10 ", "N"])
def test_anything_else_is_no_column_type(text: str) -> None:
    with pytest.raises(ValueError, match=r"column type|needs a width"):
        ColumnType.parse(text)


def test_right_justified_keys_are_padded_on_the_left_and_found_either_way() -> None:
    number = ColumnMap("invno", ColumnType.parse("C10"), is_right=True)
    customer = ColumnMap("custno", ColumnType.parse("C6"))
    assert [number.stored(" 998"), number.stored("")] == ["       998", ""]
    assert customer.stored("ACME ") == "ACME"
    assert number.candidates("10432  ") == ["     10432", "10432", "10432     "]
