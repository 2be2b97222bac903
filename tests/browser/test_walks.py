"""What people do all day, in a real browser: sign in, find, decide, publish."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from integrations.accounting import queries as accounting
from integrations.exceptions.models import ExceptionCase
from integrations.mapping import queries as mapping
from integrations.posting.models import Effect
from tenants.scope import tenant_transaction
from tests import factories
from tests.browser.conftest import Visit
from tests.factories import Books


def _sign_in(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_signing_in_leads_to_today_and_a_wrong_password_to_a_sentence(
    visit: Visit, books: Books
) -> None:
    books.owner.set_password(factories.PASSWORD)
    books.owner.save(update_fields=["password"])
    page = visit().page
    page.goto("/account/sign-in/")
    page.get_by_label("Email").fill(books.owner.email)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    _sign_in(page, books.owner.email)
    expect(page.get_by_role("heading", level=1)).to_contain_text("payments need you")


def test_today_shows_a_payment_that_arrives(visit: Visit, books: Books) -> None:
    page = visit(person=books.owner).page
    page.goto(f"/t/{books.tenant.slug}/")
    with tenant_transaction(books.tenant.id):
        factories.effect(books, customer_name="Fremont Pumps", state="ready")
    expect(page.get_by_role("link", name="Fremont Pumps")).to_be_visible()


def test_a_payment_is_found_and_opened_by_keyboard(visit: Visit, books: Books) -> None:
    page = visit(person=books.owner).page
    page.goto(f"/t/{books.tenant.slug}/")
    page.keyboard.press("/")
    page.keyboard.type("12,480.50")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Payments", level=1)).to_be_visible()
    page.locator("body").click(position={"x": 4, "y": 4})
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("12,480.50")
    expect(page.get_by_text("Found by sync", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="1010", exact=True)).to_be_visible()


def test_a_payment_is_put_on_account_after_its_journal_was_seen(visit: Visit, books: Books) -> None:
    page = visit(person=books.owner).page
    page.goto(f"/t/{books.tenant.slug}/exceptions/")
    group = page.get_by_role("region", name="Invoice not found")
    group.get_by_role("link", name=re.compile("Put on account")).first.click()
    expect(page.get_by_role("heading", name="What will be posted")).to_be_visible()
    expect(page.get_by_role("cell", name="2300", exact=True)).to_be_visible()
    page.get_by_role("button", name="Put on account").click()
    expect(page.get_by_text("It goes on the customer's account now.")).to_be_visible()
    with tenant_transaction(books.tenant.id):
        done = ExceptionCase.objects.get(state="resolved")
        assert done.resolution == "on_account"
        assert Effect.objects.get(id=done.effect_id).decision["on_account"] is True


def test_a_mapping_is_changed_previewed_and_published(visit: Visit, books: Books) -> None:
    page = visit(person=books.owner).page
    page.goto(f"/t/{books.tenant.slug}/mapping/")
    page.get_by_label("Fixed text").fill("Card payment")
    expect(page.locator("#preview")).to_contain_text("Card payment 7")
    page.locator("fieldset", has_text="Payment type").last.get_by_role(
        "button", name=re.compile("Add a step")
    ).click()
    page.get_by_label("Step 2").last.select_option("Upper case")
    expect(page.get_by_label("Step 2").last).to_have_value("upper")
    expect(page.get_by_label("Fixed text")).to_have_value("Card payment")
    page.get_by_label(re.compile("What changed")).fill("Say what it is")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("Field mapping 2 is in force")).to_be_visible()
    with tenant_transaction(books.tenant.id):
        rows = mapping.in_force(books.environment.id).rows
    assert [row.constant for row in rows if row.target == "comment"] == ["Card payment"]


def test_a_gl_rule_is_added_tested_and_published(visit: Visit, books: Books) -> None:
    page = visit(person=books.owner).page
    page.goto(f"/t/{books.tenant.slug}/gl-rules/")
    page.get_by_role("button", name="Move rule 1 down").click()
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_role("alert")).to_contain_text("‘Amex’ is never reached")
    page.get_by_role("button", name="Move rule 2 up").click()
    page.get_by_label("is", exact=True).nth(1).select_option("1011")
    expect(page.locator("#preview")).to_contain_text("‘Cards’ applies: account 1011")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("GL rules 2 are in force")).to_be_visible()
    with tenant_transaction(books.tenant.id):
        rules = accounting.rules_in_force(books.environment.id).rules
    assert [(rule.name, rule.account) for rule in rules][:2] == [
        ("Amex", "1011"),
        ("Cards", "1011"),
    ]


def test_the_essentials_work_without_scripts(visit: Visit, books: Books) -> None:
    page = visit(person=books.owner, scripts=False).page
    page.goto(f"/t/{books.tenant.slug}/mapping/")
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Remove row 5").click()
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("Field mapping 2 is in force")).to_be_visible()
    page.get_by_text("Production").first.click()
    page.get_by_role("button", name="Dev").click()
    expect(page.get_by_text("Dev: practice books.")).to_be_visible()


def test_today_asks_for_nothing_while_nobody_sees_it(visit: Visit, books: Books) -> None:
    page = visit(person=books.owner).page
    page.goto(f"/t/{books.tenant.slug}/")
    seen_again = "document.dispatchEvent(new Event('visibilitychange'))"
    with page.expect_request("**/live/*"):
        page.evaluate(seen_again)
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.evaluate(seen_again)
    page.evaluate("fetch('/health/live')")
    assert asked == ["/health/live"]
