from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from integrations.matching.duplicates import (
    Duplicate,
    DuplicateResult,
    PlainPayment,
    PlainReceipt,
    find_duplicate,
)
from tests.canonical.payments import usd

PAYMENT = PlainPayment(
    transaction_id="79388123",
    customer_number="ACME01",
    invoice_numbers=("10432",),
    amount=usd("740.00"),
    paid_date=date(2026, 11, 20),
    approval_code="TAS123",
    last_four="5454",
)
KEYED = PlainReceipt(
    receipt_key="r1",
    customer_number="ACME01",
    invoice_number="10432",
    amount=usd("740.00"),
    received_date=date(2026, 11, 21),
)
OURS = replace(KEYED, receipt_key="r2", transaction_id="79388000")


def test_nothing_alike_is_no_duplicate() -> None:
    assert find_duplicate(PAYMENT, receipts=[]) == DuplicateResult(Duplicate.NONE)


@pytest.mark.parametrize("text", ["tas123", "PayTrace 79388123 Visa", "auth:TAS123/5454"])
def test_a_receipt_that_carries_the_payments_code_is_offered_for_adoption(text: str) -> None:
    proven = replace(KEYED, texts=("", text))
    assert find_duplicate(PAYMENT, receipts=[KEYED, proven]) == DuplicateResult(
        Duplicate.ADOPT,
        "Someone keyed this payment in Sage on 2026-11-21: "
        "740.00 USD of customer ACME01 on invoice 10432.",
        (proven,),
    )


def test_a_receipt_just_like_it_is_asked_about() -> None:
    alike = replace(KEYED, texts=("Visa 5454", "TAS1234"))
    assert find_duplicate(PAYMENT, receipts=[alike]) == DuplicateResult(
        Duplicate.LIKELY_KEYED,
        "A receipt keyed in Sage on 2026-11-21 looks the same: "
        "740.00 USD of customer ACME01 on invoice 10432.",
        (alike,),
    )


def test_two_proven_receipts_are_asked_about() -> None:
    both = [replace(KEYED, receipt_key=key, texts=("TAS123",)) for key in ("a", "b")]
    assert find_duplicate(PAYMENT, receipts=both).verdict is Duplicate.LIKELY_KEYED


def test_a_short_code_proves_nothing() -> None:
    short = replace(PAYMENT, approval_code="5454")
    assert (
        find_duplicate(short, receipts=[replace(KEYED, texts=("5454",))]).verdict
        is Duplicate.LIKELY_KEYED
    )


def test_an_empty_code_proves_nothing() -> None:
    bare = replace(PAYMENT, approval_code="", transaction_id="x")
    assert (
        find_duplicate(bare, receipts=[replace(KEYED, texts=("", " "))]).verdict
        is Duplicate.LIKELY_KEYED
    )


def test_another_of_our_payments_just_like_it_may_be_the_customer_paying_twice() -> None:
    assert find_duplicate(PAYMENT, receipts=[OURS]) == DuplicateResult(
        Duplicate.LIKELY_TWICE,
        "Transaction 79388000 already paid the same on 2026-11-21: "
        "740.00 USD of customer ACME01 on invoice 10432.",
        (OURS,),
    )


def test_this_very_transaction_in_the_books_wins_over_everything() -> None:
    same = replace(OURS, transaction_id="79388123", amount=usd("1.00"))
    assert find_duplicate(PAYMENT, receipts=[KEYED, same]) == DuplicateResult(
        Duplicate.SAME_PAYMENT, "Transaction 79388123 is already posted.", (same,)
    )


@pytest.mark.parametrize(
    "receipt",
    [
        replace(KEYED, customer_number="BOLT"),
        replace(KEYED, invoice_number="10433"),
        replace(KEYED, amount=usd("740.01")),
        replace(KEYED, received_date=date(2026, 11, 26)),
        replace(KEYED, received_date=date(2026, 11, 14)),
    ],
)
def test_a_receipt_that_differs_in_one_trait_is_another_payment(receipt: PlainReceipt) -> None:
    assert find_duplicate(PAYMENT, receipts=[receipt]).verdict is Duplicate.NONE


def test_the_window_includes_its_last_day_and_is_the_tenants_choice() -> None:
    edge = replace(KEYED, received_date=date(2026, 11, 25))
    assert find_duplicate(PAYMENT, receipts=[edge]).verdict is Duplicate.LIKELY_KEYED
    assert find_duplicate(PAYMENT, receipts=[edge], window_days=4).verdict is Duplicate.NONE


def test_a_payment_on_account_is_compared_with_any_invoice_of_the_customer() -> None:
    on_account = replace(PAYMENT, invoice_numbers=())
    assert find_duplicate(on_account, receipts=[KEYED]).verdict is Duplicate.LIKELY_KEYED
