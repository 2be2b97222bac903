"""One accountant's morning in a real browser, over running parts from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from integrations.connections import clients
from integrations.sagepro.sample.company import create_company
from tests import database_plugin
from tests.browser.conftest import Visit
from tests.paytrace.simulator_process import simulator_process
from tests.walks.world import World, build

SAGE = "sage_browser_walk"


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    """A world on today's clock, because the browser's server runs on it."""
    database_plugin.drop_database(SAGE)
    database_plugin.make_database(SAGE)
    dsn = database_plugin.superuser_url(SAGE)
    create_company(dsn, today=datetime.now(UTC).date())
    with simulator_process(tmp_path) as simulator:
        yield build(simulator, sage_dsn=dsn, slug="harbor-goods", now=None)
    clients.close_all()
    database_plugin.drop_database(SAGE)


def test_a_payment_arrives_is_posted_and_read_down_to_the_row_in_sage(
    world: World, visit: Visit
) -> None:
    page = visit().page
    _sign_in(page)
    invoice = world.open_invoice()
    paid = world.pay(
        amount=invoice.balance,
        invoice_id=invoice.number,
        customer_id=invoice.customer_number,
        customer_name="Acme Tools Inc.",
    )
    assert world.notify(paid) == 202
    world.work()
    # No reload: the page fetches what is new by itself.
    arrived = page.get_by_role("link", name="Acme Tools Inc.")
    expect(arrived.first).to_be_visible(timeout=20_000)
    arrived.first.click()
    expect(page.get_by_text("Posted", exact=True).first).to_be_visible()
    effect = world.effect(paid)
    expect(page.get_by_text(effect.sage_reference).first).to_be_visible()
    in_sage = page.get_by_role("region", name="In Sage")
    expect(in_sage.get_by_role("definition").filter(has_text=effect.marker).first).to_be_visible()


def test_an_exception_is_cleared_by_choosing_the_invoice(world: World, visit: Visit) -> None:
    paid = world.pay(amount="740.00", invoice_id="99999", customer_name="Acme Tools Inc.")
    world.poll()
    page = visit().page
    _sign_in(page)
    page.get_by_role("link", name="Exceptions").first.click()
    page.get_by_role("link", name="Apply to an invoice").click()
    page.get_by_label("Invoice number").fill("10432")
    page.get_by_label("Reason").or_(page.get_by_label("Why")).first.fill("Typed wrong at the desk")
    page.get_by_role("button", name="Apply").click()
    world.work()
    assert world.effect(paid).state == "posted"
    page.reload()
    page.get_by_role("link", name="Exceptions").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing needs you")


def test_a_mapping_and_a_gl_rule_are_published(world: World, visit: Visit) -> None:
    world.pay(amount="740.00", invoice_id="10432", customer_name="Acme Tools Inc.")
    world.poll()
    page = visit().page
    _sign_in(page)
    base = page.url.rstrip("/")
    page.goto(f"{base}/mapping/")
    page.get_by_label("What changed").fill("First version of ours")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Version 1 is in force")).to_be_visible()
    page.goto(f"{base}/gl-rules/")
    page.get_by_label("What changed").fill("Checked by the controller")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("Version 2 is in force")).to_be_visible()


def _sign_in(page: Page) -> None:
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail").or_(page.get_by_label("Email")).first.fill(
        "harbor-goods@example.com"
    )
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/t/harbor-goods/")
