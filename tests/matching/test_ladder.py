from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.canonical.ledger_documents import Invoice, InvoiceStatus
from integrations.canonical.posting import Application
from integrations.matching.ladder import MatchOutcome, MatchResult, MatchSettings, match
from integrations.matching.references import Ladder, Rung, Target
from tests.canonical.payments import payment, usd
from tests.matching.documents import invoice

LADDER = Ladder()


def matched(*invoices: Invoice, settings: MatchSettings | None = None, **said: Any) -> MatchResult:
    return match(
        payment(**said),
        ladder=LADDER,
        invoices_found=invoices,
        settings=settings or MatchSettings(),
    )


def test_one_invoice_paid_in_full_is_matched_and_told() -> None:
    result = matched(invoice("10432"), invoice_reference="INV-10432")
    assert result == MatchResult(
        outcome=MatchOutcome.MATCHED,
        reason="Pays invoice 10432 in full.",
        steps=(
            (
                "Looked for invoice 10432 (from invoice number ‘INV-10432’): "
                "found, open balance 740.00 USD"
            ),
            "Pays invoice 10432 in full.",
        ),
        unapplied=usd("0.00"),
        applications=(Application("10432", Decimal("740.00")),),
        invoices=(invoice("10432"),),
        customer_number="ACME01",
    )
    assert result.is_decided


PAID = invoice("7001", "0", status=InvoiceStatus.PAID)
VOID = invoice("7001", status=InvoiceStatus.VOID)
CREDIT = invoice("7001", "-5", status=InvoiceStatus.CREDIT)


@pytest.mark.parametrize(
    ("invoices", "said", "outcome", "reason"),
    [
        ([], {}, "not_found", "The payment names no invoice."),
        ([], {"invoice_reference": "7001"}, "not_found", None),
        ([PAID], {"invoice_reference": "7001"}, "already_paid", "Invoice 7001 is already paid."),
        (
            [invoice("7001", "0")],
            {"invoice_reference": "7001"},
            "already_paid",
            "Invoice 7001 is already paid.",
        ),
        ([VOID], {"invoice_reference": "7001"}, "void", "Invoice 7001 is void in Sage."),
        (
            [CREDIT],
            {"invoice_reference": "7001"},
            "void",
            "Invoice 7001 is a credit, which takes no payment.",
        ),
        (
            [invoice("7001", currency="EUR")],
            {"invoice_reference": "7001"},
            "wrong_currency",
            "Invoice 7001 is in EUR; the payment is in USD.",
        ),
        (
            [invoice("7001", "740.0050")],
            {"invoice_reference": "7001"},
            "ambiguous",
            "The open balance of invoice 7001, 740.0050, has parts of a cent.",
        ),
        (
            [invoice("7001"), invoice("INV-7001")],
            {"invoice_reference": "07001"},
            "ambiguous",
            "2 documents in Sage answer to ‘07001’.",
        ),
        (
            [invoice("7001")],
            {"invoice_reference": "7001,7002"},
            "ambiguous",
            "The payment also names ‘7002’, which is not in Sage.",
        ),
        (
            [invoice("7001", "370"), invoice("7002", "370", customer_number="BOLT")],
            {"invoice_reference": "7001,7002"},
            "ambiguous",
            "The payment names invoices of more than one customer.",
        ),
        (
            [invoice("7001", "700"), invoice("7002", "700")],
            {"invoice_reference": "7001,7002"},
            "ambiguous",
            (
                "The payment of 740.00 USD is less than the open balance of "
                "invoices 7001 and 7002, 1,400.00 USD."
            ),
        ),
    ],
)
def test_what_a_person_must_see_says_why(
    invoices: list[Invoice], said: dict[str, Any], outcome: str, reason: str | None
) -> None:
    result = matched(*invoices, **said)
    assert result.outcome == outcome
    assert reason is None or result.reason == reason
    assert (result.applications, result.unapplied) == ((), usd("740.00"))
    assert result.invoices == tuple(invoices)
    assert not result.is_decided


def test_a_payment_is_split_over_the_invoices_it_names_when_the_sum_fits() -> None:
    result = matched(
        invoice("102", "240.00"), invoice("101", "500.00"), invoice_reference="101,102"
    )
    assert (result.outcome, result.applications, result.reason) == (
        MatchOutcome.MATCHED,
        (Application("101", Decimal("500.00")), Application("102", Decimal("240.00"))),
        "Pays invoices 101 and 102 in full.",
    )


def test_more_than_is_open_fills_the_invoices_and_leaves_the_rest() -> None:
    result = matched(invoice("101", "500.00"), invoice_reference="101")
    assert (result.outcome, result.applications, result.unapplied, result.reason) == (
        MatchOutcome.OVER_BALANCE,
        (Application("101", Decimal("500.00")),),
        usd("240.00"),
        "The payment of 740.00 USD is more than the open balance of invoice 101, 500.00 USD.",
    )


def test_a_part_payment_is_the_tenants_choice() -> None:
    taken = matched(invoice("101", "900.00"), invoice_reference="101")
    asked = matched(
        invoice("101", "900.00"),
        invoice_reference="101",
        settings=MatchSettings(allow_part_payment=False),
    )
    assert (taken.outcome, taken.applications, taken.unapplied) == (
        MatchOutcome.PARTIAL_OK,
        (Application("101", Decimal("740.00")),),
        usd("0"),
    )
    assert (asked.outcome, asked.applications) == (MatchOutcome.AMBIGUOUS, ())


def test_another_customers_invoice_is_not_paid_unless_they_belong_together() -> None:
    stranger = matched(
        invoice("101"), invoice_reference="101", settings=MatchSettings(customer_number="BOLT")
    )
    parent = matched(
        invoice("101"),
        invoice_reference="101",
        settings=MatchSettings(customer_number="BOLT", related_customers=("ACME01",)),
    )
    assert (stranger.outcome, stranger.reason) == (
        MatchOutcome.WRONG_CUSTOMER,
        "Invoice 101 belongs to customer ACME01, not to BOLT.",
    )
    assert (parent.outcome, parent.customer_number) == (MatchOutcome.MATCHED, "ACME01")


def test_of_two_candidates_the_payers_own_is_meant() -> None:
    result = matched(
        invoice("101"),
        invoice("INV-101", customer_number="BOLT"),
        invoice_reference="101",
        settings=MatchSettings(customer_number="BOLT"),
    )
    assert (result.outcome, result.invoices[0].number) == (MatchOutcome.MATCHED, "INV-101")


def test_a_history_copy_of_an_open_invoice_is_the_same_invoice() -> None:
    result = matched(
        invoice("101"), invoice("101", is_history=True), invoice("101"), invoice_reference="101"
    )
    assert result.outcome is MatchOutcome.MATCHED


def test_an_invoice_only_in_history_is_found_there() -> None:
    closed = invoice("101", "0", is_history=True, status=InvoiceStatus.PAID)
    assert matched(closed, invoice_reference="101").outcome is MatchOutcome.ALREADY_PAID


def test_the_next_rung_is_climbed_only_when_the_one_below_finds_nothing() -> None:
    result = matched(
        invoice("10432"), invoice_reference="99", description="boxes 2026 for invoice 10432"
    )
    assert result.steps == (
        "Looked for invoice 99 (from invoice number ‘99’): not in Sage",
        "Looked for invoice 2026 (from description ‘2026’): not in Sage",
        "Looked for invoice 10432 (from description ‘10432’): found, open balance 740.00 USD",
        "Pays invoice 10432 in full.",
    )


def test_a_paid_invoice_on_a_higher_rung_is_not_passed_over() -> None:
    result = matched(PAID, invoice("7002"), invoice_reference="7001", customer_reference="7002")
    assert result.outcome is MatchOutcome.ALREADY_PAID
    assert result.steps[0] == (
        "Looked for invoice 7001 (from invoice number ‘7001’): found, already paid"
    )


def test_an_order_number_finds_its_invoice() -> None:
    result = match(
        payment(customer_reference="SO-7"),
        ladder=Ladder(rungs=(Rung("customer_reference", target=Target.ORDER_NUMBER),)),
        invoices_found=[invoice("101", order_number="so-7"), invoice("102", order_number="SO-8")],
        settings=MatchSettings(),
    )
    assert result.steps == (
        (
            "Looked for order SO-7 (from customer reference ‘SO-7’): "
            "found as invoice 101, open balance 740.00 USD"
        ),
        "Pays invoice 101 in full.",
    )


BALANCES = st.lists(st.decimals("-50", "900", places=2), max_size=4)


@given(balances=BALANCES, amount=st.decimals("0.01", "2000", places=2), numbers=st.data())
def test_no_cent_is_lost_and_no_invoice_is_overpaid(
    balances: list[Decimal], amount: Decimal, numbers: st.DataObject
) -> None:
    invoices = [invoice(str(100 + i), str(balance)) for i, balance in enumerate(balances)]
    named = numbers.draw(st.lists(st.integers(99, 104), max_size=4))
    result = matched(
        *invoices, amount=usd(str(amount)), invoice_reference=",".join(map(str, named))
    )
    applied = sum((part.amount for part in result.applications), Decimal(0))
    open_balances = {i.number: i.balance for i in invoices}
    assert applied + result.unapplied.amount == amount
    assert all(
        0 < part.amount <= open_balances[part.invoice_number] for part in result.applications
    )
    assert not result.is_decided or result.unapplied == usd("0")
    assert result.steps[-1] == result.reason
