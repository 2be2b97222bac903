"""The self-test of a site passes on a sound server, and each check fails on a broken one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from integrations.canonical.posting import PostingOutcome
from integrations.sagepro.backends import proving
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.preamble import Limits, PostgresPreamble, postgres_settings
from integrations.sagepro.backends.session import Session, open_session
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.sample.profile import sample_profile
from integrations.sagepro.self_test import SelfTest
from tests.sagepro.companies import SampleCompany
from tests.sagepro.postings import receipt

LABELS = [
    "Login",
    "Rights",
    "One writer",
    "Uniqueness",
    "Time-out",
    "Rollback",
    "Read back",
]


class _NoLock(PostgresPreamble):
    """A server whose application lock locks nothing."""

    def write(self, connection: Connection, limits: Limits, *, company: str) -> None:
        del company
        postgres_settings(limits, is_read_only=False).rows(connection)


class _Patient(PostgresPreamble):
    """A server that ignores how long a lock may be waited for."""

    def write(self, connection: Connection, limits: Limits, *, company: str) -> None:
        longer = replace(limits, lock=max(limits.lock, timedelta(seconds=2.3)))
        super().write(connection, longer, company=company)


@pytest.fixture
def session(company: SampleCompany) -> Session:
    return open_session(company.dsn, company="01", limits=Limits())


def _prove(session: Session) -> SelfTest:
    try:
        return proving.prove(session, SqlCompany.of(sample_profile()))
    finally:
        session.engine.dispose()


def _failed(found: SelfTest) -> dict[str, str]:
    return {check.label: check.sentence for check in found.checks if check.is_ok is False}


def test_a_sound_site_passes_and_only_our_own_table_has_one_more_row(
    company: SampleCompany,
) -> None:
    sage = SqlConnector(company.dsn, profile=sample_profile())
    found: list[SelfTest] = []
    done = company.during(lambda: found.append(sage.self_test()))
    sage.close()
    assert [check.label for check in found[0].checks] == LABELS
    assert found[0].is_passed
    assert _failed(found[0]) == {}
    assert found[0].server.startswith("PostgreSQL ")
    assert list(done.added) == ["ptpost"]
    ((row),) = done.added["ptpost"]
    assert (row["state"], row["effkey"][:17]) == ("withdrawn", "tieout:self-test:")
    assert (done.changed, done.removed) == ({}, {})


def test_a_payment_after_the_self_test_is_posted_as_before(company: SampleCompany) -> None:
    sage = SqlConnector(company.dsn, profile=sample_profile())
    sage.self_test()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    sage.close()


def test_an_administrator_is_told_and_does_not_fail(session: Session) -> None:
    found = _prove(session)
    assert (found.checks[0].label, found.checks[0].is_ok) == ("Login", None)
    assert "may do everything" in found.checks[0].sentence


def test_a_lock_that_locks_nothing_is_found(session: Session) -> None:
    found = _prove(replace(session, preamble=_NoLock()))
    assert _failed(found) == {"One writer": "Two writers were let in at the same time."}


@pytest.mark.parametrize(("key", "word"), [("ptpost_key", "key"), ("ptpost_marker", "marker")])
def test_a_side_table_without_a_unique_key_is_found(
    key: str, word: str, company: SampleCompany, session: Session
) -> None:
    company.execute(f"ALTER TABLE ptpost DROP CONSTRAINT {key}")
    assert _failed(_prove(session)) == {"Uniqueness": f"The same {word} could be written twice."}


def test_a_held_row_that_can_be_written_is_found(company: SampleCompany, session: Session) -> None:
    company.execute("ALTER TABLE ptpost DROP CONSTRAINT ptpost_key")
    company.execute("ALTER TABLE ptpost DROP CONSTRAINT ptpost_marker")
    found = _failed(_prove(session))
    assert found["Time-out"] == "A row that another writer holds could be written."


@pytest.mark.slow
def test_waiting_past_the_limit_is_found(session: Session) -> None:
    found = _failed(_prove(replace(session, preamble=_Patient())))
    assert list(found) == ["Time-out"]
    assert "past the limit" in found["Time-out"]


def test_a_server_that_keeps_what_is_given_up_is_found(session: Session) -> None:
    engine = session.engine.execution_options(isolation_level="AUTOCOMMIT")
    found = _failed(_prove(replace(session, engine=engine)))
    assert found["Rollback"] == "What was given up stayed in the table."


def test_a_table_that_changes_what_is_written_is_found(
    company: SampleCompany, session: Session
) -> None:
    company.execute(
        "CREATE FUNCTION cents() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.amount := round(NEW.amount, 2); RETURN NEW; END'"
    )
    company.execute(
        "CREATE TRIGGER cents BEFORE INSERT ON ptpost FOR EACH ROW EXECUTE FUNCTION cents()"
    )
    assert _failed(_prove(session)) == {
        "Read back": "Column amount does not hold what was written."
    }


def test_a_missing_side_table_is_told_with_its_name(
    company: SampleCompany, session: Session
) -> None:
    company.execute("DROP TABLE ptpost")
    found = _prove(session)
    assert not found.is_passed
    assert "ptpost" in _failed(found)["Rights"]


def test_nothing_checked_is_not_passed() -> None:
    assert not SelfTest("x", ()).is_passed
