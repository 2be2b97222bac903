"""What every disputes provider does, in good days and bad ones, against a running API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from integrations.canonical.errors import FixConfiguration, IntegrationError, TryLater
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState as S
from integrations.connections.guarded_http import guarded_session
from integrations.disputes.cases_api import read_reply
from integrations.disputes.provider import Case, DisputesProvider, Told, UnreadableCase
from integrations.disputes.registry import ADDRESS, KINDS, Access
from tests.paytrace.bench import NOON, renew, simulator
from tests.paytrace.simulator_process import Simulator, simulator_process

__all__ = ["simulator"]
KEY = "disputes-key-of-acme"
LONG_AGO = NOON - timedelta(days=30)


@pytest.fixture(params=sorted(KINDS))
def provider(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[DisputesProvider]:
    renew(simulator)
    simulator.control("dispute_key", account="acme", key=KEY)
    made = connect(simulator, code=request.param)
    yield made
    made.close()


def connect(
    simulator: Simulator, *, code: str = "cases_api", key: str = KEY, **other: Any
) -> DisputesProvider:
    session = guarded_session(
        allow_loopback=other.get("allow_loopback", True), total_seconds=other.get("seconds", 5)
    )
    address = other.get("address", f"{simulator.url}/disputes")
    return KINDS[code].connect(
        Access(other.get("account", "777001"), {ADDRESS: address}, {"api_key": key}, session)
    )


def tell(simulator: Simulator, number: str = "D-1", **fields: Any) -> None:
    plain = {"payment_id": "392483001", "amount": "740.00", "opened_on": "2026-03-10"}
    simulator.control("disputes", account="acme", case_number=number, **{**plain, **fields})


def told(provider: DisputesProvider, since: datetime = LONG_AGO) -> list[Told]:
    return [one for page in provider.cases(changed_since=since) for one in page]


def numbers(provider: DisputesProvider, since: datetime = LONG_AGO) -> list[str]:
    return [one.case_number for one in told(provider, since)]


def failure(provider: DisputesProvider) -> IntegrationError:
    with pytest.raises(IntegrationError) as failed:
        told(provider)
    return failed.value


# What is told


def test_a_case_is_told_whole_and_again_when_it_changes(
    simulator: Simulator, provider: DisputesProvider
) -> None:
    provider.check()
    assert told(provider) == []
    tell(simulator, fee="15.00", reason="Goods not received", respond_by="2026-03-28")
    opened = Case(
        case_number="D-1", payment_id="392483001", state=S.OPENED, status="opened",
        amount=Money.parse("740.00", "USD"), opened_on=date(2026, 3, 10),
        fee=Money.parse("15.00", "USD"), reason="Goods not received",
        respond_by=date(2026, 3, 28),
    )  # fmt: skip
    assert told(provider) == [opened]
    assert [one.state for one in opened.disputes()] == [S.OPENED]
    simulator.control("clock", advance_seconds=86_400)
    simulator.control("dispute_move", account="acme", case_number="D-1", status="won")
    (won,) = told(provider, NOON + timedelta(hours=1))
    assert isinstance(won, Case)
    assert [(one.state, one.happened_on) for one in won.disputes()] == [
        (S.OPENED, date(2026, 3, 10)),
        (S.WON, date(2026, 3, 11)),
    ]
    assert told(provider, NOON + timedelta(days=2)) == []


def test_a_state_nobody_knows_is_no_state_of_the_books(
    simulator: Simulator, provider: DisputesProvider
) -> None:
    tell(simulator, status="in_arbitration")
    (found,) = told(provider)
    assert isinstance(found, Case)
    assert (found.state, found.status, found.disputes()) == (S.UNKNOWN, "in_arbitration", ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "seven hundred"),
        ("amount", "0.00"),
        ("amount", "-1.00"),
        ("amount", "1.001"),
        ("currency", "dollars"),
        ("fee", "much"),
        ("opened_on", "yesterday"),
        ("respond_by", "soon"),
        ("payment_id", "4111111111111111"),
    ],
)
def test_a_record_that_cannot_be_read_stops_no_other(
    simulator: Simulator, provider: DisputesProvider, field: str, value: str
) -> None:
    tell(simulator, "D-1", **{field: value})
    tell(simulator, "D-2")
    bad, good = told(provider)
    assert isinstance(bad, UnreadableCase)
    assert (bad.case_number, bad.field) == ("D-1", field)
    assert "4111111111111111" not in repr(bad)
    assert good.case_number == "D-2"


def test_a_decided_case_without_its_day_and_one_without_a_number_are_unreadable(
    simulator: Simulator, provider: DisputesProvider
) -> None:
    tell(simulator, "D-1", status="lost", decided_on=None)
    assert [one.field for one in told(provider) if isinstance(one, UnreadableCase)] == [
        "decided_on"
    ]
    _fault(simulator, "nameless_record")
    (nameless,) = told(provider)
    assert isinstance(nameless, UnreadableCase)
    assert (nameless.case_number, nameless.field) == ("", "case_number")


# Pages


def test_pages_are_read_to_the_last_and_what_shifts_away_is_told_by_the_next_look(
    simulator: Simulator, provider: DisputesProvider
) -> None:
    for number in range(120):
        tell(simulator, f"D-{number:03}")
    every = [f"D-{number:03}" for number in range(120)]
    assert [len(page) for page in provider.cases(changed_since=LONG_AGO)] == [50, 50, 20]
    assert numbers(provider) == every
    _fault(simulator, "page_shift")
    assert set(every) - set(numbers(provider)) == {"D-050"}
    assert numbers(provider) == every


def test_a_lagging_list_tells_later_and_loses_nothing(
    simulator: Simulator, provider: DisputesProvider
) -> None:
    tell(simulator)
    simulator.control("faults", kind="export_lag", seconds=3600)
    assert numbers(provider) == []
    simulator.control("clock", advance_seconds=3601)
    assert numbers(provider) == ["D-1"]


# Bad days

FAULTS = ["slow", "http_500", "http_429", "truncated_json", "html_page", "reply_lost", "offline"]


def _fault(simulator: Simulator, kind: str, **fields: Any) -> None:
    simulator.control("faults", kind=kind, path_prefix="/disputes", **fields)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_disturbed_look_is_tried_later_and_once(simulator: Simulator, kind: str) -> None:
    renew(simulator)
    simulator.control("dispute_key", account="acme", key=KEY)
    tell(simulator)
    provider = connect(simulator, seconds=1)
    _fault(simulator, kind, seconds=3)
    later = failure(provider)
    assert isinstance(later, TryLater)
    assert later.after == (timedelta(seconds=30) if kind == "http_429" else None)
    assert later.sentence.startswith("The disputes provider ")
    assert simulator.look("calls")["calls"]["/disputes/cases"] == 1
    assert numbers(provider) == ["D-1"]


def test_pages_before_a_broken_one_were_told(
    simulator: Simulator, provider: DisputesProvider
) -> None:
    for number in range(60):
        tell(simulator, f"D-{number:03}")
    pages = provider.cases(changed_since=LONG_AGO)
    assert len(next(pages)) == 50
    _fault(simulator, "truncated_json")
    with pytest.raises(TryLater):
        next(pages)


def test_a_refused_key_is_for_a_person_and_shows_nowhere(simulator: Simulator) -> None:
    renew(simulator)
    simulator.control("dispute_key", account="acme", key=KEY)
    refused = failure(connect(simulator, key="a-wrong-key"))
    assert isinstance(refused, FixConfiguration)
    assert (refused.code, refused.field) == ("disputes.key_refused", "api_key")
    assert "a-wrong-key" not in repr(refused) + repr(refused.__context__)
    assert KEY not in repr(connect(simulator)) + repr(
        Access("777001", {}, {"api_key": KEY}, guarded_session())
    )


def test_the_key_of_another_account_tells_nothing(simulator: Simulator) -> None:
    renew(simulator)
    simulator.control("dispute_key", account="acme", key=KEY)
    tell(simulator)
    other = failure(connect(simulator, account="999"))
    assert isinstance(other, FixConfiguration)
    assert (other.code, other.sentence) == (
        "disputes.other_account",
        "This API key is not for merchant account 999.",
    )


def test_another_address_and_a_local_one_are_for_a_person(simulator: Simulator) -> None:
    renew(simulator)
    wrong = failure(connect(simulator, address=f"{simulator.url}/elsewhere"))
    assert (type(wrong), wrong.code) == (FixConfiguration, "disputes.no_list")
    local = failure(connect(simulator, allow_loopback=False))
    assert (type(local), local.code) == (FixConfiguration, "disputes.address_refused")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (302, "disputes.no_list"),
        (400, "disputes.refused"),
        (403, "disputes.not_permitted"),
        (502, "disputes.unavailable"),
    ],
)
def test_other_answers_are_one_of_four_kinds(status: int, code: str) -> None:
    answer = read_reply(status, {}, b"{}")
    assert isinstance(answer, IntegrationError)
    assert answer.code == code


# The simulator itself


def test_cases_and_keys_survive_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("disputes")
    with simulator_process(folder) as first:
        renew(first)
        first.control("dispute_key", account="acme", key=KEY)
        sold = first.control("transactions", account="acme", amount="12.50", state="settled")
        first.control(
            "chargeback", account="acme", transaction_id=sold["transaction_id"], mark="opened"
        )
    with simulator_process(folder) as second:
        assert numbers(connect(second)) == [f"D-{sold['transaction_id']}"]
        pressed = second.raw(
            "POST", "/_control/", allow_redirects=False,
            data={"do": "dispute_move", "account": "acme", "status": "won",
                  "case_number": f"D-{sold['transaction_id']}"},
        )  # fmt: skip
        assert pressed.status_code == 303
        (won,) = told(connect(second))
        assert isinstance(won, Case)
        assert (won.state, won.decided_on) == (S.WON, date(2026, 3, 10))
        assert "Disputes API" in second.raw("GET", "/_control/", params={"account": "acme"}).text
