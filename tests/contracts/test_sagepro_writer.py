"""The single writer under pressure: many at once, locks held, connections cut, answers lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event

from integrations.canonical.errors import OutcomeUnknown, TryLater
from integrations.canonical.posting import PostingOutcome, PostingRequest, WithdrawOutcome
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.session import open_session
from integrations.sagepro.connector import Connector
from integrations.sagepro.sample.books import changes
from integrations.sagepro.sample.profile import sample_profile
from tests.sagepro.any_company import AnyCompany
from tests.sagepro.companies import SHORT, SampleCompany
from tests.sagepro.cutting_proxy import CuttingProxy
from tests.sagepro.postings import on_account, receipt

PATIENT = Limits(lock=timedelta(seconds=60), statement=timedelta(seconds=60))


def _ask(company: AnyCompany, request: PostingRequest) -> PostingOutcome:
    sage = company.connect(limits=PATIENT)
    try:
        return sage.post_if_absent(request).outcome
    finally:
        sage.close()


def test_a_hundred_askers_at_once_make_one_receipt(company: AnyCompany) -> None:
    """Twenty workers, each with its own connection, ask five times each."""
    workers = [company.connect(limits=PATIENT) for _ in range(20)]
    before = company.books()
    with ThreadPoolExecutor(20) as threads:
        results = threads.map(lambda sage: sage.post_if_absent(receipt()), workers * 5)
        answers = Counter(result.outcome for result in results)
    assert answers == {PostingOutcome.POSTED: 1, PostingOutcome.EXISTS: 99}
    found = changes(before, company.books())
    assert len(found.added["arcash"]) == 1
    assert found.changed["arcust"]["ACME01"]["balance"] == ("2780.9400", "2040.9400")


def test_two_payments_of_one_invoice_at_once_are_one_payment(company: AnyCompany) -> None:
    before = company.books()
    requests = [receipt("sale-1"), receipt("sale-2")]
    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(lambda one: _ask(company, one), requests))
    assert answers == [PostingOutcome.POSTED, PostingOutcome.REFUSED]
    found = changes(before, company.books())
    assert [row["paidamt"] for row in found.added["arcash"]] == ["740.0000"]


@pytest.mark.machine("A person holds no writer lock, and is not kept waiting by one.")
def test_a_busy_writer_is_waited_for(company: AnyCompany) -> None:
    sage = company.connect(limits=SHORT)
    before = company.books()
    with company.busy():
        assert sage.post_if_absent(receipt()).outcome is PostingOutcome.WAIT
        with pytest.raises(TryLater):
            sage.withdraw("sale-1")
    assert company.books() == before
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


@pytest.mark.parametrize("scene", [("armast", "invno", "10432"), ("arcust", "custno", "ACME01")])
def test_a_record_open_on_a_screen_is_waited_for(
    scene: tuple[str, str, str], company: AnyCompany, sage: Connector
) -> None:
    table, column, key = scene
    company.change(table, {column: key}, lckstat="Y")
    before = company.books()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.WAIT
    assert company.books() == before


def test_a_busy_writer_notes_no_status(sql_company: SampleCompany) -> None:
    sage = sql_company.connect(limits=SHORT)
    with sql_company.busy(), pytest.raises(TryLater):
        sage.note_status(invoice_number="10432", status="Failed")


@contextmanager
def _held(sql_company: SampleCompany, statement: str, *values: object) -> Iterator[None]:
    with psycopg.connect(sql_company.dsn) as connection:
        connection.execute(statement.encode(), values)
        yield
        connection.rollback()


def test_a_row_somebody_holds_in_sage_is_waited_for(sql_company: SampleCompany) -> None:
    sage = sql_company.connect(limits=SHORT)
    before = sql_company.books()
    with _held(sql_company, "UPDATE armast SET notes = 'x' WHERE trim(invno) = '10432'"):
        assert sage.post_if_absent(receipt()).outcome is PostingOutcome.WAIT
    assert sql_company.books() == before


def test_a_rule_of_the_site_s_own_refuses_one_posting_and_is_told(
    sql_company: SampleCompany,
) -> None:
    """A trigger that raises is about its row; the server is there, and the next is posted."""
    sql_company.execute(
        "CREATE FUNCTION no_receipt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'No receipts for %% this month.', trim(NEW.custno); END $$"
    )
    sql_company.execute(
        "CREATE TRIGGER no_receipt BEFORE INSERT ON arcash FOR EACH ROW "
        "WHEN (NEW.custno = 'ACME01') EXECUTE FUNCTION no_receipt()"
    )
    sage, before = sql_company.connect(), sql_company.books()
    result = sage.post_if_absent(receipt())
    assert result.outcome is PostingOutcome.REFUSED
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.sentence) == (
        "value_refused",
        "A rule in Sage Pro's own database refused it: No receipts for ACME01 this month.",
    )
    assert result.refusal.remedy
    assert sql_company.books() == before
    other = receipt("sale-2", "10.00", customer="ADLER1", invoices={"100431": "10.00"})
    assert sage.post_if_absent(other).outcome is PostingOutcome.POSTED


def test_an_invoice_changed_between_reading_and_writing_is_not_overwritten(
    sql_company: SampleCompany,
) -> None:
    """Somebody in Sage pays 100.00 while we wait for the row: the guarded update loses once."""
    sage = sql_company.connect(limits=PATIENT)
    with ThreadPoolExecutor(1) as threads, psycopg.connect(sql_company.dsn) as clerk:
        clerk.execute("UPDATE armast SET paidamt = 100, balance = 640 WHERE trim(invno) = '10432'")
        answer = threads.submit(sage.post_if_absent, receipt())
        _until_somebody_waits(sql_company)
        clerk.commit()
        assert answer.result().outcome is PostingOutcome.WAIT
    invoice = sage.invoices_by_number(["10432"])[0]
    assert (str(invoice.paid), str(invoice.balance)) == ("100.0000", "640.0000")


def _until_somebody_waits(sql_company: SampleCompany) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid' "
        "AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
    )
    with psycopg.connect(sql_company.dsn, autocommit=True) as watch:
        for _ in range(2000):
            row = watch.execute(waiting).fetchone()
            if row and row[0]:
                return
            threading.Event().wait(0.005)
    pytest.fail("The writer never reached the locked row")


def test_a_connection_that_died_while_it_was_kept_costs_nobody_an_answer(
    sql_company: SampleCompany,
) -> None:
    """Its first words tell, when nothing is written yet; nothing later is said again."""
    sage = sql_company.connect()
    before = sql_company.books()
    assert sage.post_if_absent(on_account("kept-1", "1.00")).outcome is PostingOutcome.POSTED
    with psycopg.connect(sql_company.dsn, autocommit=True) as connection:
        assert connection.execute(_KILL).fetchall() == [(True,)]
    assert sage.post_if_absent(on_account("kept-2", "1.00")).outcome is PostingOutcome.POSTED
    assert len(changes(before, sql_company.books()).added["arcash"]) == 2


def test_what_is_interrupted_is_given_up_and_its_connection_with_it(
    sql_company: SampleCompany,
) -> None:
    session = open_session(sql_company.dsn, company="01", limits=SHORT)
    before = sql_company.books()
    event.listen(session.engine, "before_cursor_execute", _interrupt)
    books = SqlCompany.of(sample_profile())
    with pytest.raises(KeyboardInterrupt), session.writing() as connection:  # noqa: PT012
        former = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        books.update(connection, "customers", None, {"balance": 0})
    event.remove(session.engine, "before_cursor_execute", _interrupt)
    with session.writing() as connection:
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() != former
    session.engine.dispose()
    assert sql_company.books() == before


def _interrupt(*told: object) -> None:
    if str(told[2]).startswith("UPDATE"):
        raise KeyboardInterrupt


def test_a_session_killed_before_any_statement_never_leaves_half_a_posting(
    sql_company: SampleCompany,
) -> None:
    """Wherever it is cut, the books hold all of a posting or none, and asking again ends it."""
    sage = sql_company.connect(limits=PATIENT)
    before = sql_company.books()
    _asked_again(sage, on_account("warm", "1.00"))
    with _Killer(sql_company.dsn) as killer:
        _asked_again(sage, on_account("kill-0", "1.00"))
        statements, told = killer.statements, []
        for number in range(1, statements + 1):
            killer.strike_before(number)
            told.append(_asked_again(sage, on_account(f"kill-{number}", "1.00")))
    posted = statements + 2
    assert killer.kills == statements
    # First words are said again unheard, and what is looked up after the commit changes nothing.
    assert told == [0] * 2 + [1] * 23 + [0] * 7
    found = changes(before, sql_company.books())
    counts = {table: len(rows) for table, rows in found.added.items()}
    assert counts == {"arcash": posted, "ardist": 2 * posted, "armast": posted, "ptpost": posted}
    assert found.changed["sysdata"]["AR/01"]["int1"] == ("4683", str(4683 + posted))


_KILL = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class _Killer:
    """Ends every session just before the nth statement, as an administrator can."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._at = 0
        self.statements = 0
        self.kills = 0

    def __enter__(self) -> _Killer:
        event.listen(Engine, "before_cursor_execute", self._count)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._count)

    def strike_before(self, statement: int) -> None:
        """Count from here, and end all sessions when that one is about to be said."""
        self._at, self.statements = statement, 0

    def _count(self, *_: object) -> None:
        self.statements += 1
        if self.statements == self._at:
            with psycopg.connect(self._dsn, autocommit=True) as administrator:
                self.kills += len(administrator.execute(_KILL).fetchall())


def _asked_again(sage: Connector, request: PostingRequest) -> int:
    """How often, until it was posted."""
    for again in range(5):
        try:
            outcome = sage.post_if_absent(request).outcome
        except (TryLater, OutcomeUnknown):
            continue
        assert outcome in {PostingOutcome.POSTED, PostingOutcome.EXISTS}
        return again
    pytest.fail("The posting never went through")


@pytest.mark.parametrize("reaches_server", [True, False])
def test_a_lost_answer_to_the_commit_is_unknown_until_asked_again(
    reaches_server: bool,  # noqa: FBT001 - a pytest parameter
    sql_company: SampleCompany,
    tmp_path: Path,
) -> None:
    """Cut at COMMIT, before or after the server got it: only asking again tells which."""
    before = sql_company.books()
    with CuttingProxy(sql_company.dsn, folder=tmp_path, reaches_server=reaches_server) as proxy:
        sage = sql_company.connect(dsn=proxy.dsn)
        with pytest.raises(OutcomeUnknown) as lost:
            sage.post_if_absent(receipt())
        sage.close()
    assert lost.value.code == "sage.commit_lost"
    assert proxy.cuts == 1
    again = sql_company.connect().post_if_absent(receipt()).outcome
    assert again is (PostingOutcome.EXISTS if reaches_server else PostingOutcome.POSTED)
    found = changes(before, sql_company.books())
    assert [row["paidamt"] for row in found.added["arcash"]] == ["740.0000"]


def test_a_lost_answer_to_a_withdrawal_is_unknown_until_asked_again(
    sql_company: SampleCompany, tmp_path: Path
) -> None:
    with CuttingProxy(sql_company.dsn, folder=tmp_path, reaches_server=True) as proxy:
        sage = sql_company.connect(dsn=proxy.dsn)
        with pytest.raises(OutcomeUnknown):
            sage.withdraw("sale-1")
        sage.close()
    assert sql_company.connect().withdraw("sale-1") is WithdrawOutcome.WITHDRAWN


def test_a_paused_writer_is_thrown_out_and_leaves_nothing(sql_company: SampleCompany) -> None:
    """A worker frozen in its transaction cannot hold the company's lock for ever."""
    paused = open_session(
        sql_company.dsn, company="01", limits=Limits(idle=timedelta(milliseconds=300))
    )
    before = sql_company.books()
    with pytest.raises(TryLater), paused.writing() as connection:  # noqa: PT012
        connection.exec_driver_sql("UPDATE arcust SET balance = 0")
        outcome = _ask(sql_company, receipt())
        connection.exec_driver_sql("SELECT 1")
    paused.engine.dispose()
    assert outcome is PostingOutcome.POSTED
    found = changes(before, sql_company.books())
    assert len(found.added["arcash"]) == 1
    assert found.changed["arcust"]["ACME01"]["balance"] == ("2780.9400", "2040.9400")
