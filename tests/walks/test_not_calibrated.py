"""Kinds that no posting profile was calibrated for: a person keys them, Tieout reads them back."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from integrations.canonical.posting import PostingKind
from integrations.connections.models import WorksheetEntry
from integrations.exceptions.models import ExceptionCase
from integrations.pipeline.answer import answer_came
from integrations.posting import invariants
from tenants.scope import tenant_transaction
from tests.walks.keying import entries, key_waiting, say_keyed, states
from tests.walks.test_settlements import NAME, ONE, PAID, lines, pay, settle, switch
from tests.walks.world import World

pytestmark = pytest.mark.walk

_USUAL = (PostingKind.RECEIPT, PostingKind.ON_ACCOUNT, PostingKind.REVERSAL)


@pytest.fixture
def usual(world: World) -> World:
    """Tieout posts receipts and what takes them back; batches settle, and nothing else was
    calibrated."""
    switch(world, "2026-11-01")
    world.let_post(*_USUAL)
    return world


def _settled(world: World) -> None:
    pay(world)
    settle(world)
    world.poll_now()


def _hold(world: World) -> None:
    with tenant_transaction(world.tenant.id):
        assert invariants.breaks() == []
        assert invariants.conservation(world.environment_id).holds


def test_a_settlement_is_listed_keyed_and_found_in_the_ledger(usual: World) -> None:
    _settled(usual)
    batch = usual.effect(NAME, "settlement")
    assert (batch.state, batch.reason_code) == ("handed_over", "with_person")
    (entry,) = entries(usual)
    assert (entry.marker, str(entry.deposit_date), f"{entry.amount:.2f}") == (
        batch.marker, "2026-11-20", "740.00",
    )  # fmt: skip
    assert [line[:3] for line in entry.request["journal"]] == [
        ["1010-00", "740.0000", "0.0000"],
        ["1105-00", "0.0000", "740.0000"],
    ]
    assert lines(usual) == sorted(PAID)
    key_waiting(usual)
    say_keyed(usual)
    batch = usual.effect(NAME, "settlement")
    assert (batch.state, batch.sage_reference) == (
        "posted",
        f"Settlement {batch.marker} in the GL distribution, keyed by hand",
    )
    assert states(usual) == [("seen", "")]
    assert lines(usual) == sorted([*PAID, *ONE])
    assert usual.ledger()[2:] == [("1010-00", "740.00", "0.00"), ("1105-00", "0.00", "740.00")]
    assert usual.open_cases() == []
    _hold(usual)


def test_an_entry_with_another_amount_goes_back_to_the_list_until_it_is_right(
    usual: World,
) -> None:
    _settled(usual)
    marker = entries(usual)[0].marker
    key_waiting(usual)
    _correct(usual, marker, "1010-00", Decimal(704))
    say_keyed(usual)
    assert usual.effect(NAME, "settlement").state == "handed_over"
    assert states(usual) == [
        (
            "waiting",
            (
                f"{marker} stands in Sage as debit 1010-00 704.00, credit 1105-00 740.00; it "
                "should be debit 1010-00 740.00, credit 1105-00 740.00. Correct it in Sage."
            ),
        )
    ]
    _correct(usual, marker, "1010-00", Decimal(740))
    say_keyed(usual)
    assert usual.effect(NAME, "settlement").state == "posted"
    _hold(usual)


def _correct(world: World, marker: str, account: str, amount: Decimal) -> None:
    with psycopg.connect(world.sage_dsn, autocommit=True) as books:
        books.execute(
            "UPDATE ardist SET amount = %s WHERE trim(tranno) = %s AND trim(glacnt) = %s",
            [amount, marker, account],
        )


def test_a_word_without_an_entry_goes_back_to_the_list(usual: World) -> None:
    _settled(usual)
    say_keyed(usual)
    marker = entries(usual)[0].marker
    assert states(usual) == [
        ("waiting", f"No GL entry with the reference {marker} is in Sage yet.")
    ]


def test_what_stands_on_the_worksheet_stays_there_when_the_kind_is_calibrated(
    usual: World,
) -> None:
    """Somebody may be typing it in: two who write could write the same."""
    _settled(usual)
    usual.let_post(*PostingKind)
    _look_again(usual)
    assert usual.effect(NAME, "settlement").state == "handed_over"
    assert lines(usual) == sorted(PAID)
    key_waiting(usual)
    say_keyed(usual)
    assert usual.effect(NAME, "settlement").state == "posted"
    assert lines(usual) == sorted([*PAID, *ONE])


def _look_again(world: World) -> None:
    """What the regular look does, without waiting for it."""
    with tenant_transaction(world.tenant.id):
        for entry in WorksheetEntry.objects.all():
            answer_came(
                tenant_id=world.tenant.id, company_id=world.company_id, effect_key=entry.effect_key
            )
    world.work()


def test_a_chargeback_fee_is_a_journal_that_a_person_keys(usual: World) -> None:
    paid = pay(usual)
    usual.poll()
    usual.chargeback(paid, "opened", on="2026-11-20", fee="15.00")
    fee = usual.effect("CB-77", "fee")
    assert (fee.state, fee.reason_code) == ("handed_over", "with_person")
    assert usual.effect("CB-77", "chargeback").state == "posted"
    key_waiting(usual)
    say_keyed(usual)
    fee = usual.effect("CB-77", "fee")
    assert (fee.state, fee.sage_reference) == (
        "posted",
        f"Fee {fee.marker} in the GL distribution, keyed by hand",
    )
    _hold(usual)


def test_a_company_that_is_only_read_lists_nothing_and_asks_a_person(usual: World) -> None:
    usual.let_post()
    paid = pay(usual)
    usual.poll()
    payment = usual.effect(paid)
    assert (payment.state, payment.reason_code) == ("parked", "profile_missing")
    assert payment.sentence.startswith("The posting profile of this company has no receipt.")
    assert entries(usual) == []
    with tenant_transaction(usual.tenant.id):
        assert ExceptionCase.objects.get().code == "profile_missing"
