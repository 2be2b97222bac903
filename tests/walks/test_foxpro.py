"""A FoxPro company behind an agent: a payment waits, says for whom, and Sage posts it; a row that
is flagged there is charged and learns it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections as database_connections
from django.db.models.functions import Now
from django.test import Client

from integrations.canonical.money import Money
from integrations.connections import flagged
from integrations.connections import operations as connections
from integrations.connections.agents import pairing
from integrations.connections.models import Connection
from integrations.instructions import policies
from integrations.instructions.models import Instruction
from integrations.posting.models import Effect
from integrations.sagepro.sample.books import changes
from integrations.sagepro.sample.profile import foxpro_profile
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.agent.foxpro import FoxProSite
from tests.agent.scene import AgentScene, serving
from tests.sagepro.flagged import flag
from tests.sagepro.foxpro.company import FoxProCompany, foxpro_company, foxpro_template
from tests.walks.world import ACTOR, World

__all__ = ["foxpro_company", "foxpro_template"]
pytestmark = pytest.mark.walk


@pytest.fixture
def at_site(world: World, foxpro_company: FoxProCompany, tmp_path: Path) -> Iterator[FoxProSite]:
    """The world's company, in FoxPro tables and reached by an agent from now on."""
    with serving() as url:
        with tenant_transaction(world.tenant.id):
            company = Connection.objects.select_related("environment").get(id=world.company_id)
            profile = foxpro_profile().as_json()
            company.settings |= {"way": pairing.WAY, "edition": "dbf", "profile": profile}
            company.fingerprint = ""
            company.save(update_fields=["settings", "fingerprint"])
        scene = AgentScene(
            url, str(foxpro_company.folder), tmp_path / "agent", world.tenant,
            company.environment, company.id, way="dbf",
        )  # fmt: skip
        home = scene.pair()
        yield FoxProSite(scene, foxpro_company, home, scene.worker(home))
        scene.close()
        database_connections.close_all()


def turns(world: World, at_site: FoxProSite) -> None:
    """Let workers and agent take turns until neither has anything to do."""
    for _ in range(20):
        world.work()
        if at_site.worker.once(wait=0) == 0:
            return
    raise AssertionError("They never came to rest")


def prove(world: World, at_site: FoxProSite) -> str:
    with tenant_transaction(world.tenant.id):
        test = connections.request_test(connection_id=world.company_id, actor=ACTOR)
    turns(world, at_site)
    with tenant_transaction(world.tenant.id):
        test.refresh_from_db()
    return str(test.state)


def test_a_payment_waits_for_the_self_test_then_for_sages_program(
    world: World, at_site: FoxProSite
) -> None:
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.notify(paid)
    turns(world, at_site)
    waits = world.effect(paid)
    assert (waits.state, "has not passed the self-test" in waits.sentence) == ("waiting_erp", True)
    assert prove(world, at_site) == "failed"
    at_site.sign()
    assert prove(world, at_site) == "passed"
    turns(world, at_site)
    held = world.effect(paid)
    assert (held.state, held.reason_code, held.attempts) == ("handed_over", "with_sage", 0)
    client = Client()
    user = factories.member(world.tenant, email="it@acme.example", role=Role.IT)
    client.force_login(user)
    page = client.get(f"/t/{world.tenant.slug}/payments/{held.id}/")
    shown = " ".join(page.content.decode().split())
    assert "Waiting for <strong>Sage Pro’s own program</strong> since" in shown
    before = at_site.company.books()
    at_site.company.run_program()
    with tenant_transaction(world.tenant.id):
        # Five minutes pass, after which it is looked after by itself.
        Effect.objects.update(state_since=Now() - timedelta(minutes=6))
    world.wait_over()
    turns(world, at_site)
    posted = world.effect(paid)
    assert (posted.state, posted.attempts) == ("posted", 1)
    assert posted.sage_reference.endswith("on document 10432")
    found = changes(before, at_site.company.books())
    assert found.changed["armast"]["10432"]["balance"] == ("740.0000", "")
    assert world.attempts(paid) == ["posted"]


def test_a_row_flagged_in_foxpro_tables_is_charged_and_learns_it(
    world: World, at_site: FoxProSite
) -> None:
    """Through the agent, and into the row by the program inside Sage Pro; charged once."""
    at_site.sign()
    assert prove(world, at_site) == "passed"
    with tenant_transaction(world.tenant.id):
        limit = Money(Decimal(3000), "USD")
        policies.set_policy(
            environment_id=world.environment_id,
            user_daily_limit=limit,
            company_daily_limit=limit,
            approval_above=limit,
            actor=ACTOR,
        )
        flagged.switch_on(connection_id=world.gateway_id, actor=ACTOR)
    asked = {"custno": "ACME01", "vaultid": "ACME01", "invno": "     10432"}
    flag(at_site.company, reqno="1", reqamt=Decimal(740), **asked)
    before = at_site.company.books()
    for _ in range(6):
        world._make_due("flagged", world.company_id)
        turns(world, at_site)
        at_site.company.run_program()
        at_site.scene.minute_passes()
    with tenant_transaction(world.tenant.id):
        (row,) = Instruction.objects.all()
    assert (row.state, row.origin, row.asked_by) == ("done", "sage", "Sage, row 1")
    assert changes(before, at_site.company.books()).changed["arpayrq"]["1"] == {
        "reqflag": ("Y", ""),
        "reqgen": ("", "1"),
        "reqstat": ("", "Done"),
        "reqid": ("", row.result_id),
        "reqmsg": ("", "740.00 USD was charged."),
    }
