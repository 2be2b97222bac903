"""A payer in a real browser: PayTrace's script and frame, as the simulator serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from integrations.connections import clients
from integrations.instructions.models import PaymentLink, StoredPaymentMethod
from integrations.sagepro.sample.company import create_company
from tenants.scope import tenant_transaction
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_looks import look
from tests.paytrace.simulator_process import simulator_process
from tests.walks.test_payment_links import CARD, at_paytrace, look_now, made
from tests.walks.world import World, build

GOOD, DECLINED = "4012000098765439", "4000000000000002"


@pytest.fixture
def world(db: None, tmp_path: Path, make_database: Callable[[], str]) -> Iterator[World]:
    """A world on today's clock, because the browser's server runs on it."""
    dsn = make_database()
    create_company(dsn, today=datetime.now(UTC).date())
    with simulator_process(tmp_path) as simulator:
        yield build(simulator, sage_dsn=dsn, slug="harbor-goods", now=None)
    clients.close_all()


def _open(visit: Visit, world: World, token: str, **window: object) -> Visitor:
    """A payer's window before the card form; what it loads of PayTrace's host is no stranger."""
    visitor = visit(**window)
    visitor.page.goto(f"/pay/{token}/")
    expect(_frame(visitor.page).get_by_label("Card number")).to_be_visible()
    return visitor


def _frame(page: Page) -> FrameLocator:
    return page.frame_locator("#pt_hpf_form iframe")


def _enter(page: Page, number: str, *, code: str = "999") -> None:
    frame = _frame(page)
    frame.get_by_label("Card number").fill(number)
    frame.get_by_label("Expires").fill("12/30")
    frame.get_by_label("Security code").fill(code)
    page.get_by_role("button", name="Pay 740.00 USD").click()


def _only_paytrace(visitor: Visitor, world: World) -> None:
    """Nobody else was asked for anything; then what was is no surprise any more."""
    assert {url.startswith(f"{world.simulator.url}/") for url in visitor.strangers} == {True}
    visitor.strangers.clear()


def test_a_card_is_declined_another_pays_and_reloading_shows_the_receipt(
    world: World, visit: Visit
) -> None:
    _, token = made(world)
    visitor = _open(visit, world, token)
    page = visitor.page
    _enter(page, "4012000098765430", code="1")
    expect(page.get_by_role("alert")).to_contain_text("The card number is not valid.")
    expect(page.get_by_role("alert")).to_contain_text("The security code is not valid.")
    _enter(page, DECLINED)
    expect(page.get_by_role("alert").first).to_contain_text(
        "The charge of 740.00 USD was declined."
    )
    _enter(page, GOOD)
    expect(page.get_by_text("Paid. Thank you.")).to_be_visible()
    expect(page.get_by_text("Visa ending in 5439")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Paid. Thank you.")).to_be_visible()
    assert at_paytrace(world) == [("declined", "740.00"), ("pending_settlement", "740.00")]
    _only_paytrace(visitor, world)


def test_a_payment_that_is_found_out_shows_itself(world: World, visit: Visit) -> None:
    _, token = made(world)
    visitor = _open(visit, world, token)
    world.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix="/v1/transactions/sale"
    )
    _enter(visitor.page, GOOD)
    expect(visitor.page.get_by_text("Do not pay again.")).to_be_visible()
    look_now(world)
    expect(visitor.page.get_by_text("Paid. Thank you.")).to_be_visible()
    assert at_paytrace(world) == [("pending_settlement", "740.00")]
    _only_paytrace(visitor, world)


def test_a_card_is_left_on_a_phone(world: World, visit: Visit) -> None:
    _, token = made(world, CARD)
    visitor = _open(visit, world, token, width=390)
    page = visitor.page
    frame = _frame(page)
    frame.get_by_label("Card number").fill(GOOD)
    frame.get_by_label("Expires").fill("12/30")
    frame.get_by_label("Security code").fill("999")
    page.get_by_role("button", name="Store this card").click()
    expect(page.get_by_text("Your card is stored. Thank you.")).to_be_visible()
    with tenant_transaction(world.tenant.id):
        kept = StoredPaymentMethod.objects.get()
    assert (kept.brand, kept.last_four, kept.expiry_month, kept.expiry_year) == (
        "visa", "5439", 12, 2030,
    )  # fmt: skip
    assert at_paytrace(world) == []
    _only_paytrace(visitor, world)


def test_no_pay_page_has_a_serious_barrier_or_overflows(world: World, visit: Visit) -> None:
    row, token = made(world)
    visitor = _open(visit, world, token)
    page = visitor.page
    wrong = look(page, "pay-form")
    _enter(page, "4012000098765430")
    expect(page.get_by_role("alert")).to_be_visible()
    wrong |= look(page, "pay-wrong")
    _become(world, row, "being_paid")
    page.goto(f"/pay/{token}/")
    wrong |= look(page, "pay-checking")
    _become(world, row, "open")
    page.goto(f"/pay/{token}/")
    _enter(page, GOOD)
    expect(page.get_by_text("Paid. Thank you.")).to_be_visible()
    wrong |= look(page, "pay-receipt")
    page.goto("/pay/unknown/")
    wrong |= look(page, "pay-gone")
    assert wrong == {}
    _only_paytrace(visitor, world)


def _become(world: World, row: PaymentLink, state: str) -> None:
    with tenant_transaction(world.tenant.id):
        PaymentLink.objects.filter(id=row.id).update(state=state)
