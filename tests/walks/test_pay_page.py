"""What a payer sees at `/pay/<token>/`, with the simulator behind it; nobody is signed in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from integrations.instructions import links
from integrations.instructions.models import (
    Instruction,
    InstructionAttempt,
    PaymentLink,
    StoredPaymentMethod,
)
from portal.web import pay as pay_page
from tenants import pausing
from tenants.models import Membership
from tenants.scope import tenant_transaction
from tests.portal.web.reading import text_of
from tests.walks.test_instructions import _make_older
from tests.walks.test_payment_links import (
    CARD,
    INVOICE,
    SALES,
    at_paytrace,
    look_now,
    made,
    states,
)
from tests.walks.world import World

pytestmark = pytest.mark.walk

GONE = "This link is not good any more"


@pytest.fixture
def payer() -> Client:
    return Client()


def send(world: World, payer: Client, token: str, *, keeps: str = "", **card: Any) -> Any:
    pair = world.simulator.control("hosted_fields", account=world.account, **card)
    return payer.post(f"/pay/{token}/", pair | ({"keeps": keeps} if keeps else {}))


def policy(answer: Any) -> dict[str, str]:
    """The policy of an answer, by directive."""
    told = answer["Content-Security-Policy"].split("; ")
    return dict(sorted(part.partition(" ")[::2] for part in told))


def test_the_page_shows_what_is_asked_and_lets_in_paytraces_form_only(
    world: World, payer: Client
) -> None:
    _, token = made(world)
    shown = payer.get(f"/pay/{token}/")
    text = text_of(shown)
    words = ("740.00 USD", "Acme-Books asks you to pay this for invoice 10432", "ACME01")
    assert [word for word in words if word not in text] == []
    assert f'<script src="{world.simulator.url}/js/protect.min.js" defer>' in shown.content.decode()
    ordinary = policy(payer.get("/account/sign-in/"))
    assert policy(shown) == ordinary | {
        "script-src": f"'self' {world.simulator.url}",
        "frame-src": world.simulator.url,
    }
    assert (shown["Cache-Control"], shown["X-Robots-Tag"]) == ("no-store", "noindex")
    assert shown["Referrer-Policy"] == "same-origin"
    send(world, payer, token)
    assert policy(payer.get(f"/pay/{token}/")) == ordinary
    assert policy(payer.get("/pay/unknown/")) == ordinary


def test_it_is_paid_once_and_reloading_shows_the_receipt(world: World, payer: Client) -> None:
    _, token = made(world)
    assert send(world, payer, token).headers["Location"] == f"/pay/{token}/"
    send(world, payer, token)
    receipt = text_of(payer.get(f"/pay/{token}/"))
    with tenant_transaction(world.tenant.id):
        done = Instruction.objects.get()
    told = ("Paid. Thank you.", "740.00 USD", "invoice 10432", "ending in 5439", done.result_id)
    assert [word for word in told if word not in receipt] == []
    assert at_paytrace(world) == [("pending_settlement", "740.00")]


def test_a_decline_is_said_clearly_and_another_card_pays(world: World, payer: Client) -> None:
    _, token = made(world)
    send(world, payer, token, is_declined=True)
    again = text_of(payer.get(f"/pay/{token}/"))
    assert "The charge of 740.00 USD was declined." in again
    assert "Nothing was paid. Use another card, or ask your bank." in again
    send(world, payer, token)
    assert "Paid. Thank you." in text_of(payer.get(f"/pay/{token}/"))


def test_a_lost_answer_says_do_not_pay_again_until_it_is_found_out(
    world: World, payer: Client
) -> None:
    _, token = made(world)
    world.simulator.control("faults", kind="reply_lost", count=1, path_prefix=SALES)
    send(world, payer, token)
    page = f"/pay/{token}/"
    assert "We are checking your payment" in text_of(payer.get(page))
    assert "Do not pay again." in text_of(payer.get(page))
    send(world, payer, token)
    asked = payer.get(page, headers={"HX-Request": "true"})
    assert (asked.status_code, asked.content) == (204, b"")
    look_now(world)
    asked = payer.get(page, headers={"HX-Request": "true"})
    assert asked.headers["HX-Refresh"] == "true"
    assert "Paid. Thank you." in text_of(payer.get(page))
    assert at_paytrace(world) == [("pending_settlement", "740.00")]


def test_a_try_that_turns_out_as_the_payment_later_ends_the_link(
    world: World, payer: Client, superuser_url: str
) -> None:
    """It had been given up, and another card was refused since."""
    made_link, token = made(world)
    world.simulator.control("faults", kind="offline", count=1, path_prefix=SALES)
    send(world, payer, token)
    _make_older(superuser_url, hours=25)
    look_now(world)
    send(world, payer, token, is_declined=True)
    with tenant_transaction(world.tenant.id):
        first = InstructionAttempt.objects.order_by("started_at")[0]
    late = world.pay(amount="740.00", invoice_id=first.invoice_id)
    world.poll()
    assert "Paid. Thank you." in text_of(payer.get(f"/pay/{token}/"))
    send(world, payer, token)
    with tenant_transaction(world.tenant.id):
        link = PaymentLink.objects.select_related("instruction").get(id=made_link.id)
    assert link.instruction is not None
    assert (link.state, link.instruction.result_id) == ("paid", late)
    assert at_paytrace(world) == [("declined", "740.00"), ("pending_settlement", "740.00")]


def test_a_card_is_left_without_being_charged(world: World, payer: Client) -> None:
    _, token = made(world, CARD)
    assert "Nothing is charged now." in text_of(payer.get(f"/pay/{token}/"))
    send(world, payer, token, first_six="401200", last_four="0026")
    told = text_of(payer.get(f"/pay/{token}/"))
    assert "Your card is stored. Thank you." in told
    assert "Visa ending in 0026" in told
    assert at_paytrace(world) == []


def test_unknown_expired_and_cancelled_links_get_the_same_page(world: World, payer: Client) -> None:
    row, token = made(world)
    unknown = payer.get("/pay/bm9ib2R5/")
    assert GONE in text_of(unknown, status=404)
    for ended in ("expired", "cancelled"):
        with tenant_transaction(world.tenant.id):
            PaymentLink.objects.filter(id=row.id).update(state=ended)
        for answer in (payer.get(f"/pay/{token}/"), send(world, payer, token)):
            assert answer.status_code == 404
            assert _without_csrf(answer) == _without_csrf(unknown)
    assert at_paytrace(world) == []


def test_an_unusable_account_and_an_empty_form_charge_nothing(world: World, payer: Client) -> None:
    _, token = made(world)
    empty = payer.post(f"/pay/{token}/", {"hpf_token": "", "enc_key": "x" * 5000})
    assert "The card form was not filled in, and nothing was charged." in text_of(empty)
    world.simulator.control("faults", kind="offline", count=2)
    away = payer.get(f"/pay/{token}/")
    assert "Card payments cannot be taken here right now." in text_of(away, status=503)
    assert states(world) == [("open", 0)]


def test_a_paused_company_takes_no_card(world: World, payer: Client) -> None:
    _, token = made(world)
    with tenant_transaction(world.tenant.id):
        pausing.pause_company(reason="moving house", actor="support")
    assert payer.get(f"/pay/{token}/").status_code == 503
    assert send(world, payer, token).status_code == 503
    assert (states(world), at_paytrace(world)) == ([("open", 0)], [])


def test_a_browser_of_another_site_cannot_pay(world: World) -> None:
    _, token = made(world)
    forged = Client(enforce_csrf_checks=True)
    assert send(world, forged, token).status_code == 403
    assert states(world) == [("open", 0)]


def test_nobody_asks_without_end(world: World, payer: Client) -> None:
    cache.clear()
    asked = [payer.get("/pay/nobody/").status_code for _ in range(pay_page.MOST_VIEWS + 1)]
    assert (asked[-2:], set(asked[:-1])) == ([404, 429], {404})
    tries = [payer.post("/pay/nobody/") for _ in range(pay_page.MOST_TRIES + 1)]
    assert tries[-1].headers["Retry-After"] == "60"
    assert "Too many tries" in text_of(tries[-1], status=429)


def _without_csrf(answer: Any) -> str:
    """The page but for what is new in every answer."""
    return re.sub(r'"X-CSRFToken": "[^"]+"', "-", answer.content.decode())


KEEPING = replace(INVOICE, may_keep=True)


def test_who_pays_may_have_the_card_kept_for_next_time(world: World, payer: Client) -> None:
    """After the payment, by its number, once; the card can be charged then."""
    row, token = made(world, KEEPING)
    assert "Keep my card for next time." in text_of(payer.get(f"/pay/{token}/"))
    send(world, payer, token, keeps="on")
    world.work()
    world.work()
    receipt = text_of(payer.get(f"/pay/{token}/"))
    assert "Paid. Thank you." in receipt
    assert "keeps this card for later invoices, as you asked." in receipt
    with tenant_transaction(world.tenant.id):
        paid, stored = Instruction.objects.order_by("asked_at", "id")
        method = StoredPaymentMethod.objects.get()
        assert links.link_of(stored) == PaymentLink.objects.get(id=row.id)
    assert (paid.kind, paid.state) == ("charge", "done")
    assert (stored.kind, stored.state, stored.origin) == ("store_customer", "done", "pay_page")
    assert stored.transaction_id == paid.result_id
    assert (method.customer_number, method.last_four) == ("ACME01", "5439")
    assert method.vault_id.startswith("ACME01-")
    assert at_paytrace(world) == [("pending_settlement", "740.00")]


def test_the_page_of_a_link_says_how_it_stands_with_the_card(world: World, payer: Client) -> None:
    row, token = made(world, KEEPING)
    storing = "/v1/customer/create_from_transaction"
    world.simulator.control("faults", kind="reply_lost", count=1, path_prefix=storing)
    with tenant_transaction(world.tenant.id):
        owner = Membership.objects.select_related("user").get(role="owner").user
    alice = Client()
    alice.force_login(owner)
    page = f"/t/{world.tenant.slug}/charges/links/{row.id}/"
    assert "The customer may have it kept" in text_of(alice.get(page))
    send(world, payer, token, keeps="on")
    world.work()
    shown = text_of(alice.get(page))
    assert "The customer wants it kept: Store payment method Finding out what happened" in shown
    look_now(world)
    assert "Kept, as the customer asked: see Stored cards" in text_of(alice.get(page))


@pytest.mark.parametrize("allows", [True, False])
def test_no_card_is_kept_unless_the_link_allows_it_and_the_payer_wants_it(
    world: World, payer: Client, *, allows: bool
) -> None:
    _, token = made(world, replace(INVOICE, may_keep=allows))
    shown = text_of(payer.get(f"/pay/{token}/"))
    assert ("Keep my card" in shown) is allows
    # A tick that the page did not offer counts for nothing.
    send(world, payer, token, keeps="" if allows else "on")
    world.work()
    with tenant_transaction(world.tenant.id):
        assert [one.kind for one in Instruction.objects.all()] == ["charge"]
        assert not StoredPaymentMethod.objects.exists()


def test_a_payment_that_is_found_out_later_keeps_the_card_then(world: World, payer: Client) -> None:
    _, token = made(world, KEEPING)
    world.simulator.control("faults", kind="reply_lost", count=1, path_prefix=SALES)
    send(world, payer, token, keeps="on")
    with tenant_transaction(world.tenant.id):
        assert not StoredPaymentMethod.objects.exists()
    look_now(world)
    world.work()
    with tenant_transaction(world.tenant.id):
        assert StoredPaymentMethod.objects.get().customer_number == "ACME01"
    assert at_paytrace(world) == [("pending_settlement", "740.00")]
