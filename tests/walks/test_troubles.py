"""The five error rules of the mission, and what a person can do about each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.accounting import operations as accounting
from integrations.connections import operations as connections
from integrations.posting import invariants
from integrations.workflows import operations as workflows
from integrations.workflows.definition import DEFAULT_STEPS, ON_ACCOUNT
from tenants.pausing import pause_company, resume_company
from tenants.scope import tenant_transaction
from tests.walks.world import ACTOR, RULES, World

pytestmark = pytest.mark.walk


def _state(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["reason"]) for one in world.effects()]


def test_an_unknown_invoice_needs_a_person_who_chooses_one(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="99999")
    world.notify(paid)
    world.work()
    assert _state(world) == [("sale", "parked", "invoice_not_found")]
    assert world.open_cases() == ["invoice_not_found"]
    assert world.changed().is_empty
    world.choose_invoice(paid, "10432")
    assert _state(world) == [("sale", "posted", "")]
    assert world.open_cases() == []
    assert world.changed().changed["armast"]["10432"]["balance"] == ("740.0000", "")


def test_an_unknown_invoice_can_be_put_on_account(world: World) -> None:
    paid = world.pay(amount="99.00", invoice_id="99999", customer_id="ACME01")
    world.notify(paid)
    world.work()
    world.put_on_account(paid, "ACME01")
    assert _state(world) == [("sale", "posted", "")]
    found = world.changed()
    assert [(row["artype"], row["balance"]) for row in found.added["armast"]] == [("O", "-99.0000")]
    assert world.ledger() == [("1105-00", "99.00", "0.00"), ("2300-00", "0.00", "99.00")]


def test_on_account_by_policy_needs_no_person_for_a_known_customer(world: World) -> None:
    steps = (
        replace(DEFAULT_STEPS[0], settings={"invoice_missing": ON_ACCOUNT}),
        *DEFAULT_STEPS[1:],
    )
    world.within(
        lambda: workflows.publish(environment_id=world.environment_id, steps=steps, actor=ACTOR)
    )
    world.pay(amount="99.00", invoice_id="99999", customer_id="ACME01")
    world.pay(amount="88.00", invoice_id="99998", customer_id="NOBODY")
    world.poll()
    assert _state(world) == [("sale", "posted", ""), ("sale", "parked", "invoice_not_found")]


def test_a_refused_sign_in_of_sage_is_waited_for_in_sight_and_goes_on_once_mended(
    world: World,
) -> None:
    walked = world.pay(amount="99.00", invoice_id="99999")
    world.poll()
    with world.sage_refuses():
        new = world.pay(amount="740.00", invoice_id="10432")
        world.notify(new)
        world.work()
        world.put_on_account(walked, "ACME01")
        for _ in range(3):
            world.wait_over()
        waits = {(one["state"], one["reason"], one["attempts"]) for one in world.effects()}
        assert waits == {("waiting_credential", "sign_in_refused", "0")}
        assert world.company_state() == "waiting_credential"
        assert world.effect(new).sentence == (
            "Sage company 01 refuses our sign-in since 12:00. Nothing is lost; this goes on by "
            "itself once the sign-in is repaired and tested."
        )
        with tenant_transaction(world.tenant.id):
            counted = invariants.conservation(world.environment_id)
            assert (counted.received, counted.waiting, counted.holds) == (2, 2, True)
    world.test_company()
    assert _state(world) == [("sale", "posted", ""), ("sale", "posted", "")]
    assert world.open_cases() == []


def test_sage_away_waits_without_attempts_and_resumes_by_itself(world: World) -> None:
    with world.sage_away():
        paid = world.pay(amount="740.00", invoice_id="10432")
        world.notify(paid)
        world.work()
        waits = [("waiting_erp", "0")]
        assert [(one["state"], one["attempts"]) for one in world.effects()] == waits
        assert world.company_state() == "offline"
        for _ in range(3):
            world.wait_over()
        assert [(one["state"], one["attempts"]) for one in world.effects()] == waits
        assert world.effect(paid).sentence == (
            "Sage company 01 is offline since 12:00. Nothing is lost; this will post by itself."
        )
    world.wait_over()
    assert [(one["state"], one["attempts"]) for one in world.effects()] == [("posted", "1")]
    assert world.company_state() == "connected"


def test_a_reply_lost_after_the_write_is_asked_about_and_posts_once(world: World) -> None:
    with world.sage_cut_at_commit(reaches_server=True):
        paid = world.pay(amount="740.00", invoice_id="10432")
        world.notify(paid)
        world.work()
        assert [(one["state"], one["attempts"]) for one in world.effects()] == [("unknown", "1")]
        assert (
            world.decide_fails(paid)
            == "This payment is ‘posting (asking sage again)’ now, so there is nothing to decide."
        )
    world.wait_over()
    assert [(one["state"], one["attempts"]) for one in world.effects()] == [("posted", "2")]
    assert world.attempts(paid) == ["unknown", "exists"]
    assert len(world.changed().added["arcash"]) == 1


def test_a_reply_lost_before_the_write_posts_once_too(world: World) -> None:
    with world.sage_cut_at_commit(reaches_server=False):
        paid = world.pay(amount="740.00", invoice_id="10432")
        world.notify(paid)
        world.work()
    world.wait_over()
    assert world.attempts(paid) == ["unknown", "posted"]
    assert len(world.changed().added["arcash"]) == 1


def test_a_second_payment_of_a_paid_invoice_needs_a_person(world: World) -> None:
    for amount in ("740.00", "740.00"):
        world.pay(amount=amount, invoice_id="10432", customer_id="ACME01")
        world.poll()
    assert _state(world) == [("sale", "posted", ""), ("sale", "parked", "invoice_paid")]
    assert len(world.changed().added["arcash"]) == 1


def test_a_receipt_keyed_by_hand_is_found_before_posting(world: World) -> None:
    """A clerk keyed half of it; the same amount comes by PayTrace the same day."""
    world.key_receipt_by_hand(invoice="10432", amount="370.00")
    world.pay(amount="370.00", invoice_id="10432", customer_id="ACME01")
    world.poll()
    assert _state(world) == [("sale", "parked", "duplicate")]
    assert world.open_cases() == ["duplicate"]


def test_a_missing_gl_rule_waits_and_goes_on_once_it_is_published(world: World) -> None:
    world.within(
        lambda: accounting.publish_rules(
            environment_id=world.environment_id, rules=RULES[1:], actor=ACTOR
        )
    )
    world.pay(amount="740.00", invoice_id="10432")
    world.poll()
    assert _state(world) == [("sale", "waiting_mapping", "account_missing")]
    assert world.changed().is_empty
    world.within(
        lambda: accounting.publish_rules(
            environment_id=world.environment_id, rules=RULES, actor=ACTOR
        )
    )
    assert _state(world) == [("sale", "posted", "")]


def test_a_value_sage_cannot_hold_is_told_by_field_and_nothing_is_written(world: World) -> None:
    world.map_comment_to_the_description()
    world.pay(amount="740.00", invoice_id="10432", description="Danke 🎉")
    world.poll()
    assert _state(world) == [("sale", "parked", "validation")]
    with tenant_transaction(world.tenant.id):
        case = world.case()
    assert (case.field, case.sentence) == (
        "comment",
        "Comment holds ‘🎉’, which Sage cannot store.",
    )
    assert world.changed().is_empty


def test_a_closed_period_waits_and_nothing_moves_to_another_day(world: World) -> None:
    world.close_period("2026-11-20")
    world.pay(amount="740.00", invoice_id="10432")
    world.poll()
    assert _state(world) == [("sale", "waiting_period", "period_closed")]
    assert world.changed_tables() == []


def test_a_dismissed_payment_stays_with_its_reason(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="99999")
    world.notify(paid)
    world.work()
    world.dismiss(paid, reason="Test payment of our own")
    assert _state(world) == [("sale", "dismissed", "invoice_not_found")]
    effect = world.effect(paid)
    assert effect.sentence == f"Dismissed by {ACTOR}: Test payment of our own"
    assert world.changed().is_empty


def test_an_unknown_status_goes_to_a_person_and_is_never_guessed(world: World) -> None:
    world.pay(amount="740.00", invoice_id="10432", state="unknown")
    world.poll()
    assert _state(world) == [("review", "parked", "unknown_status")]
    assert world.changed().is_empty


def test_a_paused_company_waits_and_goes_on_when_resumed(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.within(lambda: pause_company(reason="Month-end", actor=ACTOR))
    assert world.notify(paid) == 202
    world.work()
    world.poll()
    assert world.effects() == []
    world.within(lambda: resume_company(actor=ACTOR))
    assert _state(world) == [("sale", "posted", "")]


def test_a_paused_sage_company_shows_why_its_payments_wait(world: World) -> None:
    world.within(
        lambda: connections.pause(connection_id=world.company_id, reason="Upgrade", actor=ACTOR)
    )
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.poll()
    assert _state(world) == [("sale", "waiting_erp", "sage_away")]
    assert world.effect(paid).sentence == (
        "Posting to Sage company 01 is paused. Nothing is lost; it goes on when resumed."
    )
    world.within(lambda: connections.resume(connection_id=world.company_id, actor=ACTOR))
    assert _state(world) == [("sale", "posted", "")]
