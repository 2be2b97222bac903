"""Every page, in both schemes and on a phone: no serious barrier, nothing wider than the screen."""

from __future__ import annotations

import os
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
from tests.browser.conftest import Visit
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
        link = PaymentLink.objects.get()
        assert asked.plan is not None
        failed = factories.failed_run(books, asked.plan)
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
        "give-back": f"payments/{posted.id}/give-back/",
        "keep-card": f"payments/{posted.id}/keep-card/",
        "plans": "charges/plans/",
        "plan": f"charges/plans/{asked.plan_id}/",
        "plan-new": "charges/plans/new/",
        "cards": "charges/cards/",
        "card-edit": f"charges/cards/{card.id}/edit/",
        "limits": "charges/limits/",
        "batches": "batches/",
        "batch": f"batches/{batch.id}/",
        "links": "charges/links/",
        "link": f"charges/links/{link.id}/",
        "link-new": "charges/links/new/",
        "link-new-card": "charges/links/new-card/",
        "exceptions": "exceptions/",
        "decide-on-account": f"exceptions/{case.id}/on_account/",
        "decide-dismiss": f"exceptions/{case.id}/dismiss/",
        "charge-again": f"exceptions/{failed.id}/ask/charge_again/",
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


def serious(page: Page) -> list[tuple[str, Any]]:
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], [node["html"][:160] for node in each["nodes"][:4]])
        for each in found
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


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)], ids=str
)
def test_no_page_has_a_serious_barrier_or_overflows(
    visit: Visit, books: Books, scheme: str, width: int
) -> None:
    inside = visit(person=books.owner, scheme=scheme, width=width)
    outside = visit(scheme=scheme, width=width)
    barriers: dict[str, Any] = {}
    wide: dict[str, int] = {}
    statuses: dict[str, int] = {}
    pages = [(inside, _pages(books)), (outside, DOOR)]
    for visitor, addresses in pages:
        for name, address in addresses.items():
            answer = visitor.page.goto(address)
            statuses[name] = answer.status if answer else 0
            keep(visitor.page, f"{name}-{scheme}-{width}")
            if found := serious(visitor.page):
                barriers[name] = found
            if (over := overflow(visitor.page)) > 0:
                wide[name] = over
    assert {name: status for name, status in statuses.items() if status != 200} == {
        "not-found": 404,
        "pay-unknown": 404,
    }
    assert barriers == {}
    assert wide == {}
