"""Every page, in both schemes and on a phone: no serious barrier, nothing wider than the screen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from integrations.connections.models import Connection
from integrations.events.models import GatewayBatch
from integrations.exceptions.models import ExceptionCase
from integrations.instructions.models import Instruction, PaymentLink, StoredPaymentMethod
from integrations.posting.models import Effect
from tenants.scope import tenant_transaction
from tests import factories
from tests.browser.conftest import Visit, Visitor
from tests.factories import Books

# Set to a folder to keep a picture of every page.
SHOTS = os.environ.get("TIEOUT_SHOTS", "")


def _pages(books: Books) -> dict[str, str]:
    with tenant_transaction(books.tenant.id):
        posted = Effect.objects.filter(state="posted").order_by("-occurred_at")[0]
        case = ExceptionCase.objects.filter(code="invoice_not_found")[0]
        paytrace = Connection.objects.get(kind="paytrace")
        sage = Connection.objects.get(kind="sagepro")
        provider = factories.disputes_provider(paytrace)
        disputed = factories.parked(
            books, kind="chargeback", code="disputed_payment_not_found", transaction_id="CB-77"
        )
        asked = Instruction.objects.get()
        batch = GatewayBatch.objects.get(number="572")
        deposit = GatewayBatch.objects.get(method="ach")
        link = PaymentLink.objects.get()
        assert asked.plan is not None
        failed = factories.failed_run(books, asked.plan)
        factories.hold(books)
        card = StoredPaymentMethod.objects.all()[0]
    inside = {
        "today": "",
        "payments": "payments/",
        "payments-none": "payments/?q=nothing-like-it",
        "payment": f"payments/{posted.id}/",
        "payment-needs-you": f"payments/{case.effect_id}/",
        "charges": "charges/",
        "charge": f"charges/{asked.id}/",
        "charge-new": "charges/new/",
        "charge-found": f"charges/new/?method={card.id}",
        "give-back": f"payments/{posted.id}/give-back/",
        "keep-card": f"payments/{posted.id}/keep-card/",
        "mail-receipt": f"payments/{posted.id}/mail-receipt/",
        "level-three": f"payments/{posted.id}/level-three/",
        "holds": "charges/holds/",
        "plans": "charges/plans/",
        "plan": f"charges/plans/{asked.plan_id}/",
        "plan-new": "charges/plans/new/",
        "cards": "charges/cards/",
        "card-refund": f"charges/cards/{card.id}/refund/",
        "card-edit": f"charges/cards/{card.id}/edit/",
        "limits": "charges/limits/",
        "batches": "batches/",
        "batch": f"batches/{batch.id}/",
        "deposit": f"batches/{deposit.id}/",
        "links": "charges/links/",
        "link": f"charges/links/{link.id}/",
        "link-new": "charges/links/new/",
        "link-new-card": "charges/links/new-card/",
        "exceptions": "exceptions/",
        "decide-on-account": f"exceptions/{case.id}/on_account/",
        "decide-dismiss": f"exceptions/{case.id}/dismiss/",
        "charge-again": f"exceptions/{failed.id}/ask/charge_again/",
        "worksheet": "worksheet/",
        "connections": "connections/",
        "connection-paytrace": f"connections/{paytrace.id}/",
        "connection-sage": f"connections/{sage.id}/",
        "connection-disputes": f"connections/{provider.id}/",
        "add-disputes": "connections/add/disputes/",
        "chargebacks": "chargebacks/",
        "decide-choose-payment": f"exceptions/{disputed.id}/choose_payment/",
        "add-paytrace": "connections/add/paytrace/",
        "add-sage": "connections/add/sage-pro/",
        "add-foxpro": "connections/add/foxpro/",
        "mapping": "mapping/",
        "gl-rules": "gl-rules/",
        "policy": "posting-policy/",
        "members": "members/",
        "keys": "keys/",
    }
    pages = {name: f"/t/{books.tenant.slug}/{path}" for name, path in inside.items()}
    return pages | {
        "companies": "/?choose=1",
        "new-company": "/companies/new/",
        "account": "/account/",
        "password": "/account/password/",
        "not-found": f"/t/{books.tenant.slug}/payments/none/",
    }


DOOR = {
    "sign-in": "/account/sign-in/",
    "sign-up": "/account/sign-up/",
    "reset": "/account/password/reset/",
    "invitation": "/join/unknown/",
    "pay-unknown": "/pay/unknown/",
}

MISSING = {"not-found": 404, "pay-unknown": 404}


_AXE = Axe().axe_script
# Only what is wrong is looked into and told; a page has a hundred times as much that is not.
_WRONG = "options => axe.run({resultTypes: ['violations'], ...options}).then(f => f.violations)"


# What is looked for: everything, colours alone, everything but them.
ALL: Mapping[str, Any] = {}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
NO_COLOURS = {"rules": {"color-contrast": {"enabled": False}}}


def serious(page: Page, options: Mapping[str, Any] = ALL) -> list[tuple[str, Any]]:
    """What keeps somebody from using the page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    return [
        (each["id"], [node["html"][:160] for node in each["nodes"][:4]])
        for each in page.evaluate(_WRONG, options)
        if each["impact"] in {"serious", "critical"}
    ]


def overflow(page: Page) -> int:
    width: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


def keep(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


# Dark, a page differs by its colours only; on a phone they are those of the wide window, and to
# measure them takes as long as all the rest.
LOOKS = (("light", 1280, ALL), ("dark", 1280, COLOURS), ("light", 390, NO_COLOURS))


def look(page: Page, name: str) -> dict[str, tuple[list[tuple[str, Any]], int]]:
    """What is wrong with the page at hand, by how one looks at it."""
    wrong = {}
    for scheme, width, options in LOOKS:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        keep(page, f"{name}-{scheme}-{width}")
        found = (serious(page, options), max(0, overflow(page)))
        if found != ([], 0):
            wrong[f"{name}-{scheme}-{width}"] = found
    return wrong


PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_serious_barrier_or_overflows(visit: Visit, books: Books, part: int) -> None:
    pages = dict(list(_pages(books).items())[part::PARTS])
    assert _looked_at(visit(person=books.owner), pages) == {}


def test_no_page_before_signing_in_has_one(visit: Visit, db: None) -> None:
    assert _looked_at(visit(), DOOR) == {}


def _looked_at(visitor: Visitor, addresses: Mapping[str, str]) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    for name, address in addresses.items():
        answer = visitor.page.goto(address)
        wrong |= look(visitor.page, name)
        if answer is None or answer.status != MISSING.get(name, 200):
            wrong[name] = answer and answer.status
    return wrong


def test_what_is_wrong_with_a_page_is_seen(visit: Visit) -> None:
    page = visit().page
    page.goto("/account/sign-in/")
    for rule in (
        "@media (prefers-color-scheme: dark) { label { color: #111 !important } }",
        "@media (max-width: 400px) { main { min-width: 30rem } }",
    ):
        page.evaluate("rule => document.styleSheets[0].insertRule(rule)", rule)
    page.evaluate("document.documentElement.removeAttribute('lang')")
    wrong = look(page, "sign-in")
    told = {name: ([rule for rule, _ in found], wide > 0) for name, (found, wide) in wrong.items()}
    assert told == {
        "sign-in-light-1280": (["html-has-lang"], False),
        "sign-in-dark-1280": (["color-contrast"], False),
        "sign-in-light-390": (["html-has-lang"], True),
    }
