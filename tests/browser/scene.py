"""Two weeks in a company's life: what screens are looked at with."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from integrations.accounting import operations as accounting
from integrations.accounting.rules import AccountRole, GLRule
from integrations.canonical.conditions import Condition, Operator
from integrations.canonical.stock import Allocation
from integrations.connections import worksheet, worksheet_changes
from integrations.connections.models import Connection, ConnectionTest
from integrations.events.models import InboundNotice, SyncRun, Watermark
from integrations.mapping import operations as mapping
from integrations.mapping import queries as mappings
from integrations.sagepro.sample.profile import sample_profile
from tenants import operations as people
from tenants.models import Membership
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.settled import deposited, settled
from tests.sagepro.orders import MORE_STOCK, NEW_CUSTOMER, NEW_ORDER, NEWCOMER, order
from tests.sagepro.postings import journal, on_account, receipt

_CUSTOMERS = (
    ("Acme Tools Inc.", "ACME01", "Visa", "5454"),
    ("Bayview Marine Hardware", "BAYV02", "Mastercard", "4412"),
    ("Calder & Sons Plumbing Wholesale of Northern California", "CALD03", "Amex", "1009"),
    ("Delta Fasteners", "DELT04", "Visa", "8821"),
    ("Eastside Bearings LLC", "EAST05", "Discover", "0043"),
)


def fill(books: Books) -> None:
    """Payments posted, waiting, moving and parked; rules, mapping, people, a key."""
    with tenant_transaction(books.tenant.id):
        _history(books)
        _now(books)
        _troubles(books)
        _connections(books)
        _worksheet(books)
        _rules(books)
        factories.instructed(books)
        _batches(books)
        people.create_api_key(
            environment_id=books.environment.id,
            name="Web shop",
            scopes=["payments:read", "exceptions:read"],
            created_by=books.owner,
        )
        people.invite(email="ben@acme.example", role=Role.APPROVER, invited_by=books.owner)
        bob = factories.person("bob@acme.example", name="Bob Viewer")
        Membership.objects.create(tenant=books.tenant, user=bob, role=Role.VIEWER)


def _batches(books: Books) -> None:
    """One that agrees and one that does not; and an ACH deposit."""
    first_days = {"settle_from": "2026-11-01", "deposit_from": "2026-11-01"}
    books.paytrace.settings = {**books.paytrace.settings, **first_days}
    books.paytrace.save(update_fields=["settings"])
    settled(books, "571")
    settled(books, "572", net="812.35")
    deposited(books, "20261120-D0417")


def _history(books: Books) -> None:
    dice = random.Random(7)
    now = timezone.now()
    for back in range(1, 14):
        for _ in range(dice.randint(1, 4)):
            at = now - timedelta(days=back, minutes=dice.randint(0, 300))
            amount = Decimal(dice.randint(4000, 480000)) / 100
            factories.posted(
                books, **_of(dice.randrange(5)), amount=amount, occurred_at=at, posted_at=at
            )


def _now(books: Books) -> None:
    now = timezone.now()
    paid = factories.posted(books, **_of(0), occurred_at=now - timedelta(minutes=18))
    factories.posted(
        books, **_of(1), amount=Decimal("12480.50"), found_by="sync",
        occurred_at=now - timedelta(minutes=15), invoice_reference="INV-10440",
    )  # fmt: skip
    factories.effect(
        books, **_of(0), kind="refund", parent=paid, state="waiting_erp",
        sentence="Sage Pro, company 01 does not answer. It is tried again in 2 minutes.",
        amount=Decimal("120.00"), occurred_at=now - timedelta(minutes=9),
    )  # fmt: skip
    factories.effect(
        books, **_of(4), kind="decline", gateway_state="declined", state="noted",
        sentence="The payment was refused (Insufficient funds), so there is nothing to post.",
        amount=Decimal("88.00"), occurred_at=now - timedelta(minutes=7),
    )  # fmt: skip
    factories.effect(
        books, **_of(3), state="waiting_erp", amount=Decimal("2220.00"),
        sentence="Sage Pro, company 01 does not answer. It is tried again in 2 minutes.",
        occurred_at=now - timedelta(minutes=4),
    )  # fmt: skip
    factories.effect(books, **_of(1), state="ready", occurred_at=now - timedelta(seconds=20))


def _troubles(books: Books) -> None:
    factories.parked(
        books, **_of(2), invoice_reference="INV-99017", amount=Decimal("1480.00"),
        case_remedy="Choose the invoice, or put the payment on account.",
    )  # fmt: skip
    factories.parked(books, **_of(3), invoice_reference="10977?", amount=Decimal("61.20"))
    factories.parked(
        books, code="ambiguous", **_of(1), case_sentence="2 documents in Sage answer to ‘10450’.",
        case_evidence={"invoices": [
            {"number": number, "customer_number": "BAYV02", "balance": "740.00",
             "currency": "USD", "status": "open"} for number in ("10450", "10450A")
        ]},
    )  # fmt: skip
    factories.parked(
        books, code="invoice_paid", **_of(0), case_sentence="Invoice 10432 is already paid.",
        case_evidence={"invoices": [
            {"number": "10432", "customer_number": "ACME01", "balance": "0.00",
             "currency": "USD", "status": "paid"}
        ]},
    )  # fmt: skip
    factories.parked(
        books, code="duplicate", **_of(4),
        case_sentence="A receipt keyed in Sage on 2026-11-20 looks the same: 740.00 USD.",
        case_evidence={"receipts": [
            {"amount": "740.00", "currency": "USD", "invoice_number": "10432",
             "date": "2026-11-20"}
        ]},
    )  # fmt: skip
    factories.parked(
        books, code="validation", **_of(0), case_field="comment",
        case_sentence="Comment has 71 characters; Sage holds 65.",
        case_remedy="Add the step ‘Cut to length’ with 65.",
        case_evidence={"value": "PayTrace 79388123 Visa 5454 for the December order",
                       "rule": "Comment has at most 65 characters."},
    )  # fmt: skip


def _connections(books: Books) -> None:
    now = timezone.now()
    Connection.objects.filter(pk=books.sage.pk).update(
        state=Connection.State.OFFLINE,
        state_since=now - timedelta(minutes=10),
        state_sentence="The database server does not answer. Payments wait; nothing is lost.",
        try_again_at=now + timedelta(minutes=2),
        last_ok_at=now - timedelta(minutes=10),
    )
    ConnectionTest.objects.create(
        connection=books.paytrace,
        state=ConnectionTest.State.PASSED,
        requested_by=books.owner.email,
        finished_at=now,
        findings=[
            {"label": "Sign in", "ok": True, "sentence": "Signed in as t…t, one attempt."},
            {"label": "Read payments", "ok": True, "sentence": "This account may read exports."},
            {"label": "Refund", "ok": None, "sentence": "Not tried: that would move money."},
        ],
    )
    Watermark.objects.create(connection=books.paytrace, complete_up_to=now - timedelta(minutes=2))
    SyncRun.objects.create(
        connection=books.paytrace, state="done", finished_at=now, seen=41, new=1,
        first_day=now.date(), last_day=now.date(),
    )  # fmt: skip
    InboundNotice.objects.create(
        connection=books.paytrace, source="signed", body=b"{}", body_length=2, body_hmac=b"0" * 32
    )


def _worksheet(books: Books) -> None:
    """A receipt that went back to the list, GL entries of kinds nobody calibrated, and a
    customer, an order and stock that a shop asks for."""
    profile = {**sample_profile().as_json(), "kinds": ["receipt", "on_account", "reversal"]}
    books.sage.settings = {**books.sage.settings, "profile": profile}
    books.sage.save(update_fields=["settings"])
    batch = journal(
        debited={"1010-00": "970.00", "6100-00": "30.00"}, credited={"1105-00": "1000.00"}
    )
    paid = receipt(invoices={"10432": "700.00", "10433": "40.00"}, discounts={"10433": "2.00"})
    for request in (paid, on_account(), batch):
        worksheet.enter(request, company_id=books.sage.id)
    stock = Allocation("order:1:line:1", "BRG-6204", "MAIN", Decimal(4))
    for wanted, listed, number in (
        (NEWCOMER, NEW_CUSTOMER, "ACME02"), (order(), NEW_ORDER, ""), (stock, MORE_STOCK, ""),
    ):  # fmt: skip
        worksheet_changes.enter(
            worksheet_changes.Asked.of(wanted, sample_profile().marker),
            worksheet_changes.Kept(listed),
            number=number,
            company_id=books.sage.id,
        )
    worksheet.say(
        paid,
        company_id=books.sage.id,
        problem="PTH06BA0EN: 700.00 on invoice 10432 is missing. Correct it in Sage.",
    )


def _rules(books: Books) -> None:
    amex = Condition("card_brand", Operator.EQUALS, ("Amex",))
    rules = (
        GLRule("Amex", AccountRole.CARD_CLEARING, "1011", (amex,)),
        GLRule("Cards", AccountRole.CARD_CLEARING, "1010"),
        GLRule("Bank debits", AccountRole.ACH_CLEARING, "1020"),
        GLRule("Receivables", AccountRole.RECEIVABLES, "1200"),
        GLRule("Deposits", AccountRole.CUSTOMER_DEPOSITS, "2300"),
    )
    accounting.publish_rules(
        environment_id=books.environment.id, rules=rules, actor=books.owner.email, note="Begin"
    )
    mapping.publish(
        environment_id=books.environment.id,
        rows=mappings.in_force(books.environment.id).rows,
        actor=books.owner.email,
        note="As shipped",
    )


def _of(index: int) -> dict[str, str]:
    name, number, brand, last_four = _CUSTOMERS[index]
    return {
        "customer_name": name,
        "customer_number": number,
        "card_brand": brand,
        "last_four": last_four,
    }
