"""Snapshots for calibration: the same books by every way, and nothing that may be a card."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from integrations.canonical.card_scan import contains_card_number
from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.canonical.posting import PostingOutcome
from integrations.sagepro.apart.connector import ApartConnector
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.backends.dbf.encoding import Shape
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.calibration.differences import changes, in_words
from integrations.sagepro.calibration.snapshot import Snapshot
from integrations.sagepro.sample.foxpro import write_table
from integrations.sagepro.sample.profile import foxpro_profile, sample_profile
from tests.sagepro.companies import SampleCompany
from tests.sagepro.foxpro.company import FoxProCompany, foxpro_company, foxpro_template
from tests.sagepro.postings import receipt

__all__ = ["foxpro_company", "foxpro_template"]
TODAY = date(2026, 11, 20)


def _by_sql(company: SampleCompany) -> Snapshot:
    connector = SqlConnector(company.dsn, profile=sample_profile())
    try:
        return Snapshot.from_text(connector.snapshot())
    finally:
        connector.close()


def _by_files(folder: Path) -> Snapshot:
    return Snapshot.from_text(FoxProConnector([folder], profile=foxpro_profile()).snapshot())


def _rows(snapshot: Snapshot, table: str, *columns: str) -> list[tuple[str | None, ...]]:
    return sorted(tuple(row[name] for name in columns) for row in snapshot.rows[table])


def test_a_process_of_its_own_takes_the_same_snapshot(company: SampleCompany) -> None:
    apart = ApartConnector(company.dsn, profile=sample_profile())
    try:
        assert Snapshot.from_text(apart.snapshot()) == _by_sql(company)
    finally:
        apart.close()


def test_foxpro_tables_show_the_same_books_as_sql(
    company: SampleCompany, foxpro_company: FoxProCompany
) -> None:
    sql, files = _by_sql(company), _by_files(foxpro_company.folder)
    for table, columns in {
        "arcust": ("custno", "balance"),
        "armast": ("custno", "balance", "paidamt"),
        "arcash": ("custno", "paidamt", "dtepaid"),
    }.items():
        assert _rows(files, f"{table}01", *columns) == _rows(sql, table, *columns)
    assert not {name for name in files.rows if name.startswith("pt")}


def test_what_the_program_writes_shows_as_a_difference_and_live_tables_stay(
    foxpro_company: FoxProCompany,
) -> None:
    before = _by_files(foxpro_company.folder)
    assert _by_files(foxpro_company.folder) == before
    posted = foxpro_company.connect().post_if_absent(receipt())
    assert posted.outcome is PostingOutcome.POSTED
    words = in_words(changes(before, _by_files(foxpro_company.folder)))
    assert any(line.startswith("arcash01: a new row with invno ‘10432’") for line in words), words
    assert any("armast01, the row of" in line and "balance ‘0’" in line for line in words), words


def test_card_data_other_companies_and_memos_stay_where_they_are(
    foxpro_company: FoxProCompany,
) -> None:
    folder, shape = foxpro_company.folder, Shape.of("code C10, ccno C20, note C40, text M")
    rows = [{"code": "A", "ccno": "x", "note": "paid by 4111 1111 1111 1111", "text": "long"}]
    write_table(folder / "OWN01.DBF", shape, rows, today=TODAY)
    write_table(folder / "OWN02.DBF", shape, rows, today=TODAY)
    seen = _by_files(folder)
    assert seen.rows["own01"] == [{"code": "A"}]
    assert "own02" not in seen.rows
    assert set(seen.skipped) >= {
        "own01.ccno is named like card data or a password.",
        "own01.note holds what looks like card numbers.",
    }
    text = repr(seen)
    assert not contains_card_number(text.encode()), "a card number is in the snapshot"


def test_what_is_out_of_reach_or_damaged_is_said(foxpro_company: FoxProCompany) -> None:
    (foxpro_company.folder / "BROKEN01.DBF").write_bytes(b"no table at all, and long enough")
    with pytest.raises(FixConfiguration, match=r"BROKEN01\.DBF is not a FoxPro table"):
        _by_files(foxpro_company.folder)
    with pytest.raises(TryLater):
        _by_files(foxpro_company.folder / "nowhere")


@pytest.mark.parametrize("text", ["", "!", "AAAA", "eJw="])
def test_what_is_no_snapshot_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        Snapshot.from_text(text)
