"""Payments that come in, by whichever way and however often they are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail

from integrations.alerts import operations as alerts
from integrations.posting import invariants
from integrations.sagepro.sample.books import Changes
from tenants.scope import tenant_transaction
from tests.walks.world import World

pytestmark = pytest.mark.walk

RECEIPT_10432 = Changes(
    added={
        "arcash": [
            {
                "invno": "     10432",
                "invdte": "2026-10-18",
                "custno": "ACME01",
                "salesmn": "JM",
                "paidamt": "740.0000",
                "dtepaid": "2026-11-20",
                "refno": "MARKER",
                "glarec": "AR",
                "glaccnt": "1105-00",
                "checkno": "5439",
                "paytype": "C",
                "currency": "USD",
                "arsess": "004684",
                "adduser": "PT",
                "payref": "TRANSACTION",
                "paynote": "PayTrace TRANSACTION 5439",
            }
        ],
        "ardist": [
            {
                "glacnt": "1105-00",
                "tranno": "     10432",
                "trandte": "2026-11-20",
                "arsess": "004684",
                "amount": "740.0000",
            },
            {
                "glacnt": "1200-00",
                "tranno": "     10432",
                "trandte": "2026-11-20",
                "arsess": "004684",
                "amount": "-740.0000",
            },
        ],
        "ptpost": [
            {
                "effkey": "EFFECT",
                "company": "01",
                "marker": "MARKER",
                "payhash": "HASH",
                "kind": "receipt",
                "state": "written",
                "custno": "ACME01",
                "invoices": '[["10432", "740.0000", "0.0000"]]',
                "nreceipt": "1",
                "nlines": "2",
                "amount": "740.0000",
                "currency": "USD",
                "acctdate": "2026-11-20",
                "arsess": "004684",
            }
        ],
    },
    removed={},
    changed={
        "arcust": {
            "ACME01": {
                "balance": ("2780.9400", "2040.9400"),
                "lpymt": ("3286.9000", "740.0000"),
            }
        },
        "armast": {
            "10432": {
                "dtepaid": ("", "2026-11-20"),
                "paidamt": ("", "740.0000"),
                "balance": ("740.0000", ""),
                "bbal": ("740.0000", ""),
            }
        },
        "sysdata": {"AR/01": {"int1": ("4683", "4684")}},
    },
)
POSTED = {"kind": "sale", "state": "posted", "reason": "", "amount": "740.00", "attempts": "1"}


@pytest.fixture(autouse=True)
def _rules_hold_afterwards(world: World) -> object:
    """After every walk the books of both sides obey the invariants."""
    yield
    with tenant_transaction(world.tenant.id):
        assert invariants.breaks() == []
        counted = invariants.conservation(world.environment_id)
    assert counted.holds
    assert counted.received == len(world.effects())


def test_an_approved_payment_becomes_one_receipt_and_nothing_else_changes(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="INV-10432", customer_id="ACME01")
    assert world.notify(paid) == 202
    world.work()
    assert world.effects() == [{**POSTED, "found_by": "notice"}]
    assert world.changed_but_ids(paid) == RECEIPT_10432
    assert world.ledger() == [("1105-00", "740.00", "0.00"), ("1200-00", "0.00", "740.00")]


def test_the_same_notice_a_hundred_times_at_once_is_one_receipt(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="10432")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.notify_in_thread(paid), range(100)))
    assert set(answers) == {202}
    world.work()
    assert world.notices() == {"read": 1}
    assert world.effects() == [{**POSTED, "found_by": "notice"}]
    assert world.changed_but_ids(paid) == RECEIPT_10432


def test_the_same_payment_under_other_event_ids_and_by_sync_is_one_receipt(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="10432")
    for event in ("evt_1", "evt_2", "evt_3"):
        assert world.notify(paid, event_id=event) == 202
    world.work()
    world.poll()
    world.poll()
    assert world.effects() == [{**POSTED, "found_by": "notice"}]
    assert world.changed_but_ids(paid) == RECEIPT_10432


def test_a_payment_nobody_told_is_found_by_sync(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="10432")
    world.poll()
    assert world.effects() == [{**POSTED, "found_by": "sync"}]
    assert world.changed_but_ids(paid) == RECEIPT_10432


def test_a_declined_payment_makes_no_receipt_but_a_status_and_a_mail(world: World) -> None:
    declined = world.pay(
        amount="740.00", invoice_id="10432", state="declined", customer_id="ACME01"
    )
    world.notify(declined)
    world.work()
    assert world.effects() == [
        {
            "kind": "decline",
            "state": "noted",
            "reason": "declined",
            "amount": "740.00",
            "found_by": "notice",
            "attempts": "0",
        }
    ]
    assert world.changed() == Changes(
        added={}, removed={}, changed={"armast": {"10432": {"paystat": ("", "Failed")}}}
    )
    effect = world.effect(declined, "decline")
    assert effect.sage_reference == "Payment status ‘Failed’ on invoice 10432"
    alerts.evaluate(tenant_id=world.tenant.id)
    alerts.evaluate(tenant_id=world.tenant.id)
    assert [one.subject for one in mail.outbox] == [
        "740.00 USD from Acme Tools Inc. for invoice 10432 was declined. No receipt was made."
    ]


def test_a_part_payment_leaves_the_rest_open(world: World) -> None:
    paid = world.pay(amount="40.00", invoice_id="10432")
    world.notify(paid)
    world.work()
    assert world.changed().changed["armast"]["10432"] == {
        "dtepaid": ("", "2026-11-20"),
        "paidamt": ("", "40.0000"),
        "balance": ("740.0000", "700.0000"),
        "bbal": ("740.0000", "700.0000"),
    }
