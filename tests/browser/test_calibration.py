"""One walk of the calibration wizard: start, key, see what Sage wrote, answer for a version."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from integrations.connections import calibrating, clients, operations, profiles
from integrations.connections.models import Connection
from integrations.sagepro.calibration.keyed import Keyed
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import DueWork
from tenants.scope import tenant_transaction
from tests.browser.conftest import Visit
from tests.factories import Books
from tests.sagepro.calibrating import DISCOUNT, FULL
from tests.sagepro.clerk import Clerk, Habits
from tests.sagepro.companies import SampleCompany, company, company_template

__all__ = ["company", "company_template"]


def _test_company(books: Books, company: SampleCompany) -> Connection:
    with tenant_transaction(books.tenant.id):
        return operations.create_sagepro(
            environment_id=books.dev.id,
            name="Test books",
            company_number="01",
            dsn=company.dsn,
            profile=sample_profile().as_json(),
            actor=books.owner.email,
        )


def _work(books: Books) -> None:
    """The worker answers its bell."""
    for due in DueWork.objects.filter(kind="calibrate", due_at__isnull=False):
        calibrating.run_step(tenant_id=books.tenant.id, step_id=due.subject_id)
    DueWork.objects.filter(kind="calibrate").delete()


def _say(page: Page, keyed: Keyed) -> None:
    page.get_by_label("Customer number").fill(keyed.customer)
    page.get_by_label("Money").fill(str(keyed.amount))
    page.get_by_label("Invoice", exact=True).fill(keyed.parts[0].invoice)
    if keyed.discount:
        page.get_by_label("Discount taken").fill(str(keyed.discount))
    page.get_by_label("Reference", exact=True).fill(keyed.reference)
    page.get_by_label("Check number").fill(keyed.fields["check_number"])
    page.get_by_label("Payment type").fill(keyed.fields["payment_type"])
    page.get_by_label("Date of the receipt").fill(keyed.day.isoformat())
    page.get_by_label("Day you keyed it").fill(keyed.entered_on.isoformat())
    page.get_by_label("Your user code").fill(keyed.user)
    page.get_by_role("button", name="I have keyed it").click()


def test_a_test_company_is_calibrated(visit: Visit, books: Books, company: SampleCompany) -> None:
    connection = _test_company(books, company)
    window = visit(person=books.owner)
    page = window.page
    page.goto(f"/t/{books.tenant.slug}/")
    window.context.add_cookies(
        [{"name": "tieout_environment", "value": str(books.dev.id), "url": page.url}]
    )
    page.goto(f"/t/{books.tenant.slug}/connections/{connection.id}/posting-profile/")
    page.get_by_role("link", name="Calibrate").click()
    page.get_by_role("button", name="Start calibration").click()
    expect(page.get_by_text("Waiting for a worker…")).to_be_visible()
    _work(books)
    expect(page.get_by_role("heading", name="A full payment")).to_be_visible()

    clerk = Clerk(company.dsn, Habits(paid_includes_discount=False))
    for keyed, task in ((FULL, "A full payment"), (DISCOUNT, "A payment with a discount")):
        page.get_by_role("link", name=task).click()
        expect(page.get_by_role("heading", name=task)).to_be_visible()
        clerk.key(keyed)
        _say(page, keyed)
        _work(books)
        expect(page.get_by_role("button", name="I have keyed it")).to_be_visible()

    changes = page.get_by_role("region", name="What accepting it changes")
    expect(changes).to_contain_text("The invoice's paid amount includes the discount: no")
    expect(changes).to_contain_text("Receipts on invoices: proven, may be posted")
    expect(changes).to_contain_text("Payments on account: stays off until it is proven")
    evidence = page.get_by_role("listitem").filter(has_text="Cash receipts, amount")
    evidence.get_by_text("Evidence").click()
    expect(evidence.first).to_contain_text("A full payment: paidamt holds 312.5.")
    page.get_by_role("button", name="Accept as a new version").click()
    expect(page.get_by_text("Version 2 is in force. Test the connection now")).to_be_visible()
    with tenant_transaction(books.tenant.id):
        row = Connection.objects.get(pk=connection.pk)
    assert profiles.in_force(row).paid_includes_discount is False
    clients.close_all()
