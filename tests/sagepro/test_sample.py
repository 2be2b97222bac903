"""The sample company: the same every time, consistent in itself, never overwritten by accident."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.errors import NeverWorks
from integrations.sagepro.sample.__main__ import main
from integrations.sagepro.sample.books import books
from integrations.sagepro.sample.company import create_company
from integrations.sagepro.sample.content import SampleBooks
from tests.sagepro.companies import TODAY, SampleCompany


def records(table: str, *, today: date = TODAY) -> list[dict[str, Any]]:
    return SampleBooks(today).tables[table]


def test_the_same_day_gives_the_same_books() -> None:
    assert SampleBooks(TODAY).tables == SampleBooks(TODAY).tables


def test_the_books_hold_what_real_ones_hold() -> None:
    tables = SampleBooks(TODAY).tables
    assert {name: len(rows) for name, rows in tables.items()} == {
        "arymst": 60,
        "arytrn": 60,
        "somast": 137,
        "sotran": 4,
        "soymst": 1,
        "soytrn": 1,
        "icitem": 3,
        "iciqty": 3,
        "ardist": 1166,
        "arycsh": 60,
        "armast": 341,
        "artran": 341,
        "arcash": 157,
        "arcust": 40,
        "glacnt": 18,
        "sycdfis": 36,
        "syccomp": 1,
        "sysdata": 2,
        "sycrlst": 3,
    }
    invoices: list[dict[str, Any]] = tables["armast"]
    assert Counter((row["arstat"], row["artype"]) for row in invoices) == {
        ("", ""): 272,
        ("", "C"): 34,
        ("V", ""): 17,
        ("X", ""): 17,
        ("", "O"): 1,
    }
    fates = Counter((row["paidamt"] != 0, row["balance"] != 0) for row in invoices)
    assert min(fates[True, True], fates[True, False], fates[False, True]) > 30


@pytest.mark.parametrize("today", [TODAY, date(2027, 1, 1), date(2028, 2, 29)])
def test_totals_agree_with_the_documents(today: date) -> None:
    tables = SampleBooks(today).tables
    owed: Counter[str] = Counter()
    invoices: list[dict[str, Any]] = tables["armast"]
    for row in invoices:
        owed[row["custno"]] += row["balance"]
        if not row["arstat"]:
            assert row["invamt"] == row["paidamt"] + row["balance"]
    customers: list[dict[str, Any]] = tables["arcust"]
    assert {row["custno"]: row["balance"] for row in customers} == {
        row["custno"]: owed[row["custno"]] or Decimal(0) for row in customers
    }
    sessions: Counter[str] = Counter()
    lines: list[dict[str, Any]] = tables["ardist"]
    for row in lines:
        sessions[row["arsess"]] += row["amount"]
    assert set(sessions.values()) == {0}
    assert max(int(session) for session in sessions) == tables["sysdata"][0]["int1"]


def test_everything_happened_in_the_last_120_days() -> None:
    days = [row["invdte"] for row in records("armast") + records("arymst")]
    assert min(days) == TODAY - timedelta(days=120)
    assert max(days) <= TODAY


def test_the_month_before_last_is_closed() -> None:
    closed = [row["enddate"] for row in records("sycdfis") if row["closed"]]
    assert max(closed) == date(2026, 9, 30)
    assert max(
        row["enddate"] for row in records("sycdfis", today=date(2027, 1, 15)) if row["closed"]
    ) == date(2026, 11, 30)


def test_a_company_is_never_overwritten_unless_told(company: SampleCompany) -> None:
    company.execute("UPDATE arcust SET balance = 1 WHERE custno = 'ACME01'")
    before = company.books()
    with pytest.raises(NeverWorks) as refused:
        create_company(company.dsn, today=TODAY)
    assert refused.value.code == "sage.sample_exists"
    assert company.books() == before
    create_company(company.dsn, today=TODAY, replace=True)
    assert company.books()["arcust"][0]["balance"] == "2780.9400"


def test_the_command_makes_a_company_and_a_login(
    sage_database_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = ["create", "--dsn", sage_database_url, "--today", "2026-11-20"]
    assert main(command) == 0
    assert capsys.readouterr().out == "Sample company created as of 2026-11-20.\n"
    assert len(books(sage_database_url)["arcust"]) == 40
    assert main(command) == 1
    assert capsys.readouterr().err == (
        "This database already holds a Sage Pro company. "
        "Use an empty database, or --replace to make it anew.\n"
    )
    monkeypatch.delenv("SAGE_ROLE_PASSWORD", raising=False)
    assert main([*command, "--replace", "--role", "sage_writer"]) == 1
    assert "SAGE_ROLE_PASSWORD" in capsys.readouterr().err


def test_the_command_tells_a_wrong_address_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["create", "--dsn", "postgresql://me:hunter2@127.0.0.1:1/x"]) == 1
    error = capsys.readouterr().err
    assert error == "The database cannot be used (OperationalError).\n"
