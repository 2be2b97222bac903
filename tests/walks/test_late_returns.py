"""A return that no ACH deposit tells: a person is asked, once, until a deposit tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.canonical.transactions import TransactionState
from integrations.connections.models import Connection
from integrations.events import facts
from integrations.events.models import GatewayFact
from integrations.exceptions.models import ExceptionCase
from integrations.pipeline.taking_in import take_in
from tenants.scope import tenant_transaction
from tests.walks.test_deposits import depositing, hold, later, move, name, pay, states, switch
from tests.walks.world import NOON, World

pytestmark = pytest.mark.walk
__all__ = ["depositing"]


def _comes_back(world: World, payment: str) -> None:
    """Its bank took it back three days later, which PayTrace tells, and no deposit."""

    def tell() -> None:
        source = Connection.objects.get(id=world.gateway_id)
        last = facts.latest(connection_id=source.id, transaction_id=payment)
        assert last is not None
        moment = NOON + timedelta(days=3)
        told = replace(last, state=TransactionState.RETURNED, changed_at=moment)
        take_in([told], source=source, seen_by=GatewayFact.SeenBy.SYNC)

    world.within(tell)


def _sentences(world: World) -> list[str]:
    with tenant_transaction(world.tenant.id):
        found = ExceptionCase.objects.filter(code="return_in_no_deposit")
        return [one.sentence for one in found.order_by("opened_at")]


def test_a_return_that_the_bank_took_directly_is_a_question_until_a_deposit_tells_it(
    depositing: World,
) -> None:
    paid = pay(depositing, status="settled")
    depositing.poll_now()
    assert depositing.effect(name(depositing), "settlement").state == "posted"
    _comes_back(depositing, paid)
    with later(depositing, days=12):
        depositing.poll_now()
        assert depositing.open_cases() == []
    with later(depositing, days=14):
        depositing.poll_now()
        depositing.poll_now()
        assert depositing.open_cases() == ["return_in_no_deposit"]
        (asked,) = _sentences(depositing)
        assert asked == (
            f"The bank payment {paid} of 740.00 USD came back on November 23, 2026, after its "
            "deposit was posted, and no ACH deposit since has kept it back. If the bank took it "
            "directly, 740.00 USD stand on ACH clearing until that is in Sage."
        )
        lines = depositing.in_sage()["distribution"]
        on_clearing = [amount for _, account, amount in lines if account == "1110-00"]
        assert sorted(on_clearing) == ["-740.0000", "-740.0000", "740.0000"]
    with later(depositing, days=15):
        move(depositing, paid, "returned")
        depositing.poll_now()
        assert depositing.open_cases() == []
    assert ("review", "noted", "return_in_deposit") in states(depositing)
    hold(depositing)


def test_what_somebody_has_entered_by_hand_is_not_asked_about_again(depositing: World) -> None:
    paid = pay(depositing, status="settled")
    depositing.poll_now()
    _comes_back(depositing, paid)
    with later(depositing, days=14):
        depositing.poll_now()
        depositing.dismiss_kind(f"RETURN-{paid}", "review", reason="Entered by hand")
        depositing.poll_now()
        assert depositing.open_cases() == []


def test_nothing_is_asked_of_a_payment_that_was_never_deposited(depositing: World) -> None:
    """What came in on clearing went out again with it."""
    paid = pay(depositing)
    depositing.poll_now()
    _comes_back(depositing, paid)
    move(depositing, paid, "voided")
    with later(depositing, days=14):
        depositing.poll_now()
        assert _sentences(depositing) == []


def test_nothing_is_asked_where_deposits_are_not_posted(depositing: World) -> None:
    switch(depositing, "")
    paid = pay(depositing, status="settled")
    depositing.poll_now()
    _comes_back(depositing, paid)
    with later(depositing, days=14):
        depositing.poll_now()
        assert _sentences(depositing) == []
