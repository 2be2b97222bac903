"""How a connection's state moves, and when a worker may try it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)
from integrations.connections import health, operations
from integrations.connections.models import Connection
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene

State = Connection.State
NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
OFFLINE = TryLater("Sage Pro's database cannot be reached.", code="sage.unreachable")


@pytest.fixture
def books(supply: Scene) -> Connection:
    """A connected company."""
    made = supply.sagepro("postgresql://sage:x@127.0.0.1:1/books")
    _change(supply, made, state=State.CONNECTED)
    return made


def _change(scene: Scene, connection: Connection, **values: Any) -> None:
    with tenant_transaction(scene.tenant.id):
        Connection.objects.filter(pk=connection.pk).update(**values)


def _fail(
    scene: Scene, connection: Connection, error: IntegrationError, now: datetime = NOW
) -> timedelta:
    with tenant_transaction(scene.tenant.id):
        return health.record_failure(connection_id=connection.id, error=error, now=now)


def test_the_wait_grows_with_each_failure_and_never_ends(supply: Scene, books: Connection) -> None:
    waits = [_fail(supply, books, OFFLINE) for _ in range(12)]
    for wait, base in zip(waits, [*health.BACK_OFF, *[health.BACK_OFF[-1]] * 3], strict=True):
        assert base <= wait <= base * 1.2
    assert [base.total_seconds() for base in health.BACK_OFF] == [
        5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600,
    ]  # fmt: skip
    row = supply.row(books)
    assert (row.state, row.failures_in_a_row, row.state_sentence) == (
        State.OFFLINE,
        12,
        "Sage Pro's database cannot be reached.",
    )
    assert row.try_again_at == NOW + waits[-1]


def test_thousand_failures_do_not_come_back_together(supply: Scene, books: Connection) -> None:
    waits = {_fail(supply, books, OFFLINE) for _ in range(20)}
    assert len(waits) == 20


def test_the_other_side_may_ask_for_a_longer_wait(supply: Scene, books: Connection) -> None:
    asked = TryLater("Busy.", code="paytrace.unavailable", after=timedelta(minutes=7))
    assert _fail(supply, books, asked) == timedelta(minutes=7)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (OFFLINE, State.OFFLINE),
        (OutcomeUnknown("Lost.", code="sage.commit_lost"), State.OFFLINE),
        (FixConfiguration("No.", code="paytrace.login_refused"), State.WAITING_CREDENTIAL),
        (FixConfiguration("No.", code="paytrace.user_locked"), State.WAITING_CREDENTIAL),
        (FixConfiguration("No.", code="connection.lock_out_near"), State.WAITING_CREDENTIAL),
        (FixConfiguration("No.", code="sage.login_refused"), State.WAITING_CREDENTIAL),
        (FixConfiguration("No.", code="sage.schema_changed"), State.MISCONFIGURED),
        (FixConfiguration("No.", code="paytrace.not_permitted"), State.MISCONFIGURED),
    ],
)
def test_each_failure_has_its_state(
    supply: Scene, books: Connection, error: IntegrationError, state: str
) -> None:
    _fail(supply, books, error)
    assert supply.row(books).state == state


@pytest.mark.parametrize(
    "error",
    [
        NeverWorks("No such invoice.", code="sage.value_refused"),
        TryLater("A record in Sage Pro is in use.", code="sage.in_use"),
        TryLater("Log in again.", code="paytrace.token_expired"),
    ],
)
def test_an_answer_about_one_request_says_nothing_about_the_connection(
    supply: Scene, books: Connection, error: IntegrationError
) -> None:
    before = supply.row(books)
    wait = _fail(supply, books, error)
    assert timedelta(seconds=5) <= wait <= timedelta(seconds=6)
    after = supply.row(books)
    assert (after.state, after.failures_in_a_row, after.try_again_at) == (
        before.state,
        0,
        None,
    )


@pytest.mark.parametrize("state", [State.NEW, State.WAITING_CREDENTIAL, State.MISCONFIGURED])
def test_what_needs_a_person_stays_so_when_the_other_side_is_away_or_back(
    supply: Scene, books: Connection, state: str
) -> None:
    _change(supply, books, state=state, state_sentence="Enter the password.")
    _fail(supply, books, OFFLINE)
    with tenant_transaction(supply.tenant.id):
        health.record_ok(connection_id=books.id)
    row = supply.row(books)
    assert row.state == state
    if state != State.NEW:
        assert row.state_sentence == "Enter the password."


def test_an_offline_connection_is_connected_by_the_first_answer(
    supply: Scene, books: Connection
) -> None:
    _fail(supply, books, OFFLINE)
    with tenant_transaction(supply.tenant.id):
        health.record_ok(connection_id=books.id)
    row = supply.row(books)
    assert (row.state, row.failures_in_a_row, row.try_again_at, row.state_sentence) == (
        State.CONNECTED,
        0,
        None,
        "",
    )
    assert row.last_ok_at is not None


@pytest.mark.parametrize(
    ("values", "may"),
    [
        ({"state": State.CONNECTED}, True),
        ({"state": State.NEW}, False),
        ({"state": State.WAITING_CREDENTIAL}, False),
        ({"state": State.MISCONFIGURED}, False),
        ({"state": State.OFFLINE, "try_again_at": NOW}, True),
        ({"state": State.OFFLINE, "try_again_at": NOW + timedelta(seconds=1)}, False),
        ({"state": State.CONNECTED, "paused_at": NOW}, False),
        ({"state": State.CONNECTED, "halted_at": NOW}, False),
    ],
)
def test_when_a_worker_may_try(
    supply: Scene, books: Connection, values: dict[str, Any], *, may: bool
) -> None:
    _change(supply, books, **values)
    assert health.may_try(supply.row(books), NOW) is may


def test_a_halt_lasts_until_a_person_lifts_it_with_a_reason(
    supply: Scene, books: Connection
) -> None:
    with tenant_transaction(supply.tenant.id):
        assert health.halt(connection_id=books.id, reason="Receipt PT0001 differs.") is True
        assert health.halt(connection_id=books.id, reason="Again.") is False
    row = supply.row(books)
    assert (row.halted_reason, health.may_try(row, NOW)) == ("Receipt PT0001 differs.", False)
    with tenant_transaction(supply.tenant.id):
        with pytest.raises(NotPossible, match="Say what you found"):
            operations.lift_halt(connection_id=books.id, actor=ACTOR, reason=" ")
        operations.lift_halt(connection_id=books.id, actor=ACTOR, reason="Keyed by hand; fine.")
        with pytest.raises(NotPossible, match="not halted"):
            operations.lift_halt(connection_id=books.id, actor=ACTOR, reason="Again.")
    assert health.may_try(supply.row(books), NOW)
    assert supply.audit()[-2:] == [
        ("connection.halted", {"reason": "Receipt PT0001 differs."}),
        ("connection.halt_lifted", {"reason": "Keyed by hand; fine."}),
    ]
    assert supply.due() == [("deliver", books.id), ("open_items", books.id)]
