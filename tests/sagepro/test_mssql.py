"""The SQL Server edition over its real driver, against a server that says what a test wants.

What SQL Server itself would do is not tried here: that is what the self-test is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pymssql
import pytest
from sqlalchemy.exc import DBAPIError

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)
from integrations.canonical.posting import PostingOutcome
from integrations.sagepro.backends.faults import translate
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.session import Session, open_session
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.sample.profile import sample_profile
from tests.sagepro.postings import receipt
from tests.sagepro.tds_server import Answer, Answers, Count, Failure, HangUp, Rows, TdsServer

# What SQLAlchemy asks of every new server.
_GREETINGS = {
    "@@version": "Microsoft SQL Server 2014 - 12.0.2000.8 (X64)",
    "schema_name()": "dbo",
    "sys.system_views": "dm_exec_sessions",
    "transaction_isolation_level": "READ COMMITTED",
    "max support": "x",
    "fn_listextendedproperty": "1",
}
SHORT = Limits(connect=timedelta(seconds=2), statement=timedelta(seconds=1))


LOCK = (
    "SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT 5000; DECLARE @answer int; "
    "EXEC @answer = sp_getapplock @Resource = N'tieout.sagepro.writer:01', "
    "@LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 5000; "
    "SELECT @answer AS answer"
)


def answering(act: Answers | None = None, *, lock: int = 0) -> Answers:
    """Greets like SQL Server, grants the lock, and leaves the rest to `act`."""

    def answer(statement: str) -> Answer:
        for part, told in _GREETINGS.items():
            if part in statement.lower():
                return Rows(("told",), [(told,)])
        if "sp_getapplock" in statement:
            return Rows(("answer",), [(lock,)])
        is_ours = statement.startswith(("SET", "use", "BEGIN TRAN", "ROLLBACK TRAN"))
        return act(statement) if act and not is_ours else Count(0)

    return answer


@pytest.fixture
def opened() -> Iterator[Callable[[TdsServer], Session]]:
    made: list[Session] = []

    def open_on(server: TdsServer) -> Session:
        made.append(open_session(server.dsn, company="01", limits=SHORT))
        return made[-1]

    yield open_on
    for session in made:
        session.engine.dispose()


Opens = Callable[[TdsServer], Session]
_WRITTEN = ["UPDATE armast SET notes = 'x'", "COMMIT TRAN", "BEGIN TRAN"]


def _write(session: Session, statement: str = "UPDATE armast SET notes = 'x'") -> None:
    with session.writing() as connection:
        connection.exec_driver_sql(statement)


def test_a_write_takes_the_lock_before_and_ends_with_one_commit(opened: Opens) -> None:
    with TdsServer(answering()) as server:
        session = opened(server)
        _write(session)
        server.heard.clear()
        _write(session)
        assert server.heard == [LOCK, *_WRITTEN]


def test_what_the_address_adds_never_reaches_the_driver() -> None:
    session = open_session("mssql://a:b@host/db?encryption=off", company="01", limits=SHORT)
    assert str(session.engine.url) == "mssql+pymssql://a:***@host/db"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (-1, TryLater, "sage.in_use"),
        (-2, TryLater, "sage.in_use"),
        (-3, TryLater, "sage.in_use"),
        (-999, FixConfiguration, "sage.lock_refused"),
    ],
)
def test_a_lock_that_is_not_given_is_told_and_nothing_is_written(
    answer: int, kind: type[IntegrationError], code: str, opened: Opens
) -> None:
    with TdsServer(answering(lock=answer)) as server:
        with pytest.raises(kind) as refused:
            _write(opened(server))
        assert refused.value.code == code
        assert "COMMIT TRAN" not in server.heard
        assert not [one for one in server.heard if one.startswith("UPDATE")]


def test_a_busy_writer_is_an_answer_to_wait() -> None:
    with TdsServer(answering(lock=-1)) as server:
        sage = SqlConnector(server.dsn, profile=sample_profile(), limits=SHORT)
        assert sage.post_if_absent(receipt()).outcome is PostingOutcome.WAIT
        sage.close()


@pytest.mark.parametrize(
    ("failure", "kind", "code", "words"),
    [
        (Failure(1222, "Lock request time out."), TryLater, "sage.in_use", "in use"),
        (
            Failure(1205, "Transaction was deadlocked and chosen as the victim.", 13),
            TryLater, "sage.in_use", "in use",
        ),
        (
            Failure(207, "Invalid column name 'balance'."),
            FixConfiguration, "sage.schema_changed", "Invalid column name 'balance'.",
        ),
        (
            Failure(208, "Invalid object name 'arcash'."),
            FixConfiguration, "sage.schema_changed", "Invalid object name 'arcash'.",
        ),
        (
            Failure(229, "The UPDATE permission was denied on the object 'armast'.", 14),
            FixConfiguration, "sage.permission", "denied on the object 'armast'.",
        ),
        (
            Failure(
                2628,
                "String or binary data would be truncated in table 'PRO01.dbo.arcash', "
                "column 'payref'. Truncated value: '4111111111111111'.",
            ),
            NeverWorks, "sage.value_refused", "(PRO01.dbo.arcash, column payref)",
        ),
        (
            Failure(8152, "String or binary data would be truncated."),
            NeverWorks, "sage.value_refused", "one of the values.",
        ),
        (Failure(9002, "The transaction log is full.", 17), TryLater, "sage.unreachable", ""),
        (
            Failure(
                547,
                'The INSERT statement conflicted with the CHECK constraint "positive". The '
                "conflict occurred in database \"PRO01\", table \"dbo.arcash\", column 'paidamt'.",
            ),
            NeverWorks, "sage.refused_by_site", "table \"dbo.arcash\", column 'paidamt'.",
        ),
        (
            Failure(50000, "No receipts for ACME01 (4111111111111111) this month."),
            NeverWorks, "sage.refused_by_site", "refused it: No receipts for ACME01 (",
        ),
    ],
)  # fmt: skip
def test_what_the_server_says_is_told_in_our_words(
    failure: Failure, kind: type[IntegrationError], code: str, words: str, opened: Opens
) -> None:
    with TdsServer(answering(lambda _: failure)) as server, pytest.raises(kind) as told:
        _write(opened(server))
    assert told.value.code == code
    assert words in told.value.sentence
    assert "4111" not in str(told.value)
    assert "DB-Lib" not in str(told.value)


def test_a_refused_login_is_told_once_and_does_not_colour_what_comes_after(opened: Opens) -> None:
    """The driver keeps the number of a refusal for the process; nobody listening is still away."""
    refusal = Failure(18456, "Login failed for user 'tieout'.", 14)
    with TdsServer(answering(), login=refusal) as server:
        session = opened(server)
        with pytest.raises(FixConfiguration) as refused:
            _write(session)
    assert refused.value.code == "sage.login_refused"
    assert "secret" not in str(refused.value)
    with pytest.raises(TryLater) as away:
        _write(session)
    assert away.value.code == "sage.unreachable"


def test_a_database_that_is_not_there_is_told_before_the_refused_login() -> None:
    """As the server tells it: first that it cannot open it, then that the login failed."""
    said = (
        b'Cannot open database "PRO01" requested by the login. The login failed.'
        b"Login failed for user 'tieout'.DB-Lib error message 20018, severity 14:\n"
    )
    error = DBAPIError(None, None, pymssql.OperationalError((18456, said)))
    told = translate(error)
    assert (type(told), told.code) == (FixConfiguration, "sage.database_missing")


def test_a_server_that_goes_while_it_is_asked_is_away_and_comes_back(opened: Opens) -> None:
    def go(statement: str) -> Answer:
        if "go" in statement:
            raise HangUp
        return Count(1)

    with TdsServer(answering(go)) as server:
        session = opened(server)
        with pytest.raises(TryLater) as away:
            _write(session, "UPDATE armast SET notes = 'go'")
        assert away.value.code == "sage.unreachable"
        assert server.heard.count("UPDATE armast SET notes = 'go'") == 1
        _write(session)


def test_a_kept_connection_that_died_is_noticed_by_its_first_words(opened: Opens) -> None:
    """They are said once more on a new connection; a new one that dies too is a failure."""
    dying = iter([False, True, False, True, True])

    def answer(statement: str) -> Answer:
        if statement == LOCK and next(dying):
            raise HangUp
        return answering()(statement)

    with TdsServer(answer) as server:
        session = opened(server)
        _write(session)
        server.heard.clear()
        _write(session)
        assert server.heard[:1] == [LOCK]
        assert server.heard[-4:] == [LOCK, *_WRITTEN]
        with pytest.raises(TryLater) as away:
            _write(session)
        assert away.value.code == "sage.unreachable"
        assert server.heard.count("COMMIT TRAN") == 1


@pytest.mark.parametrize(
    "end", [HangUp(), Failure(9002, "The transaction log is full.", 17), Failure(3902, "No tran.")]
)
def test_every_failure_at_the_commit_leaves_it_open(end: HangUp | Failure, opened: Opens) -> None:
    def commit(statement: str) -> Answer:
        if statement != "COMMIT TRAN":
            return Count(1)
        if isinstance(end, Failure):
            return end
        raise end

    with TdsServer(answering(commit)) as server, pytest.raises(OutcomeUnknown) as lost:
        _write(opened(server))
    assert lost.value.code == "sage.commit_lost"


def test_a_duplicate_key_of_our_side_table_is_another_writer(opened: Opens) -> None:
    """Numbers 2627 and 2601 are the keys' own; the driver tells them as integrity errors."""
    double = Failure(2627, "Violation of UNIQUE KEY constraint 'ptpost_marker'.", 14)

    def once(statement: str) -> Answer:
        return double if "INSERT INTO ptpost" in statement else _nothing(statement)

    with TdsServer(answering(once)) as server:
        sage = SqlConnector(server.dsn, profile=sample_profile(), limits=SHORT)
        with pytest.raises(TryLater) as busy:
            sage.withdraw("sale-1")
        sage.close()
    assert busy.value.sentence == "Another writer recorded this posting at the same moment."


def _nothing(_statement: str) -> Answer:
    return Rows(("none",), [])
