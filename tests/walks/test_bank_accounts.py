"""Bank accounts that PayTrace keeps: stored from a payment, charged by ACH, forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.money import Money
from integrations.canonical.transactions import PaymentMethod
from integrations.instructions.kinds import Kind
from integrations.instructions.models import RecurringPlan, StoredPaymentMethod
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.test_instructions_v3 import again, ask, look_now, till
from tests.walks.world import World

__all__ = ["till"]

pytestmark = pytest.mark.walk


@pytest.fixture
def paid(till: World) -> str:
    """A bank payment of 740.00 for invoice 10432, in Sage."""
    made = till.simulator.control(
        "ach", account=till.account, amount="740.00", invoice_id="10432", customer_id="ACME01",
        last_four="6789",
    )  # fmt: skip
    till.poll()
    return str(made["transaction_id"])


def store(payment: str) -> Wish:
    return Wish(
        Kind.STORE_CUSTOMER, customer_number="ACME01", transaction_id=payment,
        name="Acme Tools Inc.", method=PaymentMethod.ACH,
    )  # fmt: skip


def charge(vault_id: str) -> Wish:
    return Wish(
        Kind.CHARGE, amount=Money(Decimal("55.00"), "USD"), vault_id=vault_id,
        customer_number="ACME01", invoice_number="10433", method=PaymentMethod.ACH,
    )  # fmt: skip


def kept(world: World) -> list[tuple[str, str, str, str, bool]]:
    """What each is, whose, its last four, expiry and whether it is forgotten."""
    with tenant_transaction(world.tenant.id):
        return [
            (
                str(one),
                one.method,
                one.customer_number,
                str(one.expiry_year),
                bool(one.forgotten_at),
            )
            for one in StoredPaymentMethod.objects.order_by("stored_at")
        ]


def vault_id(world: World) -> str:
    with tenant_transaction(world.tenant.id):
        return StoredPaymentMethod.objects.get().vault_id


ACCOUNT = ("Bank account ending in 6789", "ach", "ACME01", "None", False)


def test_the_account_of_a_bank_payment_is_kept_charged_and_forgotten(
    till: World, paid: str
) -> None:
    done = ask(till, store(paid), key="store")
    assert (done.state, done.sentence, done.result) == (
        "done",
        "PayTrace keeps the payment method now.",
        {"last_four": "6789", "card_brand": ""},
    )
    assert kept(till) == [ACCOUNT]
    with pytest.raises(NotPossible, match="PayTrace keeps the bank account of this payment for"):
        ask(till, store(paid), key="again")

    charged = ask(till, charge(vault_id(till)), key="charge")
    assert (charged.state, charged.sentence) == (
        "done",
        "PayTrace took the bank payment of 55.00 USD in.",
    )
    till.poll()
    effect = till.effect(charged.result_id)
    assert (effect.last_four, f"{effect.amount:.2f}", effect.customer_name) == (
        "6789", "55.00", "Acme Tools Inc.",
    )  # fmt: skip

    gone = ask(till, forget(till), key="forget")
    assert (gone.state, gone.sentence) == (
        "done",
        "PayTrace does not keep the payment method any more.",
    )
    assert kept(till) == [(*ACCOUNT[:4], True)]


def forget(world: World) -> Wish:
    return Wish(
        Kind.FORGET_CUSTOMER, vault_id=vault_id(world), customer_number="ACME01",
        method=PaymentMethod.ACH,
    )  # fmt: skip


def test_what_a_bank_account_is_not_is_refused_with_what_to_do(till: World, paid: str) -> None:
    ask(till, store(paid), key="store")
    vault = vault_id(till)
    for wish, says in (
        (replace(charge(vault), method=None), "is a bank account. Give ach as the method."),
        (
            Wish(Kind.HOLD, amount=Money(Decimal(1), "USD"), vault_id=vault),
            "on those nothing can be held. Charge it.",
        ),
        (
            Wish(
                Kind.REFUND_CUSTOMER,
                amount=Money(Decimal(1), "USD"),
                vault_id=vault,
                customer_number="ACME01",
                invoice_number="CM-1",
                description="Damaged",
            ),
            "to those PayTrace refunds nothing without a payment",
        ),
    ):
        with pytest.raises(NotPossible, match=says):
            ask(till, wish, key=says[:20])
    with tenant_transaction(till.tenant.id):
        StoredPaymentMethod.objects.update(method="card")
    with pytest.raises(NotPossible, match="is a card"):
        ask(till, charge(vault), key="card")


def test_a_lost_answer_is_looked_for_and_never_stored_twice(till: World, paid: str) -> None:
    till.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix="/v3/customer/ach", performed=True
    )
    row = ask(till, store(paid), key="store")
    assert row.state == "unknown"
    look_now(till)
    assert again(till, row).state == "done"
    assert kept(till) == [ACCOUNT]

    till.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix="/v3/customer/", performed=True
    )
    gone = ask(till, forget(till), key="forget")
    assert gone.state == "unknown"
    look_now(till)
    assert again(till, gone).state == "done"
    assert kept(till) == [(*ACCOUNT[:4], True)]


def test_a_recurring_plan_charges_it_by_ach(till: World, paid: str) -> None:
    ask(till, store(paid), key="store")
    plan = Wish(
        Kind.PLAN_CREATE, amount=Money(Decimal("89.00"), "USD"), vault_id=vault_id(till),
        customer_number="ACME01", frequency=Frequency.MONTHLY, start_on=date(2026, 12, 20),
        method=PaymentMethod.ACH,
    )  # fmt: skip
    assert ask(till, plan, key="plan").state == "done"
    with tenant_transaction(till.tenant.id):
        assert RecurringPlan.objects.get().method == "ach"
    state = till.simulator.look("state", account=till.account)["accounts"][till.account]
    assert [(one["method"], one["amount"]) for one in state["plans"]] == [("A", "89.00")]


def test_one_that_was_stored_in_paytrace_itself_is_brought_in_at_night(
    till: World, paid: str
) -> None:
    """Under the number that the merchant's shop gave it, which is Sage's here."""
    ask(till, store(paid), key="store")
    with tenant_transaction(till.tenant.id):
        StoredPaymentMethod.objects.all().delete()
    till.may_read_customers(allowed=True)
    till.poll_now()
    with tenant_transaction(till.tenant.id):
        found = StoredPaymentMethod.objects.get(method="ach")
    assert (str(found), found.stored_by) == ("Bank account ending in 6789", "PayTrace")
