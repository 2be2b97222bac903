"""The user, its password, what it may do, and the card form's key, in both versions."""

from __future__ import annotations

from datetime import date

import pytest

from integrations.canonical.errors import FixConfiguration, OutcomeUnknown
from integrations.paytrace.account import GatewayUser, UserKind
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.settings import Secret
from tests.paytrace.bench import PASSWORD, Bench, bench, client, refused, simulator, usd

__all__ = ["bench", "client", "simulator"]

only_v1 = pytest.mark.parametrize("bench", ["v1"], indirect=True)
only_v3 = pytest.mark.parametrize("bench", ["v3"], indirect=True)
WEB = {
    "username": "clerk",
    "password": "Clerk1",
    "kind": "web",
    "password_set_at": "2026-01-15T09:00:00-08:00",
    "sale_ceiling": "500",
    "refund_ceiling": "100",
}


def test_each_page_view_gets_its_own_key(bench: Bench, client: PayTraceClient) -> None:
    first, second = client.account.client_key(), client.account.client_key()
    assert first != second
    assert len(first.reveal()) > 20
    assert first.reveal() not in repr(bench.records)


@only_v3
def test_an_api_user_is_told_from_a_web_user(bench: Bench, client: PayTraceClient) -> None:
    assert client.account.user() == GatewayUser("api_user", UserKind.API)
    bench.account(users=[WEB])
    clerk = bench.client(username="clerk", password=Secret("Clerk1"))
    assert clerk.account.user() == GatewayUser(
        username="clerk",
        kind=UserKind.WEB,
        password_expires_on=date(2026, 4, 15),
        sale_ceiling=usd("500.00"),
        refund_ceiling=usd("100.00"),
    )
    said = clerk.capabilities()
    assert said["user"].is_available is False
    assert said["user"].sentence.endswith("The password ends on April 15, 2026.")
    assert said["ceilings"].sentence == (
        "This user may sell up to 500.00 USD and refund up to 100.00 USD at a time."
    )


@only_v1
def test_v1_does_not_tell_who_is_signed_in(client: PayTraceClient) -> None:
    assert refused(client.account.user).code == "paytrace.not_offered"
    assert refused(client.account.change_password, Secret("x")).code == "paytrace.not_offered"
    said = client.capabilities()
    assert (said["user"].is_available, said["ceilings"].is_available) == (None, None)


def test_a_web_users_password_ends_after_ninety_days(bench: Bench) -> None:
    bench.account(users=[WEB])
    clerk = bench.client(username="clerk", password=Secret("Clerk1"))
    clerk.log_in()
    bench.simulator.control("clock", now="2026-04-15T10:00:01-07:00")
    error = refused(clerk.log_in)
    assert (type(error), error.code) == (FixConfiguration, "paytrace.login_refused")


@only_v3
def test_a_password_is_changed(bench: Bench, client: PayTraceClient) -> None:
    client.account.change_password(Secret("Brandnew1"))
    bench.client(password=Secret("Brandnew1")).log_in()
    assert refused(bench.client().log_in).code == "paytrace.login_refused"
    shown = repr(bench.records)
    assert "Brandnew1" not in shown
    assert PASSWORD not in shown


@only_v3
def test_a_disturbed_change_of_password_is_unknown(bench: Bench, client: PayTraceClient) -> None:
    bench.simulator.control("faults", kind="reply_lost", path_prefix="/v3/password")
    error = refused(client.account.change_password, Secret("Brandnew1"))
    assert type(error) is OutcomeUnknown


@only_v3
def test_what_the_user_page_does_not_say_stays_unknown(
    bench: Bench, client: PayTraceClient
) -> None:
    bench.simulator.control("faults", kind="http_500", path_prefix="/v3/user", count=2)
    said = client.capabilities()
    assert (said["user"].is_available, said["ceilings"].is_available) == (None, None)
    assert said["cards"].is_available is True
