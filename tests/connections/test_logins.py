"""Signing in to PayTrace, rationed: at the running simulator, which locks like PayTrace does."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.connections import operations, queries
from integrations.connections.clients import paytrace_client
from integrations.connections.logins import Attempt, guarded_log_in, single_flight
from integrations.connections.models import AccessToken, Connection
from integrations.paytrace.results import Token
from tenants.errors import NotPossible
from tenants.models import LoginCounter
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, USER, Scene, logins, put_user, told
from tests.paytrace.simulator_process import ROOT, Simulator

State = Connection.State


def _call(scene: Scene, connection: Connection) -> str:
    """One call of a worker: `answered`, or the code of what came instead."""
    try:
        client = paytrace_client(tenant_id=scene.tenant.id, connection_id=connection.id)
        client.transaction("392483001")
    except (FixConfiguration, TryLater) as error:
        return error.code
    return "answered"


def test_calls_share_one_sign_in(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    assert [_call(supply, connection) for _ in range(3)] == ["answered"] * 3
    assert logins(simulator) == (1, 0)


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_a_wrong_password_is_sent_once_and_then_a_person_is_asked(
    supply: Scene, simulator: Simulator, version: str
) -> None:
    connection = supply.paytrace(simulator.url, password="wrong-password", api_version=version)

    first = _call(supply, connection)
    again = [_call(supply, connection) for _ in range(5)]

    assert first == "paytrace.login_refused"
    assert again == ["connection.waiting_credential"] * 5
    assert logins(simulator) == (0, 1)
    row = supply.row(connection)
    assert (row.state, row.state_sentence) == (
        State.WAITING_CREDENTIAL,
        "PayTrace refused the user name or password.",
    )


def test_four_workers_with_a_spent_token_sign_in_once(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    assert _call(supply, connection) == "answered"
    with tenant_transaction(supply.tenant.id):
        AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert _in_four_processes(supply.tenant.id, connection.id) == ["answered"] * 4
    assert logins(simulator) == (2, 0), "one before, and one for all four"


def test_four_sessions_with_a_wrong_password_send_it_once(
    supply: Scene, simulator: Simulator
) -> None:
    connection = supply.paytrace(simulator.url, password="wrong-password")

    def work(_: int) -> str:
        try:
            return _call(supply, connection)
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(work, range(4)))
    assert sorted(answers) == ["connection.waiting_credential"] * 3 + ["paytrace.login_refused"]
    assert logins(simulator) == (0, 1)


def _in_four_processes(tenant_id: UUID, connection_id: UUID) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "tests.connections.worker",
        str(tenant_id),
        str(connection_id),
    ]
    workers = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=dict(os.environ),
        )
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return [worker.communicate(timeout=60)[0].strip() for worker in workers]


def test_a_token_the_gateway_refuses_is_replaced_once(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    assert _call(supply, connection) == "answered"
    simulator.control("faults", kind="token_expired", path_prefix="/v1/", count=1)
    assert _call(supply, connection) == "answered"
    assert logins(simulator) == (2, 0)


def test_a_gateway_that_is_away_uses_up_no_attempt(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    simulator.control("faults", kind="http_500", path_prefix="/oauth/", count=3)
    assert [_call(supply, connection) for _ in range(3)] == ["paytrace.unavailable"] * 3
    assert not LoginCounter.objects.exists()
    assert _call(supply, connection) == "answered"


def test_attempts_are_counted_per_user_over_environments_and_companies(
    supply: Scene, parts: Scene, simulator: Simulator
) -> None:
    mine = supply.paytrace(simulator.url, password="wrong-1")
    other = supply.paytrace(
        simulator.url, name="Second", password="wrong-2", username=" API_USER_77"
    )
    theirs = parts.paytrace(simulator.url, password="wrong-3")

    assert _call(supply, mine) == "paytrace.login_refused"
    assert _call(supply, other) == "paytrace.login_refused"
    # Two of four are used; the rest belongs to people, so this worker does not even ask.
    assert _call(parts, theirs) == "connection.lock_out_near"

    assert [queries.failed_logins(row) for row in (mine, other, theirs)] == [2, 2, 2]
    assert logins(simulator)[1] + logins(simulator, "API_USER_77")[1] == 2


def test_a_good_sign_in_starts_the_count_again(supply: Scene, simulator: Simulator) -> None:
    wrong = supply.paytrace(simulator.url, password="wrong-1")
    right = supply.paytrace(simulator.url, name="Right")
    assert _call(supply, wrong) == "paytrace.login_refused"
    assert queries.failed_logins(right) == 1
    assert _call(supply, right) == "answered"
    assert queries.failed_logins(right) == 0


def test_no_way_a_person_takes_reaches_the_lock(supply: Scene, simulator: Simulator) -> None:
    """First without asking, then only confirmed, then not at all until the password is reset."""
    connection = supply.paytrace(simulator.url, password="wrong-password")
    supply.test(connection)
    with pytest.raises(operations.NeedsConfirmation) as asked:
        supply.test(connection)
    assert asked.value.sentence == (
        "PayTrace locks a user after four failed sign-ins in a row. 1 of 4 has been used, counted "
        "over all connections that sign in as this user. Check the user name and password, then "
        "confirm one more attempt."
    )
    supply.test(connection, confirmed=True)
    supply.test(connection, confirmed=True)
    with pytest.raises(NotPossible) as refused:
        supply.test(connection, confirmed=True)
    assert refused.value.sentence == (
        "PayTrace locks a user after four failed sign-ins in a row. 3 of 4 have been used. Reset "
        "the user's password in PayTrace first, enter it here, and then choose ‘I have reset it’."
    )
    assert logins(simulator) == (0, 3)

    put_user(simulator, password="after-reset")
    with tenant_transaction(supply.tenant.id):
        operations.replace_secrets(
            connection_id=connection.id, secrets={"password": "after-reset"}, actor=ACTOR
        )
        operations.have_reset_password(connection_id=connection.id, actor=ACTOR)
    assert supply.test(connection).state == "passed"
    assert logins(simulator)[0] == 1
    assert ("connection.password_reset_stated", {"failures": 3}) in supply.audit()


def test_a_locked_user_is_told_as_locked_and_left_alone(
    supply: Scene, simulator: Simulator
) -> None:
    connection = supply.paytrace(simulator.url)
    simulator.control("faults", kind="locked", path_prefix="/oauth/", count=1)
    test = supply.test(connection)
    assert told(test) == [
        (
            "Sign in",
            False,
            (
                "PayTrace has locked this user, as it does after four failed sign-ins in a row. "
                "Reset the user's password in PayTrace, enter the new one here, then choose ‘I "
                "have reset it’."
            ),
        )
    ]
    assert queries.failed_logins(connection) == 4
    with pytest.raises(NotPossible, match="4 of 4 have been used"):
        supply.test(connection, confirmed=True)


def test_no_one_signs_in_inside_a_transaction(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    attempt = Attempt(supply.tenant.id, connection.id, connection.settings["login_key"])
    with (
        tenant_transaction(supply.tenant.id),
        pytest.raises(RuntimeError, match="leave the transaction"),
    ):
        guarded_log_in(attempt, lambda: Token("x", timedelta(hours=1)))


def test_turns_exclude_each_other_between_sessions_and_nest_in_one(supply: Scene) -> None:
    key = "ab" * 32
    before = _setting("lock_timeout")
    holders: list[str] = []

    def hold(name: str) -> None:
        try:
            with single_flight(key), single_flight(key):
                holders.append(name)
                assert len(holders) == 1
                holders.remove(name)
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hold, "abcd" * 5))
    with database.cursor() as cursor:
        # The server is everybody's: other workers of the suite hold locks in databases of theirs.
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert cursor.fetchone() == (0,)
    assert _setting("lock_timeout") == before


def _setting(name: str) -> str:
    with database.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def test_the_counter_keeps_no_user_name(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url, password="wrong-password")
    _call(supply, connection)
    row = LoginCounter.objects.get()
    assert USER.encode() not in bytes(row.key_hash)
    assert (len(bytes(row.key_hash)), row.failures) == (32, 1)
