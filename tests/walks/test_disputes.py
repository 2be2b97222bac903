"""From a disputes provider to the rows in Sage, beside a file and a form, in good days and bad."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine

from integrations import pipeline
from integrations.alerts import operations as alerts
from integrations.alerts.models import Alert
from integrations.canonical.disputes import Dispute
from integrations.events import dispute_file, polling
from integrations.events.models import ContestDeadline, Source
from integrations.exceptions.models import ExceptionCase
from integrations.posting import chargebacks, invariants
from integrations.posting.models import Effect
from tenants.scope import tenant_transaction
from tests.walks import provider as providers
from tests.walks.invoices import add_invoices
from tests.walks.provider import KEY, Provider
from tests.walks.world import ACTOR, NOON, World

pytestmark = pytest.mark.walk


@pytest.fixture
def provider(world: World) -> Provider:
    return providers.connect(world)


def _paid(world: World, invoice: str = "10432", amount: str = "740.00") -> str:
    paid = world.pay(amount=amount, invoice_id=invoice, customer_id="ACME01", state="settled")
    world.notify(paid)
    world.work()
    return paid


def _states(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["reason"]) for one in world.effects()]


def _hold(world: World) -> None:
    with tenant_transaction(world.tenant.id):
        assert invariants.breaks() == []
        assert invariants.conservation(world.environment_id).holds


def _complete_up_to(provider: Provider) -> object:
    with tenant_transaction(provider.world.tenant.id):
        return polling.complete_up_to(connection_id=provider.id, source=Source.DISPUTES)


def test_a_case_the_provider_tells_takes_the_receipt_back_and_a_won_one_puts_it_there_again(
    world: World, provider: Provider
) -> None:
    paid = _paid(world)
    assert provider.looks() == [("done", 0, 0)]
    provider.tell(payment_id=paid)
    provider.look()
    assert _states(world) == [
        ("sale", "reversed", ""),
        ("chargeback", "posted", ""),
        ("fee", "noted", "with_chargeback"),
    ]
    opened = world.effect("CB-77", "chargeback")
    assert (opened.found_by, opened.sage_reference) == (
        "sync",
        f"Chargeback {opened.marker} on document 10432",
    )
    assert world.in_sage()["receipts"] == [
        ("10432", "2026-11-20", "740.0000"),
        ("10432", "2026-12-03", "-740.0000"),
    ]
    # Told again by the overlap, it is nothing new.
    provider.look()
    assert provider.looks() == [("done", 0, 0), ("done", 1, 1), ("done", 1, 0)]

    provider.tell(payment_id=paid, status="won", decided_on="2026-12-17")
    provider.look()
    assert _states(world) == [
        ("sale", "reversed", ""),
        ("chargeback", "reversed", ""),
        ("fee", "noted", "with_chargeback"),
        ("chargeback_won", "posted", ""),
    ]
    assert world.in_sage()["receipts"][2:] == [("10432", "2026-12-17", "740.0000")]
    assert world.ledger() == [
        ("1105-00", "740.00", "0.00"),
        ("1200-00", "0.00", "740.00"),
        ("1105-00", "0.00", "740.00"),
        ("1200-00", "740.00", "0.00"),
        ("6100-00", "15.00", "0.00"),
        ("1010-00", "0.00", "15.00"),
        ("1200-00", "0.00", "740.00"),
        ("1105-00", "740.00", "0.00"),
    ]
    _hold(world)


@pytest.mark.parametrize(
    "both", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["fast", "whole"]
)
def test_the_same_case_by_file_form_and_provider_in_any_order_is_one_posting(
    world: World, provider: Provider, *, both: bool
) -> None:
    """Every order of the doors, its end told first in every other; in the whole, in `both` ways."""
    add_invoices(world.sage_dsn, first=700_001, count=12)
    for number, order in enumerate(itertools.permutations(["file", "form", "provider"])):
        for ends_first in (False, True) if both else (number % 2 == 1,):
            case, invoice = f"{number}-{int(ends_first)}", str(700_001 + 2 * number + ends_first)
            paid = _paid(world, invoice, "100.00")
            doors = _doors(world, provider, case=case, payment=paid)
            for state in ("won", "opened") if ends_first else ("opened", "won"):
                for door in order:
                    doors[door](state)
            assert _of_case(world, case, paid) == [
                ("chargeback", "100.00", "reversed"),
                ("chargeback_won", "100.00", "posted"),
                ("fee", "15.00", "noted"),
                ("sale", "100.00", "reversed"),
            ], (order, ends_first)
            receipts = [row[2] for row in world.in_sage()["receipts"] if row[0] == invoice]
            assert sorted(receipts) == ["-100.0000", "100.0000", "100.0000"]
    assert world.open_cases() == []
    _hold(world)


def _doors(
    world: World, provider: Provider, *, case: str, payment: str
) -> dict[str, Callable[[str], None]]:
    """Each door tells one state of the case, as its kind of evidence does."""
    days = {"opened": "2026-12-03", "won": "2026-12-17"}

    def person(state: str) -> None:
        row = {
            "case number": case, "payment": payment, "state": state, "date": days[state],
            "amount": "100.00", "fee": "15.00", "reason": "10.4",
        }  # fmt: skip
        text = ",".join(row) + "\n" + ",".join(row.values())
        read = dispute_file.read_file(text.encode(), currency="USD", today=date(2027, 1, 1))
        told = world.within(
            lambda: pipeline.record_chargebacks(
                read.disputes, connection_id=world.gateway_id, actor=ACTOR
            )
        )
        assert told.problems == ()

    def tell(state: str) -> None:
        decided_on = days[state] if state != "opened" else None
        provider.tell(
            case, payment_id=payment, amount="100.00", status=state, decided_on=decided_on
        )
        provider.look()

    return {"file": person, "form": person, "provider": tell}


def test_the_last_word_on_the_last_day_to_contest_counts(world: World, provider: Provider) -> None:
    """What the provider repeats at each look takes nothing back that a person learnt since."""
    paid = _paid(world)

    def provider_tells(day: str) -> None:
        provider.tell(payment_id=paid, respond_by=day)
        provider.look()

    def person_tells(day: str) -> None:
        row = {
            "case number": "77", "payment": paid, "state": "opened", "date": "2026-12-03",
            "amount": "740.00", "respond by": day,
        }  # fmt: skip
        dispute = dispute_file.read_one(row, currency="USD", today=date(2027, 1, 1))
        assert isinstance(dispute, Dispute)
        told = world.within(
            lambda: pipeline.record_chargebacks(
                [dispute], connection_id=world.gateway_id, actor=ACTOR
            )
        )
        assert [one.after for one in told.moved] == [date.fromisoformat(day)]

    def counts() -> str:
        with tenant_transaction(world.tenant.id):
            (case,) = chargebacks.cases(environment_id=world.environment_id)
        assert case.contest_by == case.respond_by
        return str(case.respond_by)

    provider_tells("2026-12-08")
    assert counts() == "2026-12-08"
    provider_tells("2026-12-15")
    assert counts() == "2026-12-15"
    person_tells("2026-12-18")
    provider_tells("2026-12-15")
    assert counts() == "2026-12-18"
    provider_tells("2026-12-22")
    assert counts() == "2026-12-22"
    with tenant_transaction(world.tenant.id):
        told = ContestDeadline.objects.order_by("told_at", "id")
        assert list(told.values_list("told_by", "respond_by")) == [
            ("Acquirer", date(2026, 12, 15)),
            (ACTOR, date(2026, 12, 18)),
            ("Acquirer", date(2026, 12, 22)),
        ]
    assert [new for _, _, new in provider.looks()] == [0, 1, 0, 0, 0]
    _hold(world)


def _of_case(world: World, case: str, payment: str) -> list[tuple[str, str, str]]:
    with tenant_transaction(world.tenant.id):
        found = Effect.objects.filter(transaction_id__in=[f"CB-{case}", payment])
        return sorted((one.kind, f"{one.amount:.2f}", one.state) for one in found)


def test_a_case_of_an_unknown_payment_waits_for_a_person_or_for_that_payment(
    world: World, provider: Provider
) -> None:
    provider.tell("78", payment_id="999", fee=None)
    provider.tell("79", payment_id="", fee=None)
    provider.look()
    assert world.open_cases() == ["disputed_payment_not_found"] * 2
    assert world.effect("CB-78", "chargeback").sentence == (
        "This chargeback of 740.00 USD disputes payment 999, which is not known here. Nothing was "
        "taken back."
    )
    paid = _paid(world)
    provider.choose_payment("79", paid)
    assert world.effect("CB-79", "chargeback").state == "posted"
    assert world.effect(paid).state == "reversed"
    world.dismiss_kind("CB-78", "chargeback", reason="Not ours")
    provider.look()
    assert world.open_cases() == []

    provider.tell("80", payment_id=str(int(paid) + 1), fee=None, amount="100.00")
    provider.look()
    assert world.open_cases() == ["disputed_payment_not_found"]
    add_invoices(world.sage_dsn, first=700_001, count=1)
    assert _paid(world, "700001", "100.00") == str(int(paid) + 1)
    assert world.effect("CB-80", "chargeback").state == "posted"
    assert world.open_cases() == []
    _hold(world)


def test_what_nobody_can_say_of_a_case_is_asked_once_and_answers_itself(
    world: World, provider: Provider
) -> None:
    paid = _paid(world)
    provider.tell(payment_id=paid, status="in_arbitration")
    provider.tell("81", payment_id=paid, amount="lots")
    provider.look()
    provider.look()
    assert world.open_cases() == ["dispute_unreadable", "dispute_status"]
    assert world.effect(paid).state == "posted"
    assert world.effect("CASE-77", "review").sentence == (
        "Case 77 over 740.00 USD is ‘in_arbitration’ at the disputes provider, a state we do not "
        "know. Nothing was done to the books for it."
    )
    provider.tell(payment_id=paid, status="opened")
    provider.look()
    assert world.open_cases() == ["dispute_unreadable"]
    assert world.effect("CASE-77", "review").state == "noted"
    assert world.effect("CB-77", "chargeback").state == "posted"
    _hold(world)


def test_a_case_told_in_two_ways_changes_nothing_and_a_dismissed_question_stays_dismissed(
    world: World, provider: Provider
) -> None:
    paid = _paid(world)
    world.chargeback(paid, "opened", on="2026-11-20", fee="15.00")
    before = world.ledger()
    provider.tell(payment_id=paid, amount="700.00")
    provider.look()
    assert world.open_cases() == ["dispute_contradicts"]
    assert world.effect("CASE-77", "review").sentence == (
        "Case 77 is over 740.00 USD. The disputes provider tells otherwise; nothing was changed "
        "for it."
    )
    world.dismiss_kind("CASE-77", "review", reason="Theirs is a typing error")
    provider.look()
    assert world.open_cases() == []
    provider.tell(payment_id=paid, fee="25.00")
    provider.look()
    with tenant_transaction(world.tenant.id):
        told = ExceptionCase.objects.get(state=ExceptionCase.State.OPEN)
        assert told.sentence.startswith("Case 77 has a fee of 15.00 USD, not 25.00 USD.")
    assert world.ledger() == before
    _hold(world)


def test_a_refused_key_asks_a_person_and_is_not_tried_again(
    world: World, provider: Provider
) -> None:
    paid = _paid(world)
    provider.has_key("of-yesterday")
    provider.tell(payment_id=paid)
    calls = provider.calls()
    for _ in range(3):
        provider.look()
        world.wait_over()
    assert (provider.state(), provider.calls()) == ("waiting_credential", calls + 1)
    assert provider.looks()[1:] == [("failed", 0, 0)]
    alerts.evaluate(tenant_id=world.tenant.id)
    with tenant_transaction(world.tenant.id):
        (alert,) = Alert.objects.filter(kind="connection")
        assert alert.sentence.startswith(
            "Acquirer needs you: The disputes provider refused the API key. Tieout does not try"
        )
    assert world.effect(paid).state == "posted"

    provider.has_key(KEY)
    provider.test()
    assert provider.state() == "connected"
    assert world.effect("CB-77", "chargeback").state == "posted"


@pytest.mark.parametrize("kind", ["http_500", "http_429", "truncated_json", "html_page", "offline"])
def test_a_bad_day_moves_no_watermark_and_loses_no_case(
    world: World, provider: Provider, kind: str
) -> None:
    paid, complete = _paid(world), _complete_up_to(provider)
    provider.tell(payment_id=paid)
    provider.fault(kind)
    provider.look()
    assert (provider.state(), _complete_up_to(provider)) == ("offline", complete)
    assert world.effect(paid).state == "posted"
    world.wait_over()
    assert provider.state() == "connected"
    assert world.effect("CB-77", "chargeback").state == "posted"


def test_what_the_list_told_late_is_found_behind_the_watermark(
    world: World, provider: Provider
) -> None:
    paid = _paid(world)
    provider.tell(payment_id=paid)
    world.simulator.control("faults", kind="export_lag", seconds=86_400)
    provider.look()
    assert provider.looks()[-1] == ("done", 0, 0)
    later = NOON + timedelta(days=2)
    with time_machine.travel(later, tick=True):
        world.simulator.control("clock", now=later.isoformat())
        provider.look()
    assert world.effect("CB-77", "chargeback").state == "posted"
