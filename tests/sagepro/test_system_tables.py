"""Fiscal calendar, counters and companies in a schema of their own, as SQL sites have them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.posting import PostingOutcome
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.calibration.snapshot import Snapshot
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_checks import problems
from integrations.sagepro.profile_diff import differences
from integrations.sagepro.rights_script import script
from integrations.sagepro.sample.profile import sample_profile
from tests import database_plugin
from tests.sagepro.companies import SampleCompany
from tests.sagepro.postings import receipt
from tests.sagepro.system_tables import SYSTEM, with_system_tables

PROFILE = with_system_tables("prosys")


@pytest.fixture
def moved(company: SampleCompany) -> SampleCompany:
    """The company's system tables have gone to another schema."""
    company.execute("CREATE SCHEMA prosys")
    for table in SYSTEM:
        company.execute(f"ALTER TABLE {PROFILE.physical_table(table)} SET SCHEMA prosys")
    return company


def _open(company: SampleCompany, *, fingerprint: str = "") -> SqlConnector:
    return company.open(profile=PROFILE, expected_fingerprint=fingerprint)


def test_a_receipt_is_written_and_its_session_counted_there(moved: SampleCompany) -> None:
    sage = _open(moved)
    assert sage.company_profile().company_number == "01"
    assert sage.fiscal_periods()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    with psycopg.connect(moved.dsn) as books:
        query = "SELECT int1 FROM prosys.sysdata WHERE sysid = 'AR'"
        counted = books.execute(query).fetchone()
        session = books.execute("SELECT max(arsess) FROM ardist").fetchone()
    assert counted
    assert session
    assert int(session[0]) == counted[0]


def test_without_the_schema_the_tables_are_not_found(moved: SampleCompany) -> None:
    with pytest.raises(FixConfiguration, match=r"sysdata|sycdfis|syccomp") as missing:
        moved.open().company_profile()
    assert missing.value.code == "sage.schema_changed"


def test_a_change_there_stops_posting_and_is_told(moved: SampleCompany) -> None:
    before = _open(moved).fingerprint()
    sage = _open(moved, fingerprint=before)
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    moved.execute("ALTER TABLE prosys.sysdata RENAME COLUMN int1 TO nextno")
    with pytest.raises(FixConfiguration, match="sysdata has no column int1 any more"):
        sage.post_if_absent(receipt("sale-2", "1.00"))


def test_calibration_sees_them_and_no_other_of_the_same_name(moved: SampleCompany) -> None:
    moved.execute("CREATE TABLE sysdata (left_over int)")
    seen = Snapshot.from_text(_open(moved).snapshot())
    assert {"sysdata", "sycdfis", "syccomp", "arcash"} <= set(seen.rows)
    assert "int1" in seen.layout["sysdata"]
    assert len(seen.rows["sysdata"]) > 1


@pytest.fixture
def login(moved: SampleCompany) -> Iterator[str]:
    role = f"tieout_{uuid4().hex[:8]}"
    moved.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER PASSWORD 'p'")
    with psycopg.connect(moved.dsn, autocommit=True) as connection:
        connection.execute(script(PROFILE, product="postgresql", role=role).encode())
    yield role
    moved.execute(f"DROP OWNED BY {role}")
    with psycopg.connect(database_plugin.superuser_url(), autocommit=True) as connection:
        connection.execute(f"DROP ROLE {role}".encode())


def test_the_script_gives_the_rights_that_the_self_test_asks_for(
    moved: SampleCompany, login: str
) -> None:
    url = make_url(moved.dsn).set(username=login, password="p")
    sage = SqlConnector(url.render_as_string(hide_password=False), profile=PROFILE)
    try:
        assert [check for check in sage.self_test().checks if not check.is_ok] == []
        assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    finally:
        sage.close()


def test_it_is_read_back_told_in_words_and_checked() -> None:
    assert PostingProfile.from_json(PROFILE.as_json()) == PROFILE
    assert "system_schema" not in sample_profile().as_json()
    assert differences(sample_profile(), PROFILE)[0] == (
        "Schema of the system tables: ‘prosys’ instead of nothing."
    )
    (wrong,) = problems(copy.deepcopy(PROFILE.as_json()) | {"system_schema": "PRO SYS"})
    assert wrong.field == "system_schema"
    assert "such as PROSYS.dbo" in wrong.sentence
