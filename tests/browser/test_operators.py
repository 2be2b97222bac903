"""The API page and the support pages in a real browser: clean under the policy, no other host."""

from __future__ import annotations

from integrations.posting.models import Effect
from tenants.scope import tenant_transaction
from tenants.support_staff import create_support_user
from tests.browser.conftest import Visit
from tests.factories import Books


def test_the_api_page_lists_every_operation(books: Books, visit: Visit) -> None:
    page = visit().page
    page.goto("/api/docs/")
    page.wait_for_selector("#operations-Payments-list_payments")
    assert page.locator(".opblock").count() == 35
    page.locator("#operations-Exceptions-dismiss_exception .opblock-summary-control").click()
    page.wait_for_selector("text=Keyed in Sage by Maria on 18 November")


def test_support_redrives_a_payment_from_its_list(books: Books, visit: Visit) -> None:
    with tenant_transaction(books.tenant.id):
        parked = Effect.objects.filter(state="parked")[0]
        posted = Effect.objects.filter(state="posted")[0]
    staff = create_support_user(email="sam@tieout.example", password="x" * 12)
    page = visit(person=staff, scheme="dark").page
    page.goto("/admin/")
    page.goto(f"/admin/posting/effect/{posted.id}/change/")
    assert page.locator(".story time").count() >= 4
    page.goto(f"/admin/posting/effect/?q={parked.transaction_id}")
    page.check(f"input[name=_selected_action][value='{parked.id}']")
    page.select_option("select[name=action]", "redrive")
    page.click("button[name=index]")
    page.fill("input[name=reason]", "The invoice is in Sage now")
    page.click("text=Redrive payment >> nth=-1")
    page.wait_for_selector("text=Redrive payment: done for 1 of 1.")
    with tenant_transaction(books.tenant.id):
        assert Effect.objects.get(pk=parked.pk).state != "parked"
