"""One payment behind an agent: found, walked, posted and told, and no worker ever waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connections as database_connections
from django.utils import timezone

from integrations.canonical.errors import TryLater
from integrations.canonical.posting import PostingKind
from integrations.canonical.stock import ChangeOutcome
from integrations.connections import clients, site_tests, writing
from integrations.connections import operations as connections
from integrations.connections.agents import pairing
from integrations.connections.agents.connector import ASKED
from integrations.connections.models import (
    Agent,
    AgentJob,
    Connection,
    ConnectionTest,
    SiteTest,
)
from integrations.sagepro.agent.worker import Worker
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.sample.profile import sample_profile
from tenants.scope import tenant_transaction
from tests.agent.scene import AgentScene, serving
from tests.factories import PROVED
from tests.sagepro.bookkeeper import Bookkeeper
from tests.sagepro.orders import NEWCOMER
from tests.walks.keying import entries, key_waiting, say_keyed, states
from tests.walks.world import ACTOR, World

pytestmark = pytest.mark.walk


@pytest.fixture
def agent(world: World, tmp_path: Path) -> Iterator[Worker]:
    """The world's company, reached by an agent from now on."""
    with serving() as url:
        with tenant_transaction(world.tenant.id):
            company = Connection.objects.select_related("environment").get(id=world.company_id)
            company.settings["way"] = pairing.WAY
            company.save(update_fields=["settings"])
        scene = AgentScene(
            url, world.sage_dsn, tmp_path, world.tenant, company.environment, company.id
        )
        worker = scene.worker(scene.pair())
        worker.examine()
        with tenant_transaction(world.tenant.id):
            site_tests.keep(Connection.objects.get(id=company.id), PROVED, actor=ACTOR)
        yield worker
        scene.close()
        database_connections.close_all()


def _turns(world: World, agent: Worker) -> int:
    """Let workers and agent take turns until neither has anything to do; how often."""
    for turn in range(20):
        world.work()
        if agent.once(wait=0) == 0:
            return turn
    raise AssertionError("They never came to rest")


def test_a_payment_behind_an_agent_is_posted_once_and_uses_one_attempt(
    world: World, agent: Worker
) -> None:
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.notify(paid)
    world.work()
    assert [(one["state"], one["attempts"]) for one in world.effects()] == [("new", "0")]
    assert world.company_state() == "connected"
    assert _turns(world, agent) <= 5
    assert [(one["state"], one["attempts"]) for one in world.effects()] == [("posted", "1")]
    assert world.attempts(paid) == ["posted"]
    found = world.changed()
    assert {table: len(rows) for table, rows in found.added.items()} == {
        "arcash": 1, "ardist": 2, "ptpost": 2,
    }  # fmt: skip
    assert found.changed["armast"]["10432"]["balance"] == ("740.0000", "")


def test_a_void_while_the_agent_holds_the_posting_waits_and_then_takes_it_back(
    world: World, agent: Worker
) -> None:
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.notify(paid)
    for _ in range(20):
        world.work()
        if world.effect(paid).state == "handed_over":
            break
        agent.once(wait=0)
    world.simulator.control("void", account=world.account, transaction_id=paid)
    world.poll()
    waits = world.effect(paid, "void")
    assert (waits.state, waits.reason_code) == ("waiting_parent", "parent_handed_over")
    _turns(world, agent)
    states = [(one["kind"], one["state"]) for one in world.effects()]
    assert states == [("sale", "reversed"), ("void", "posted")]


def test_a_test_of_the_connection_goes_through_the_agent(world: World, agent: Worker) -> None:
    test = _test(world, agent)
    assert test.state == "passed", test.findings
    assert test.findings[0]["sentence"] == (
        "The agent on your network answers, and reaches the company."
    )


def test_a_server_behind_an_agent_is_proven_before_anything_is_posted(
    world: World, agent: Worker
) -> None:
    with tenant_transaction(world.tenant.id):
        company = Connection.objects.get(id=world.company_id)
        company.settings["profile"]["user_code"] = "PY"
        company.save(update_fields=["settings"])
    with psycopg.connect(world.sage_dsn, autocommit=True) as sage:
        sage.execute("ALTER TABLE ptpost DROP CONSTRAINT ptpost_marker")
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.notify(paid)
    _turns(world, agent)
    assert world.effect(paid).state == "waiting_erp"
    assert "its server has not passed the self-test" in world.effect(paid).sentence
    assert _test(world, agent).state == "failed"
    _turns(world, agent)
    assert (world.effect(paid).state, world.attempts(paid)) == ("waiting_erp", [])

    with psycopg.connect(world.sage_dsn, autocommit=True) as sage:
        sage.execute("ALTER TABLE ptpost ADD CONSTRAINT ptpost_marker UNIQUE (marker)")
    assert _test(world, agent).state == "passed"
    _turns(world, agent)
    assert world.effect(paid).state == "posted"
    with tenant_transaction(world.tenant.id):
        newest = SiteTest.objects.first()
    assert newest is not None
    assert newest.signed_by.startswith("the agent on ")


def _test(world: World, agent: Worker) -> ConnectionTest:
    with tenant_transaction(world.tenant.id):
        test = connections.request_test(connection_id=world.company_id, actor=ACTOR)
    for _ in range(20):
        world.work()
        agent.once(wait=0)
        with tenant_transaction(world.tenant.id):
            test.refresh_from_db()
        if test.finished_at is not None:
            return test
    raise AssertionError("The test never ended")


def test_payments_of_an_absence_wait_and_go_on_in_order(world: World, agent: Worker) -> None:
    with tenant_transaction(world.tenant.id):
        Agent.objects.update(last_seen_at=timezone.now() - timedelta(minutes=5))
    for amount in ("100.00", "200.00", "300.00"):
        world.pay(amount=amount, invoice_id="10432")
    world.poll()
    assert world.company_state() == "offline"
    assert {one["state"] for one in world.effects()} == {"waiting_erp"}
    with tenant_transaction(world.tenant.id):
        assert not AgentJob.objects.exists()
    agent.once(wait=0)
    _turns(world, agent)
    assert [(one["amount"], one["state"]) for one in world.effects()] == [
        ("100.00", "posted"), ("200.00", "posted"), ("300.00", "posted"),
    ]  # fmt: skip
    assert [row["paidamt"] for row in world.changed().added["arcash"]] == [
        "100.0000", "200.0000", "300.0000",
    ]  # fmt: skip


def test_a_worksheet_behind_an_agent_is_keyed_and_read_back_through_it(
    world: World, agent: Worker
) -> None:
    world.within(
        lambda: writing.choose(connection_id=world.company_id, writes="assisted", actor=ACTOR)
    )
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.notify(paid)
    _turns(world, agent)
    waits = world.effect(paid)
    assert (waits.state, waits.reason_code, waits.attempts) == ("handed_over", "with_person", 0)
    # Our own table holds which pairing may write, and no posting.
    assert world.changed_tables() == ["ptpost"]
    say_keyed(world)
    _turns(world, agent)
    missing = "No receipt of 740.00 USD on invoice 10432 is in Sage yet."
    assert states(world) == [("waiting", missing)]
    key_waiting(world)
    # The agent is asked anew: what it told before the person's word says nothing any more.
    say_keyed(world)
    _turns(world, agent)
    posted = world.effect(paid)
    assert (posted.state, posted.attempts) == ("posted", 1)
    assert posted.sage_reference == f"Receipt {posted.marker} on document 10432, keyed by hand"
    assert states(world) == [("seen", "")]
    assert world.attempts(paid)[-1] == "posted"
    assert world.company_state() == "connected"


def test_a_kind_nobody_calibrated_is_listed_though_an_agent_posts_the_others(
    world: World, agent: Worker
) -> None:
    world.let_post(PostingKind.ON_ACCOUNT, PostingKind.REVERSAL)
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.notify(paid)
    _turns(world, agent)
    waits = world.effect(paid)
    assert (waits.state, waits.reason_code) == ("handed_over", "with_person")
    assert [entry.state for entry in entries(world)] == ["waiting"]
    key_waiting(world)
    say_keyed(world)
    _turns(world, agent)
    assert world.effect(paid).state == "posted"
    assert {table: len(rows) for table, rows in world.changed().added.items()} == {
        "arcash": 1, "ardist": 2, "ptpost": 1,
    }  # fmt: skip


def test_a_customer_that_a_person_keys_is_read_back_through_the_agent(
    world: World, agent: Worker
) -> None:
    world.within(
        lambda: writing.choose(connection_id=world.company_id, writes="assisted", actor=ACTOR)
    )
    sage = clients.sage_connector(tenant_id=world.tenant.id, connection_id=world.company_id)
    assert isinstance(sage, BeyondPayments)
    with pytest.raises(TryLater) as asked:
        sage.create_or_match_customer(NEWCOMER)
    assert asked.value.code == ASKED
    _turns(world, agent)
    assert sage.create_or_match_customer(NEWCOMER).outcome is ChangeOutcome.HANDED_OVER
    # Our own table holds which pairing may write, and no customer.
    assert world.changed_tables() == ["ptpost"]
    Bookkeeper(world.sage_dsn).change(NEWCOMER, profile=sample_profile())
    say_keyed(world)
    assert states(world) == [("confirmed", "")]
    _turns(world, agent)
    assert states(world) == [("seen", "")]
