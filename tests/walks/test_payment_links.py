"""A payment link: paid once whatever happens, by whoever has its address, and no longer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from integrations.canonical.money import Money
from integrations.instructions import link_states, links, paying
from integrations.instructions.errors import KeyReused
from integrations.instructions.links import NewLink
from integrations.instructions.models import Instruction, PaymentLink, StoredPaymentMethod
from integrations.instructions.paying import LinkNotOpen, Seen
from integrations.instructions.policies import Who
from integrations.paytrace.people import HostedFields
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.world import NOON, World

pytestmark = pytest.mark.walk

ALICE = Who("alice@example.com")
SALES = "/v1/transactions/sale"
INVOICE = NewLink("ACME01", Money(Decimal("740.00"), "USD"), invoice_number="10432")
CARD = NewLink("ACME01")


def made(world: World, new: NewLink = INVOICE, *, key: str = "form-1") -> tuple[PaymentLink, str]:
    """A link, and the token of its address."""
    with tenant_transaction(world.tenant.id):
        row = links.make(
            new,
            environment_id=world.environment_id,
            connection_id=world.gateway_id,
            idempotency_key=key,
            who=ALICE,
        )
        return row, links.tokens_of([row])[row.id].reveal()


def seen(token: str) -> Seen:
    target = links.find(token)
    assert target is not None
    found = paying.see(target)
    assert found is not None
    return found


def pay(world: World, token: str, **card: Any) -> Instruction:
    pair = world.simulator.control("hosted_fields", account=world.account, **card)
    return paying.pay(seen(token), pair=HostedFields(**pair))


def states(world: World) -> list[tuple[str, int]]:
    """State and tries of every link, oldest first."""
    with tenant_transaction(world.tenant.id):
        return [(one.state, one.tries) for one in PaymentLink.objects.order_by("made_at", "id")]


def at_paytrace(world: World) -> list[tuple[str, str]]:
    """State and amount of every transaction there."""
    held = world.simulator.look("state", account=world.account)
    found = held["accounts"][world.account]["transactions"]
    return [(one["state"], str(one["amount"])) for one in found]


def look_now(world: World) -> None:
    """Let the wait before the next look end, without sleeping."""
    with tenant_transaction(world.tenant.id):
        Instruction.objects.update(due_at=None)
    world.wait_over()


def test_a_link_is_paid_once_and_its_payment_reaches_the_invoice(
    world: World, superuser_url: str
) -> None:
    _, token = made(world)
    paid = pay(world, token)
    assert (paid.state, paid.origin, paid.asked_by) == (
        "done", "pay_page", "Payment link of alice@example.com",
    )  # fmt: skip
    with pytest.raises(LinkNotOpen):
        pay(world, token)
    assert (states(world), at_paytrace(world)) == (
        [("paid", 1)], [("pending_settlement", "740.00")],
    )  # fmt: skip
    world.poll()
    effect = world.effect(paid.result_id)
    assert (effect.state, effect.customer_number) == ("posted", "ACME01")
    assert world.changed().changed["armast"]["10432"]["balance"] == ("740.0000", "")
    with tenant_transaction(world.tenant.id):
        of = links.link_of(Instruction.objects.get())
    assert of is not None
    assert (of.invoice_number, of.made_by) == ("10432", "alice@example.com")
    assert token not in _dump(superuser_url)


def test_two_tabs_at_once_charge_once(world: World) -> None:
    _, token = made(world)
    told: list[str] = []
    both = threading.Barrier(2)

    def tab() -> None:
        try:
            pair = world.simulator.control("hosted_fields", account=world.account)
            shown = seen(token)
            both.wait(timeout=20)
            told.append(paying.pay(shown, pair=HostedFields(**pair)).state)
        except LinkNotOpen:
            told.append("not open")
        finally:
            connections.close_all()

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert sorted(told) == ["done", "not open"]
    assert (states(world), at_paytrace(world)) == (
        [("paid", 1)], [("pending_settlement", "740.00")],
    )  # fmt: skip


def test_after_a_decline_another_card_pays(world: World) -> None:
    _, token = made(world)
    declined = pay(world, token, is_declined=True)
    assert declined.state == "declined"
    assert seen(token).tried == declined
    assert seen(token).state == "open"
    assert pay(world, token).state == "done"
    assert (states(world), at_paytrace(world)) == (
        [("paid", 2)], [("declined", "740.00"), ("pending_settlement", "740.00")],
    )  # fmt: skip


@pytest.mark.parametrize("fault", ["reply_lost", "html_page"])
def test_a_lost_answer_is_found_out_and_nobody_pays_meanwhile(world: World, fault: str) -> None:
    _, token = made(world)
    world.simulator.control("faults", kind=fault, count=1, path_prefix=SALES, performed=True)
    assert pay(world, token).state == "unknown"
    with pytest.raises(LinkNotOpen):
        pay(world, token)
    assert _refused(lambda: _cancel(world)) == (
        "This link is ‘being paid’ and cannot be cancelled any more."
    )
    assert states(world) == [("being_paid", 1)]
    look_now(world)
    assert (states(world), at_paytrace(world)) == (
        [("paid", 1)], [("pending_settlement", "740.00")],
    )  # fmt: skip


def test_what_never_reached_paytrace_opens_the_link_again_after_a_day(
    world: World, superuser_url: str
) -> None:
    _, token = made(world)
    world.simulator.control("faults", kind="offline", count=1, path_prefix=SALES)
    assert pay(world, token).state == "unknown"
    look_now(world)
    assert states(world) == [("being_paid", 1)]
    with psycopg.connect(superuser_url, autocommit=True) as database:
        database.execute(
            "UPDATE instructions_instructionattempt SET started_at = started_at - interval '25h'"
        )
    look_now(world)
    assert (states(world), at_paytrace(world)) == ([("open", 1)], [])


def test_a_page_that_died_before_it_told_paytrace_leaves_the_link_to_the_workers(
    world: World, superuser_url: str
) -> None:
    row, token = made(world)
    with tenant_transaction(world.tenant.id):
        paying.take(row.id)
    assert states(world) == [("being_paid", 1)]
    with pytest.raises(LinkNotOpen):
        pay(world, token)
    with psycopg.connect(superuser_url, autocommit=True) as database:
        database.execute("UPDATE instructions_instruction SET lease_until = %s", [NOON])
    world.within(lambda: None)
    look_now(world)
    assert (states(world), at_paytrace(world)) == ([("being_paid", 1)], [])


def test_an_account_that_refuses_us_asks_for_nothing_and_leaves_the_link_open(
    world: World,
) -> None:
    _, token = made(world)
    world.simulator.control("faults", kind="token_expired", count=1, path_prefix=SALES)
    assert pay(world, token).state == "refused"
    assert (states(world), at_paytrace(world)) == ([("open", 1)], [])


def test_a_card_is_stored_with_no_more_than_may_be_known(world: World) -> None:
    _, token = made(world, CARD)
    assert pay(world, token, first_six="401200").state == "done"
    with tenant_transaction(world.tenant.id):
        kept = StoredPaymentMethod.objects.get()
    assert kept.vault_id.startswith("ACME01-")
    assert (kept.customer_number, kept.brand, kept.last_four, kept.stored_by) == (
        "ACME01", "visa", "5439", "Payment link of alice@example.com",
    )  # fmt: skip
    assert kept.expiry_year is not None
    assert (states(world), at_paytrace(world)) == ([("paid", 1)], [])


def test_a_link_that_is_cancelled_or_expired_cannot_be_paid(world: World) -> None:
    _, token = made(world)
    _cancel(world)
    with pytest.raises(LinkNotOpen):
        pay(world, token)
    _, later = made(world, replace(INVOICE, invoice_number="10433", days=1), key="form-2")
    with tenant_transaction(world.tenant.id):
        PaymentLink.objects.filter(invoice_number="10433").update(state="open")
        assert link_states.expire(now=timezone.now() + timedelta(days=1, minutes=1)) == 1
    with pytest.raises(LinkNotOpen):
        pay(world, later)
    assert (states(world), at_paytrace(world)) == ([("cancelled", 0), ("expired", 0)], [])


def test_too_many_refused_cards_end_a_link(world: World) -> None:
    _, token = made(world)
    for _ in range(link_states.MOST_TRIES):
        assert pay(world, token, is_declined=True).state == "declined"
    with pytest.raises(LinkNotOpen):
        pay(world, token)
    assert states(world) == [("cancelled", 10)]


def test_a_form_sent_twice_makes_one_link_and_an_invoice_has_one_open_link(world: World) -> None:
    first, token = made(world)
    assert made(world) == (first, token)
    with pytest.raises(KeyReused):
        made(world, replace(INVOICE, amount=Money(Decimal("1.00"), "USD")))
    assert _refused(lambda: made(world, key="form-2")) == (
        "A link that asks ACME01 for 10432 is open already. Cancel it first: two of them could "
        "both be paid."
    )
    _cancel(world)
    made(world, key="form-3")
    assert states(world) == [("cancelled", 0), ("open", 0)]


def _cancel(world: World) -> None:
    with tenant_transaction(world.tenant.id):
        row = PaymentLink.objects.get()
        links.cancel(link_id=row.id, environment_id=world.environment_id, who=ALICE)


def _refused(act: Callable[[], Any]) -> str:
    with pytest.raises(NotPossible) as refused:
        act()
    return refused.value.sentence


def _dump(superuser_url: str) -> str:
    """Every row of every table as text."""
    with psycopg.connect(superuser_url) as database:
        tables = database.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        rows = [database.execute(f"SELECT t::text FROM {name} t").fetchall() for (name,) in tables]
    return str(rows)
