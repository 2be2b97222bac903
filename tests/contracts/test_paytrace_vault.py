"""Stored customers and recurring plans, in both versions."""

from __future__ import annotations

from datetime import date

import pytest

from integrations.canonical.errors import NeverWorks, OutcomeUnknown
from integrations.canonical.transactions import PaymentMethod
from integrations.paytrace.ach import AchCharge
from integrations.paytrace.cards import Charge
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import Address, VaultPayer
from integrations.paytrace.recurring import Frequency, NewPlan, PlanChange, RecurringPlan
from integrations.paytrace.vault import CustomerChange, NewCustomer, VaultCustomer
from tests.paytrace.bench import TODAY, Bench, bench, client, refused, simulator, usd

__all__ = ["bench", "client", "simulator"]

only_v1 = pytest.mark.parametrize("bench", ["v1"], indirect=True)
only_v3 = pytest.mark.parametrize("bench", ["v3"], indirect=True)
NEWCO = NewCustomer("NEWCO", Address(name="New Company"), email="ap@newco.test", phone="555-1")


# The vault


def test_a_customer_is_stored_from_the_card_form(bench: Bench, client: PayTraceClient) -> None:
    made = client.vault.create_from_token(NEWCO, bench.hosted(last_four="0057"))
    found = client.vault.customer(made.customer_id)
    assert found == VaultCustomer(
        customer_id=made.customer_id,
        label="" if bench.version == "v1" else "NEWCO",
        name="New Company",
        email="ap@newco.test",
        phone="555-1",
        last_four="0057",
        expiry_month=12,
        expiry_year=2030,
    )
    assert (made.customer_id == "NEWCO") is (bench.version == "v1")
    sale = client.cards.sale(Charge(VaultPayer(made.customer_id), usd("5.00"), "1"))
    assert (sale.is_approved, sale.last_four) == (True, "0057")


def test_a_customer_is_stored_from_a_payment(bench: Bench, client: PayTraceClient) -> None:
    paid = client.cards.sale(Charge(bench.hosted(last_four="0057"), usd("5.00"), "1"))
    made = client.vault.create_from_transaction(NEWCO, transaction_id=paid.transaction_id)
    assert made.last_four == "0057"
    unknown = NewCustomer("OTHER")
    error = refused(client.vault.create_from_transaction, unknown, transaction_id="111222333")
    assert error.code == "paytrace.transaction_unknown"


def test_an_id_in_use_is_refused(bench: Bench, client: PayTraceClient) -> None:
    taken = NewCustomer("HAVEN")
    error = refused(client.vault.create_from_token, taken, bench.hosted())
    assert (type(error), error.code, error.field) == (
        NeverWorks,
        "paytrace.customer_id_taken",
        "customer_id",
    )


def test_a_customer_is_found_by_what_it_was_stored_as(bench: Bench, client: PayTraceClient) -> None:
    """Never by PayTrace's own number, which may read the same (v3)."""
    others = [{"customer_id": f"C{number}"} for number in range(55)]
    bench.account(customers=others)
    made = client.vault.create_from_token(NEWCO, bench.hosted(last_four="0057"))
    found = client.vault.created_as("NEWCO")
    assert found is not None
    assert (found.customer_id, found.last_four) == (made.customer_id, "0057")
    number = bench.account(customers=[])["customers"]["NEWCO"]
    assert client.vault.created_as(str(number)) is None
    assert client.vault.created_as("NOBODY") is None


def test_every_customer_is_listed(bench: Bench, client: PayTraceClient) -> None:
    names = [f"C{number:03}" for number in range(60)]
    bench.account(customers=[{"customer_id": name, "name": name} for name in names])
    assert [one.name for one in client.vault.customers()] == ["Haven Supply", *names]


def test_a_customer_that_is_deleted_is_gone(bench: Bench, client: PayTraceClient) -> None:
    client.vault.delete(bench.customer_id)
    assert client.vault.customer(bench.customer_id) is None
    assert refused(client.vault.delete, bench.customer_id).code == "paytrace.customer_unknown"
    assert client.vault.customers() == []


def test_a_customer_nobody_stored_is_none(client: PayTraceClient) -> None:
    assert client.vault.customer("999") is None
    assert client.vault.customer("NOBODY") is None


@only_v3
def test_a_bank_account_is_stored_from_a_payment_charged_by_ach_and_forgotten(
    bench: Bench, client: PayTraceClient
) -> None:
    paid = bench.simulator.control("ach", account="acme", amount="40.00", last_four="6789")
    made = client.vault.create_from_bank_payment(NEWCO, transaction_id=paid["transaction_id"])
    found = client.vault.bank_customer(made.customer_id)
    assert found == VaultCustomer(
        customer_id=made.customer_id,
        label="NEWCO",
        name="New Company",
        email="ap@newco.test",
        phone="555-1",
        last_four="6789",
        method=PaymentMethod.ACH,
    )
    assert client.vault.created_as("NEWCO") == found
    charge = AchCharge(VaultPayer(made.customer_id), usd("5.00"), "1", idempotency_key="k-1")
    charged = client.ach.transaction(client.ach.sale(charge).transaction_id)
    assert charged is not None
    assert (charged.customer_id, charged.last_four) == ("NEWCO", "6789")
    client.vault.delete(made.customer_id)
    assert client.vault.bank_customer(made.customer_id) is None


@only_v3
def test_a_bank_account_that_cannot_be_stored_says_why(
    bench: Bench, client: PayTraceClient
) -> None:
    paid = str(bench.simulator.control("ach", account="acme", amount="40.00")["transaction_id"])
    store = client.vault.create_from_bank_payment
    taken = refused(store, NewCustomer("HAVEN"), transaction_id=paid)
    assert (taken.code, taken.field) == ("paytrace.customer_id_taken", "customer_id")
    assert refused(store, NEWCO, transaction_id="none").code == "paytrace.ach_not_found"
    too_long = refused(store, NewCustomer("N" * 51), transaction_id=paid)
    assert (too_long.code, too_long.field) == ("paytrace.invalid_field", "customer_id")
    assert client.vault.bank_customer(bench.customer_id) is None
    assert client.vault.bank_customer("NOBODY") is None


@only_v1
def test_v1_stores_no_bank_account_for_its_number_would_be_clear(client: PayTraceClient) -> None:
    store = client.vault.create_from_bank_payment
    for error in (
        refused(store, NEWCO, transaction_id="5"),
        refused(client.vault.bank_customer, "HAVEN"),
    ):
        assert (error.code, bool(error.remedy)) == ("paytrace.not_offered", True)


@only_v1
def test_a_customer_is_changed_in_part(bench: Bench, client: PayTraceClient) -> None:
    client.vault.update(
        customer_id="HAVEN",
        change=CustomerChange(
            new_customer_id="HAVEN2", email="new@haven.test", expiry_month=1, expiry_year=2031
        ),
    )
    assert client.vault.customer("HAVEN2") == VaultCustomer(
        customer_id="HAVEN2",
        name="Haven Supply",
        email="new@haven.test",
        last_four="5439",
        expiry_month=1,
        expiry_year=2031,
    )
    assert client.vault.customer("HAVEN") is None


@only_v3
def test_v3_publishes_no_way_to_change_one(client: PayTraceClient) -> None:
    error = refused(client.vault.update, customer_id="5", change=CustomerChange(email="a@b.test"))
    assert (error.code, bool(error.remedy)) == ("paytrace.not_offered", True)


@pytest.mark.parametrize("kind", ["http_500", "reply_lost"])
def test_a_disturbed_storing_is_unknown(bench: Bench, client: PayTraceClient, kind: str) -> None:
    hosted = bench.hosted()
    bench.fault(kind, "vault", performed=True)
    assert type(refused(client.vault.create_from_token, NEWCO, hosted)) is OutcomeUnknown


# Recurring plans


def plan(bench: Bench, **changes: object) -> NewPlan:
    fields = {
        "customer_id": bench.customer_id,
        "amount": usd("24.95"),
        "frequency": Frequency.MONTHLY,
        "start_on": date(2026, 3, 31),
        "total_count": 3,
        "description": "Service fee",
    }
    return NewPlan(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_plan_is_charged_on_its_days_until_it_ends(bench: Bench, client: PayTraceClient) -> None:
    number = client.recurring.create(plan(bench))
    bench.simulator.control("clock", now="2026-07-01T12:00:00-07:00")
    state = bench.simulator.look("state")["accounts"]["acme"]
    assert state["plans"] == []
    assert [(t["invoice_id"], t["amount"], t["customer_id"]) for t in state["transactions"]] == [
        (f"RECUR-{number}-{run}", "24.95", "HAVEN") for run in (1, 2, 3)
    ]


def test_a_plan_charges_a_bank_account_too(bench: Bench, client: PayTraceClient) -> None:
    client.recurring.create(plan(bench, method=PaymentMethod.ACH, start_on=TODAY))
    bench.simulator.control("clock", advance_seconds=1)
    assert len(bench.simulator.look("state")["accounts"]["acme"]["checks"]) == 1


def test_a_plan_is_ended(bench: Bench, client: PayTraceClient) -> None:
    number = client.recurring.create(plan(bench, total_count=None))
    client.recurring.delete(number)
    assert type(refused(client.recurring.delete, number)) is NeverWorks
    bench.simulator.control("clock", now="2026-07-01T12:00:00-07:00")
    assert bench.simulator.look("state")["accounts"]["acme"]["transactions"] == []


def test_a_plan_for_nobody_is_refused(bench: Bench, client: PayTraceClient) -> None:
    for nobody in ("NOBODY", "999"):
        error = refused(client.recurring.create, plan(bench, customer_id=nobody))
        assert error.code == "paytrace.customer_unknown"


@only_v1
def test_plans_are_changed_and_listed(bench: Bench, client: PayTraceClient) -> None:
    number = client.recurring.create(plan(bench, total_count=None))
    change = PlanChange(amount=usd("30.00"), next_on=date(2026, 4, 15), total_count=6)
    client.recurring.update(recurrence_id=number, change=change)
    expected = RecurringPlan(
        recurrence_id=number,
        customer_id="HAVEN",
        amount=usd("30.00"),
        frequency=Frequency.MONTHLY,
        next_on=date(2026, 4, 15),
        total_count=6,
        done_count=0,
        description="Service fee",
    )
    assert client.recurring.plans() == [expected]
    assert client.recurring.plans(customer_id="HAVEN") == [expected]
    assert client.recurring.plans(customer_id="OTHER") == []


@only_v1
def test_a_plan_without_an_end_says_so(bench: Bench, client: PayTraceClient) -> None:
    client.recurring.create(plan(bench, total_count=None))
    (found,) = client.recurring.plans()
    assert found.total_count is None


@only_v1
def test_the_last_run_of_a_customer_is_read(bench: Bench, client: PayTraceClient) -> None:
    assert client.recurring.last_run("HAVEN") is None
    client.recurring.create(plan(bench, start_on=TODAY))
    bench.simulator.control("clock", advance_seconds=1)
    found = client.recurring.last_run("HAVEN")
    assert found is not None
    assert (found.amount, found.customer_id) == (usd("24.95"), "HAVEN")


@only_v3
def test_v3_publishes_neither_change_nor_list(client: PayTraceClient) -> None:
    calls = (
        lambda: client.recurring.update(recurrence_id="5", change=PlanChange()),
        client.recurring.plans,
        lambda: client.recurring.last_run("5"),
    )
    assert {refused(call).code for call in calls} == {"paytrace.not_offered"}


@pytest.mark.parametrize("kind", ["http_500", "reply_lost"])
def test_a_disturbed_plan_is_unknown(bench: Bench, client: PayTraceClient, kind: str) -> None:
    bench.fault(kind, "recurring", performed=True)
    assert type(refused(client.recurring.create, plan(bench))) is OutcomeUnknown
