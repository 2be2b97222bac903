"""What PayTrace is told: charged, given back, stored and planned once, whatever happens."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from integrations.canonical.money import Money
from integrations.connections import clients
from integrations.instructions import hosted, operations, policies, protocol, queries, running
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, InstructionAttempt, StoredPaymentMethod
from integrations.instructions.policies import Who
from integrations.instructions.running import Desk
from integrations.instructions.subjects import subject_of
from integrations.instructions.wishes import Wish
from integrations.paytrace.people import HostedFields
from integrations.paytrace.recurring import Frequency
from tenants.scope import tenant_transaction
from tests.walks.world import NOON, World

pytestmark = pytest.mark.walk

ALICE = Who("alice@example.com")
CHARGE = Wish(
    Kind.CHARGE,
    amount=Money(Decimal("740.00"), "USD"),
    vault_id="ACME01",
    customer_number="ACME01",
    invoice_number="10432",
)

BACK = Wish(Kind.GIVE_BACK, amount=Money(Decimal("740.00"), "USD"), transaction_id="1")
PLAN = Wish(
    Kind.PLAN_CREATE,
    amount=Money(Decimal("99.00"), "USD"),
    vault_id="ACME01",
    customer_number="ACME01",
    frequency=Frequency.MONTHLY,
    start_on=date(2026, 12, 15),
    total_count=6,
)
SALES = "/v1/transactions/sale"


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


@pytest.fixture
def till(world: World) -> World:
    """A company that may charge up to 5,000 a day, 1,000 without a second person."""
    with tenant_transaction(world.tenant.id):
        policies.set_policy(
            environment_id=world.environment_id,
            user_daily_limit=usd("3000"),
            company_daily_limit=usd("5000"),
            approval_above=usd("1000"),
            actor="alice@example.com",
        )
    return world


def ask(world: World, wish: Wish, *, key: str = "key-1") -> Instruction:
    """Ask, and let the workers work."""
    row = _asked(world, wish, key=key)
    world.work()
    return again(world, row)


def _asked(world: World, wish: Wish, *, key: str = "key-1") -> Instruction:
    with tenant_transaction(world.tenant.id):
        return operations.ask(
            wish,
            environment_id=world.environment_id,
            connection_id=world.gateway_id,
            idempotency_key=key,
            origin=Instruction.Origin.PERSON,
            who=ALICE,
        ).instruction


def again(world: World, row: Instruction) -> Instruction:
    with tenant_transaction(world.tenant.id):
        return Instruction.objects.select_related("plan").get(id=row.id)


def held(world: World, what: str = "transactions") -> list[dict[str, Any]]:
    """What the gateway holds of this account."""
    found = world.simulator.look("state", account=world.account)["accounts"][world.account][what]
    assert isinstance(found, list)
    return found


def at_paytrace(world: World) -> list[tuple[str, str, str]]:
    """Type, state and amount of every transaction there."""
    return [(one["type"], one["state"], str(one["amount"])) for one in held(world)]


def look_now(world: World) -> None:
    """Let the wait before the next look end, without sleeping."""
    with tenant_transaction(world.tenant.id):
        Instruction.objects.update(due_at=None)
    world.wait_over()


def test_a_charge_is_made_once_and_reaches_sage(till: World) -> None:
    row = ask(till, CHARGE)
    assert (row.state, row.sentence) == ("done", "740.00 USD was charged.")
    till.poll()
    effect = till.effect(row.result_id)
    assert (effect.state, effect.amount) == ("posted", Decimal("740.00"))
    assert till.changed().changed["armast"]["10432"]["balance"] == ("740.0000", "")
    with tenant_transaction(till.tenant.id):
        found = queries.instruction_of(
            connection_id=till.gateway_id,
            transaction_id=effect.transaction_id,
            gives_back=False,
        )
    assert found is not None
    assert found.asked_by == "alice@example.com"
    assert ask(till, CHARGE).id == row.id
    assert at_paytrace(till) == [("sale", "pending_settlement", "740.00")]


def test_what_never_arrived_is_told_after_a_day_and_a_late_answer_still_counts(
    till: World, superuser_url: str
) -> None:
    """The request is lost on its way; only age makes of nothing found an answer."""
    till.simulator.control("faults", kind="offline", count=1, path_prefix=SALES)
    row = ask(till, CHARGE)
    look_now(till)
    assert (again(till, row).state, at_paytrace(till)) == ("unknown", [])
    _make_older(superuser_url, hours=25)
    look_now(till)
    ended = again(till, row)
    assert (ended.state, ended.code) == ("refused", "paytrace.never_arrived")
    assert "nothing was done" in ended.sentence
    assert at_paytrace(till) == []
    with tenant_transaction(till.tenant.id):
        attempt = InstructionAttempt.objects.get()
    late = till.pay(amount="740.00", invoice_id=attempt.invoice_id, customer_id="ACME01")
    till.poll()
    corrected = again(till, row)
    assert (corrected.state, corrected.code, corrected.result_id) == ("done", "", late)
    assert corrected.sentence == "740.00 USD was charged. PayTrace’s record of it came late."
    assert till.effect(late).amount == Decimal("740.00")


def test_two_workers_tell_paytrace_once(till: World, superuser_url: str) -> None:
    """The first is frozen between its commit and its call; the second takes over, and only
    looks. One that comes back too late does not send; one that sent is believed."""
    row = _asked(till, CHARGE)
    desk = _desk(till)
    with tenant_transaction(till.tenant.id):
        claimed = protocol.claim_ready(connection_id=till.gateway_id)
        assert claimed is not None
        assert protocol.claim_ready(connection_id=till.gateway_id) is None
    with tenant_transaction(till.tenant.id):
        told = protocol.intend(claimed, gateway_day=desk.today)
        assert told is not None
        subject = subject_of(told.instruction_id, today=desk.today)
        Instruction.objects.update(lease_until=NOON)
    till.work()
    assert (again(till, row).state, at_paytrace(till)) == ("unknown", [])
    running.tell(told, subject, desk=desk, began=time.monotonic())
    late = time.monotonic() - running.LATEST_SEND - 1
    running.tell(told, subject, desk=desk, began=late)
    look_now(till)
    assert again(till, row).state == "done"
    assert at_paytrace(till) == [("sale", "pending_settlement", "740.00")]


def test_money_is_given_back_once_however_often_it_is_lost(till: World) -> None:
    paid = ask(till, CHARGE)
    till.simulator.control("settle", account=till.account)
    till.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix="/v1/transactions/refund"
    )
    part = replace(BACK, amount=usd("240.00"), transaction_id=paid.result_id)
    row = ask(till, part, key="back-1")
    assert row.state == "unknown"
    # Another one of the same payment waits until that is known.
    other = ask(till, replace(part, amount=usd("500.00")), key="back-2")
    assert other.state == "ready"
    look_now(till)
    assert [again(till, one).state for one in (row, other)] == ["done", "done"]
    more = ask(till, replace(part, amount=usd("0.01")), key="back-3")
    assert (more.state, more.code) == ("refused", "paytrace.nothing_left")
    assert [one[2] for one in at_paytrace(till) if one[0] == "refund"] == ["240.00", "500.00"]


def test_a_refund_that_was_there_before_is_not_the_answer_to_a_lost_one(till: World) -> None:
    """Somebody has refunded as much in PayTrace's own terminal; ours never arrived."""
    paid = till.pay(amount="740.00", invoice_id="10432", customer_id="ACME01", state="settled")
    till.simulator.control("refund", account=till.account, transaction_id=paid, amount="100.00")
    till.poll()
    path = "/v1/transactions/refund"
    till.simulator.control("faults", kind="offline", count=1, path_prefix=path)
    back = Wish(Kind.GIVE_BACK, amount=usd("100.00"), transaction_id=paid)
    row = ask(till, back)
    look_now(till)
    row = again(till, row)
    assert (row.state, row.code) == ("unknown", "paytrace.not_found_yet")
    assert [one[2] for one in at_paytrace(till) if one[0] == "refund"] == ["100.00"]


def test_a_plan_is_made_changed_paused_resumed_and_ended(till: World) -> None:
    made = ask(till, PLAN, key="plan")
    assert made.state == "done"
    assert made.plan is not None
    plan_id = made.plan.id
    assert [(str(one["amount"]), one["total_count"]) for one in held(till, "plans")] == [
        ("99.00", 6)
    ]
    of_plan = Wish(Kind.PLAN_CHANGE, plan_id=plan_id)
    assert ask(till, replace(of_plan, amount=usd("89.00")), key="change").state == "done"
    assert [str(one["amount"]) for one in held(till, "plans")] == ["89.00"]
    assert ask(till, replace(of_plan, kind=Kind.PLAN_PAUSE), key="pause").state == "done"
    assert held(till, "plans") == []
    resume = replace(of_plan, kind=Kind.PLAN_RESUME, start_on=date(2027, 3, 1))
    assert ask(till, resume, key="resume").state == "done"
    assert [(one["next_on"], one["total_count"]) for one in held(till, "plans")] == [
        ("2027-03-01", 6)
    ]
    with tenant_transaction(till.tenant.id):
        plan = queries.plan(environment_id=till.environment_id, plan_id=plan_id)
        assert plan is not None
        days = queries.next_days(plan, today=NOON.date(), most=2)
    assert days == [date(2027, 3, 1), date(2027, 4, 1)]
    assert ask(till, replace(of_plan, kind=Kind.PLAN_CANCEL), key="end").state == "done"
    assert held(till, "plans") == []
    assert again(till, made).plan.state == "ended"  # type: ignore[union-attr]


@pytest.mark.parametrize("fault", ["reply_lost", "truncated_json", "html_page"])
def test_a_lost_answer_is_looked_for_and_never_sent_again(till: World, fault: str) -> None:
    """Of a charge, of a plan and of a card form, whose keys cannot be sent a second time."""
    asked = []
    for wish, path in ((CHARGE, SALES), (PLAN, "/v1/recurrence/create")):
        till.simulator.control("faults", kind=fault, count=1, path_prefix=path, performed=True)
        asked.append(ask(till, wish, key=path))
    till.simulator.control("faults", kind=fault, count=1, path_prefix=SALES, performed=True)
    asked.append(_pay(till, key="link-1"))
    assert [row.state for row in asked] == ["unknown"] * 3
    look_now(till)
    assert [again(till, row).state for row in asked] == ["done"] * 3
    assert at_paytrace(till) == [("sale", "pending_settlement", "740.00")] * 2
    assert len(held(till, "plans")) == 1
    with tenant_transaction(till.tenant.id):
        assert [one.outcome for one in InstructionAttempt.objects.all()] == ["done"] * 3


def test_a_card_that_was_to_be_kept_is_found_with_the_lost_answer(till: World) -> None:
    till.simulator.control("faults", kind="reply_lost", count=1, path_prefix=SALES, performed=True)
    row = _pay(till, key="link-1", keep_as="ACME01", pair=_pair(till, last_four="0057"))
    assert row.state == "unknown"
    look_now(till)
    assert again(till, row).state == "done"
    with tenant_transaction(till.tenant.id):
        kept = StoredPaymentMethod.objects.get()
    assert kept.vault_id.startswith("ACME01-")
    assert (kept.customer_number, kept.last_four, kept.expiry_month) == ("ACME01", "0057", 12)


def test_a_clear_no_ends_it_in_words(till: World) -> None:
    """And what only waits is sent once the waiting is over."""
    declined = ask(till, replace(CHARGE, amount=usd("1.12")), key="declined")
    assert declined.state == "declined"
    assert declined.sentence == (
        "The charge of 1.12 USD was declined. The bank says: DECLINE - Do not honor. "
        "Nothing was paid."
    )
    stranger = ask(till, replace(CHARGE, vault_id="NOBODY"), key="stranger")
    assert (stranger.state, stranger.sentence) == (
        "refused",
        "PayTrace knows no stored customer with this id.",
    )
    till.simulator.control("faults", kind="token_expired", count=1, path_prefix=SALES)
    waiting = ask(till, CHARGE, key="waiting")
    assert (waiting.state, waiting.code) == ("ready", "paytrace.token_expired")
    till.wait_over()
    assert again(till, waiting).state == "done"
    assert at_paytrace(till) == [
        ("sale", "declined", "1.12"),
        ("sale", "pending_settlement", "740.00"),
    ]
    voided = ask(till, replace(BACK, transaction_id=again(till, waiting).result_id), key="back")
    assert (voided.state, voided.sentence) == ("done", "740.00 USD was voided before it settled.")


def test_a_card_form_pays_once_and_its_keys_stand_in_no_row(
    till: World, superuser_url: str
) -> None:
    pair = _pair(till)
    row = _pay(till, key="link-1", keep_as="ACME-NEW", pair=pair)
    assert (row.state, row.origin) == ("done", "pay_page")
    assert _pay(till, key="link-1", keep_as="ACME-NEW").id == row.id
    assert _pay(till, key="link-2", pair=pair).state == "refused"
    with tenant_transaction(till.tenant.id):
        kept = StoredPaymentMethod.objects.get()
    assert (kept.customer_number, kept.last_four) == ("ACME01", "5439")
    charged = ask(till, replace(CHARGE, vault_id=kept.vault_id, amount=usd("1.00")), key="later")
    assert charged.state == "done"
    assert [one[2] for one in at_paytrace(till)] == ["740.00", "1.00"]
    dump = _dump(superuser_url)
    assert "link-2" in dump
    assert pair.hpf_token not in dump
    assert pair.enc_key not in dump


def _pair(world: World, **card: str) -> HostedFields:
    return HostedFields(**world.simulator.control("hosted_fields", account=world.account, **card))


def _pay(
    world: World, *, key: str, pair: HostedFields | None = None, keep_as: str = ""
) -> Instruction:
    place = hosted.Place(world.tenant.id, world.environment_id, world.gateway_id)
    return hosted.charge_hosted(
        place=place, hosted=pair or _pair(world), amount=usd("740.00"), idempotency_key=key,
        who=Who("A payer"), invoice_number="10432", customer_number="ACME01", keep_as=keep_as,
    )  # fmt: skip


def _desk(world: World) -> Desk:
    client = clients.paytrace_client(tenant_id=world.tenant.id, connection_id=world.gateway_id)
    return Desk(world.tenant.id, client, NOON.date())


def _make_older(superuser_url: str, *, hours: int) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as database:
        database.execute(
            "UPDATE instructions_instructionattempt "
            "SET started_at = started_at - make_interval(hours => %s)",
            [hours],
        )


def _dump(superuser_url: str) -> str:
    """Every row of every table as text."""
    with psycopg.connect(superuser_url) as database:
        tables = database.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        rows = [database.execute(f"SELECT t::text FROM {name} t").fetchall() for (name,) in tables]
    return str(rows)
