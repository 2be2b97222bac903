"""Assisted entry: a bookkeeper keys what the worksheet lists, and the books end each entry."""

from __future__ import annotations

import pytest

from integrations import pipeline
from integrations.connections import worksheet, writing
from integrations.connections.models import WorksheetEntry
from integrations.pipeline.answer import answer_came
from integrations.posting.models import EffectState
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.keying import entries, key_waiting, say_keyed, states
from tests.walks.world import ACTOR, World

pytestmark = [pytest.mark.walk, pytest.mark.usefixtures("db")]


@pytest.fixture
def assisted(world: World) -> World:
    world.within(
        lambda: writing.choose(connection_id=world.company_id, writes="assisted", actor=ACTOR)
    )
    return world


def _pay(world: World) -> str:
    invoice = world.open_invoice()
    paid = world.pay(
        amount=f"{invoice.balance:.2f}",
        invoice_id=invoice.number,
        customer_id=invoice.customer_number,
    )
    world.poll()
    return paid


def test_nothing_is_written_until_a_person_does_and_then_it_is_read_back(assisted: World) -> None:
    paid = _pay(assisted)
    assert assisted.effect(paid).state == EffectState.HANDED_OVER
    assert assisted.changed_tables() == []
    assert states(assisted) == [("waiting", "")]
    key_waiting(assisted)
    say_keyed(assisted)
    assert assisted.effect(paid).state == EffectState.POSTED
    assert assisted.effect(paid).sage_reference.endswith("keyed by hand")
    assert states(assisted) == [("seen", "")]
    assert [line[0] for line in assisted.ledger()] == ["1105-00", "1200-00"]
    assert assisted.open_cases() == []


def test_a_word_without_a_receipt_goes_back_to_the_list(assisted: World) -> None:
    paid = _pay(assisted)
    number = assisted.open_invoice().number
    amount = assisted.effect(paid).amount
    say_keyed(assisted)
    assert assisted.effect(paid).state == EffectState.HANDED_OVER
    missing = f"No receipt of {amount:,.2f} USD on invoice {number} is in Sage yet."
    assert states(assisted) == [("waiting", missing)]
    assert assisted.ledger() == []


def test_what_stands_in_the_books_is_believed_and_never_listed(assisted: World) -> None:
    """Our database restored to yesterday: the books still say it."""
    paid = _pay(assisted)
    key_waiting(assisted)
    _answer_came(assisted)
    assert assisted.effect(paid).state == EffectState.POSTED
    assert states(assisted) == [("seen", "")]
    # A person who keyed it says so after it was found.
    say_keyed(assisted)
    assert states(assisted) == [("seen", "")]
    assert len(assisted.ledger()) == 2


def test_one_that_is_taken_off_needs_a_decision_and_can_come_back(assisted: World) -> None:
    paid = _pay(assisted)
    _take_off(assisted, reason="Paid by cheque as well")
    effect = assisted.effect(paid)
    assert (effect.state, effect.reason_code) == (EffectState.PARKED, "not_keyed")
    assert "Paid by cheque as well" in effect.sentence
    assert assisted.within(lambda: worksheet.open_entries([assisted.company_id])) == []
    assisted.within(lambda: pipeline.retry(effect_id=effect.id, actor=ACTOR))
    assert assisted.effect(paid).state == EffectState.HANDED_OVER
    assert states(assisted) == [("waiting", "")]
    _take_off(assisted, reason="Really")
    assisted.dismiss(paid, reason="Paid by cheque")
    assert assisted.effect(paid).state == EffectState.DISMISSED
    assert assisted.changed_tables() == []


def _answer_came(world: World) -> None:
    """What the regular look does, without waiting for it."""
    with tenant_transaction(world.tenant.id):
        for entry in WorksheetEntry.objects.all():
            answer_came(
                tenant_id=world.tenant.id, company_id=world.company_id, effect_key=entry.effect_key
            )
    world.work()


def _take_off(world: World, *, reason: str) -> None:
    ids = [entry.id for entry in entries(world)]
    world.within(
        lambda: pipeline.not_to_be_keyed(
            company_id=world.company_id, entry_ids=ids, reason=reason, actor=ACTOR
        )
    )


def test_nobody_dismisses_what_a_person_says_is_keyed(assisted: World) -> None:
    paid = _pay(assisted)
    entry = entries(assisted)[0]
    # Confirmed, and the drain has not looked yet.
    assisted.within(
        lambda: worksheet.confirm(company_id=assisted.company_id, entry_ids=[entry.id], actor=ACTOR)
    )
    assert assisted.decide_fails(paid)
    assert [state for state, _ in states(assisted)] == ["confirmed"]


def test_who_writes_is_not_changed_while_something_stands_on_the_worksheet(
    assisted: World,
) -> None:
    _pay(assisted)
    with pytest.raises(NotPossible, match="1 entry stands on the worksheet"):
        assisted.within(
            lambda: writing.choose(connection_id=assisted.company_id, writes="direct", actor=ACTOR)
        )


def test_a_receipt_keyed_without_its_reference_is_known_once_a_person_says_so(
    assisted: World,
) -> None:
    """Until then it looks like another payment of the invoice, and the list says that."""
    paid = _pay(assisted)
    key_waiting(assisted, marker="CHK 5523")
    _answer_came(assisted)
    number = assisted.open_invoice().number
    assert assisted.effect(paid).state == EffectState.HANDED_OVER
    ((state, problem),) = states(assisted)
    assert state == "waiting"
    assert problem.startswith("Invoice ")
    assert "is already paid in Sage" in problem
    assert number not in problem
    say_keyed(assisted)
    assert assisted.effect(paid).state == EffectState.POSTED
    assert states(assisted) == [("seen", "")]
    # A worker that stopped before it recorded that asks again, and hears the same.
    _answer_came(assisted)
    assert assisted.effect(paid).state == EffectState.POSTED


def test_what_sage_would_not_take_is_not_listed(assisted: World) -> None:
    paid = assisted.pay(amount="1.00", invoice_id="10205", customer_id="IRONWD")
    assisted.poll()
    assert assisted.effect(paid).state == EffectState.PARKED
    assert entries(assisted) == []
