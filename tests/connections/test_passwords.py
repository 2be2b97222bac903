"""A PayTrace user's password: its end, its characters, and what a refused one stops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from integrations.alerts.facts import conditions
from integrations.connections import operations
from integrations.connections.models import Connection, ConnectionSecret
from integrations.connections.passwords import (
    PasswordEnd,
    has_special_characters,
    kind_of,
    latest_end,
    password_end,
    say_kind,
)
from integrations.paytrace.account import UserKind
from tenants.errors import NotPossible
from tenants.models import Environment
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, PASSWORD, USER, Scene, told
from tests.paytrace.simulator_process import Simulator

NOW = datetime(2026, 4, 6, 18, 0, tzinfo=UTC)


@pytest.fixture
def april(simulator: Simulator) -> Iterator[None]:
    """Here and at the gateway it is April 6."""
    simulator.control("clock", now=NOW.isoformat())
    with time_machine.travel(NOW, tick=True):
        yield
    simulator.control("clock", running=True)


def web_user(simulator: Simulator, **changes: Any) -> None:
    user = {
        "username": USER,
        "password": PASSWORD,
        "kind": "web",
        "password_set_at": "2026-01-15T09:00:00-08:00",
    }
    simulator.control("accounts", account="acme", merchant_id="777001", users=[user | changes])


def alerts(scene: Scene) -> list[tuple[str, str]]:
    with tenant_transaction(scene.tenant.id):
        environment = Environment.objects.get(id=scene.environment_id)
        return [(c.kind, c.sentence) for c in conditions(environment)]


def end_of(scene: Scene, connection: Connection, *, now: datetime) -> PasswordEnd | None:
    with tenant_transaction(scene.tenant.id):
        return password_end(Connection.objects.get(id=connection.id), now=now)


# Its end


@pytest.mark.usefixtures("april")
def test_a_web_user_is_explained_counted_down_and_told_in_time(
    supply: Scene, simulator: Simulator
) -> None:
    web_user(simulator)
    connection = supply.paytrace(simulator.url, api_version="v3")
    findings = {
        label: (is_ok, sentence) for label, is_ok, sentence in told(supply.test(connection))
    }
    is_ok, sentence = findings["Kind of user"]
    assert is_ok is False
    assert sentence.startswith("This is a web user: PayTrace lets its password expire every 90")
    assert sentence.endswith("The password ends on April 15, 2026.")
    row = supply.row(connection)
    assert row.state == Connection.State.CONNECTED, "a warning only"
    end = end_of(supply, connection, now=timezone.now())
    assert end == PasswordEnd(date(2026, 4, 15), 9)
    assert alerts(supply) == [
        (
            "connection_password",
            (
                "Acme gateway: The password of this PayTrace user ends on April 15, 2026, in 9 "
                "days. It is a web user; an API user's password does not end."
            ),
        )
    ]


@pytest.mark.usefixtures("april")
def test_a_password_far_from_its_end_is_no_alert(supply: Scene, simulator: Simulator) -> None:
    web_user(simulator, password_set_at="2026-04-01T09:00:00-07:00")
    connection = supply.paytrace(simulator.url, api_version="v3")
    supply.test(connection)
    end = end_of(supply, connection, now=timezone.now())
    assert end is not None
    assert (end.days_left, end.is_near) == (85, False)
    assert alerts(supply) == []


@pytest.mark.usefixtures("april")
def test_an_api_users_password_has_no_end(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url, api_version="v3")
    supply.test(connection)
    row = supply.row(connection)
    assert row.capabilities["user"] == {
        "available": True,
        "sentence": "This is an API user: its password does not expire.",
    }
    assert end_of(supply, connection, now=timezone.now()) is None


@pytest.mark.usefixtures("april")
def test_v1_does_not_tell_and_says_the_last_day_there_could_be(
    supply: Scene, simulator: Simulator
) -> None:
    findings = told(supply.test(supply.paytrace(simulator.url)))
    last_day = latest_end(timezone.now(), zone="America/Los_Angeles")
    (said,) = [sentence for label, _, sentence in findings if label == "Kind of user"]
    # The moment of entering is the database's own clock, so only the form is compared.
    assert said.startswith("API v1 does not tell API users and web users apart. If it is a web")
    assert said.endswith(" at the latest.")
    assert last_day == "July 5, 2026"


def entered(scene: Scene, at: datetime) -> None:
    with tenant_transaction(scene.tenant.id):
        ConnectionSecret.objects.filter(field="password").update(changed_at=at)


def said(scene: Scene, connection: Connection, kind: str) -> None:
    with tenant_transaction(scene.tenant.id):
        say_kind(connection_id=connection.id, kind=kind, actor=ACTOR)


@pytest.mark.usefixtures("april")
def test_where_nobody_says_which_kind_it_is_the_latest_end_is_told_in_time(
    supply: Scene, simulator: Simulator
) -> None:
    """And an answer after that day proves that it is no web user."""
    connection = supply.paytrace(simulator.url)
    supply.test(connection)
    entered(supply, NOW - timedelta(days=75))
    assert end_of(supply, connection, now=NOW) is None
    entered(supply, NOW - timedelta(days=81))
    end = end_of(supply, connection, now=NOW)
    assert end == PasswordEnd(date(2026, 4, 15), 9, is_certain=False)
    assert alerts(supply) == [
        (
            "connection_password",
            (
                "Acme gateway: PayTrace does not say whether this is a web user. If it is one, its "
                "password ends by April 15, 2026 at the latest, in 9 days."
            ),
        )
    ]
    with tenant_transaction(supply.tenant.id):
        Connection.objects.update(last_ok_at=NOW + timedelta(days=11))
    assert end_of(supply, connection, now=NOW + timedelta(days=12)) is None


@pytest.mark.usefixtures("april")
def test_a_person_says_which_kind_of_user_it_is(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    supply.test(connection)
    entered(supply, NOW - timedelta(days=60))
    said(supply, connection, "web")
    assert end_of(supply, connection, now=NOW) == PasswordEnd(date(2026, 5, 6), 30)
    said(supply, connection, "api")
    assert end_of(supply, connection, now=NOW + timedelta(days=300)) is None
    with pytest.raises(NotPossible, match="an API user or a web user"):
        said(supply, connection, "owner")
    with tenant_transaction(supply.tenant.id):
        operations.replace_secrets(
            connection_id=connection.id, secrets={"username": "another", "password": "An0ther"},
            actor=ACTOR,
        )  # fmt: skip
    assert kind_of(supply.row(connection)) is UserKind.UNKNOWN, "it is another user"


@pytest.mark.usefixtures("april")
def test_where_paytrace_tells_it_nobody_is_asked(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url, api_version="v3")
    supply.test(connection)
    with pytest.raises(NotPossible, match="PayTrace itself tells"):
        said(supply, connection, "web")
    assert kind_of(supply.row(connection)) is UserKind.API


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (9, "ends on April 15, 2026, in 9 days."),
        (1, "ends on April 15, 2026, in 1 day."),
        (0, "ends on April 15, 2026, today."),
        (-3, "ended on April 15, 2026."),
    ],
)
def test_the_countdown_reads_as_a_person_would_say_it(days: int, words: str) -> None:
    assert words in PasswordEnd(date(2026, 4, 15), days).sentence


# Its characters


@pytest.mark.parametrize(
    ("password", "has_any"),
    [("Kf83nPassword", False), ("Kf83n-x", True), ("Kf83n x", True), ("Kf83né", True)],
)
def test_only_letters_and_digits_are_plain(
    password: str,
    has_any: bool,  # noqa: FBT001 a table
) -> None:
    assert has_special_characters(password) is has_any


def test_special_characters_are_a_warning_and_block_nothing(
    supply: Scene, simulator: Simulator
) -> None:
    test = supply.test(supply.paytrace(simulator.url))
    assert test.state == "passed"
    label, is_ok, sentence = told(test)[-1]
    assert (label, is_ok) == ("Password", None)
    assert sentence.startswith("The password has special characters. It works;")
    assert PASSWORD not in str(test.findings)


def test_a_plain_password_is_not_spoken_of(supply: Scene, simulator: Simulator) -> None:
    web_user(simulator, password="Plain1", kind="api")
    test = supply.test(supply.paytrace(simulator.url, password="Plain1"))
    assert "Password" not in {label for label, _, _ in told(test)}
    refused = supply.test(supply.paytrace(simulator.url, name="Other", password="Plain2"))
    assert "special characters" not in str(refused.findings)


# What a refused one stops


def test_a_refused_sign_in_says_what_stands_still_and_how_it_goes_on(
    supply: Scene, simulator: Simulator
) -> None:
    connection = supply.paytrace(simulator.url, password="wrong")
    supply.test(connection)
    ((kind, sentence),) = alerts(supply)
    assert kind == "connection"
    assert sentence == (
        "Acme gateway needs you: PayTrace refused the user name or password. Tieout does not sign "
        "in again by itself, because PayTrace locks a user after four failures. Meanwhile no new "
        "payment is looked for. Nothing is lost: once a test passes, everything since then is "
        "found by itself."
    )


def test_a_new_password_forgets_the_old_ones_end(supply: Scene, simulator: Simulator) -> None:
    web_user(simulator, password_set_at=(timezone.now() - timedelta(days=80)).isoformat())
    connection = supply.paytrace(simulator.url, api_version="v3")
    supply.test(connection)
    assert end_of(supply, connection, now=timezone.now()) is not None
    with tenant_transaction(supply.tenant.id):
        operations.replace_secrets(
            connection_id=connection.id, secrets={"password": "Another1"}, actor=ACTOR
        )
    assert end_of(supply, connection, now=timezone.now()) is None
