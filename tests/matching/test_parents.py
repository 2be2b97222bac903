from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.matching.parents import ParentOutcome, ParentResult, SaleCandidate, find_parent
from integrations.matching.references import Ladder
from tests.canonical.payments import payment, usd

SALE = SaleCandidate(
    account="MID1",
    transaction_id="500",
    invoice_reference="INV-101",
    last_four="5454",
    remaining=usd("740.00"),
    created_at=datetime(2026, 11, 1, tzinfo=UTC),
)
OTHER = replace(SALE, transaction_id="501")


def found_for(*sales: SaleCandidate, **said: Any) -> ParentResult:
    refund = payment(type=TransactionType.REFUND, transaction_id="900", **said)
    return find_parent(refund, candidates=sales, ladder=Ladder())


def test_the_sale_paytrace_names_is_the_parent() -> None:
    result = found_for(OTHER, SALE, original_transaction_id="500")
    assert result == ParentResult(ParentOutcome.FOUND, "PayTrace names sale 500.", SALE)


def test_a_void_belongs_to_its_own_transaction() -> None:
    void = payment(transaction_id="500", state=TransactionState.VOIDED)
    assert find_parent(void, candidates=[OTHER, SALE], ladder=Ladder()).sale == SALE


def test_a_named_sale_that_is_unknown_is_not_replaced_by_a_likely_one() -> None:
    result = found_for(
        SALE, original_transaction_id="499", invoice_reference="101", last_four="5454"
    )
    assert result == ParentResult(ParentOutcome.NOT_FOUND, "Sale 499 is not known here.")


def test_more_than_is_left_goes_to_a_person() -> None:
    result = found_for(
        SALE, replace(SALE, account="MID2"), original_transaction_id="500", amount=usd("740.01")
    )
    assert result == ParentResult(
        ParentOutcome.TOO_LARGE,
        "Only 740.00 USD is left of sale 500; this would take back 740.01 USD.",
        candidates=(SALE,),
    )


ALIKE = {"invoice_reference": "101", "last_four": "5454"}


def test_the_only_sale_with_the_same_traits_is_the_parent() -> None:
    stranger = replace(SALE, transaction_id="502", last_four="1111")
    result = found_for(stranger, SALE, **ALIKE)
    assert result == ParentResult(
        ParentOutcome.FOUND,
        "Sale 500 is the only one with invoice 101 and card ending 5454.",
        SALE,
    )


def test_two_likely_sales_go_to_a_person() -> None:
    result = found_for(SALE, OTHER, **ALIKE)
    assert result == ParentResult(
        ParentOutcome.AMBIGUOUS,
        "2 sales with invoice 101 and card ending 5454 could be meant.",
        candidates=(SALE, OTHER),
    )


@pytest.mark.parametrize(
    "sale",
    [
        replace(SALE, account="MID2"),
        replace(SALE, invoice_reference="102"),
        replace(SALE, last_four="5455"),
        replace(SALE, remaining=usd("739.99")),
        replace(SALE, created_at=SALE.created_at + timedelta(days=90)),
    ],
)
def test_a_sale_that_differs_in_one_trait_is_not_the_parent(sale: SaleCandidate) -> None:
    assert found_for(sale, **ALIKE).outcome is ParentOutcome.NOT_FOUND


@pytest.mark.parametrize(
    ("sale", "said"),
    [
        (replace(SALE, invoice_reference=""), {"invoice_reference": "", "last_four": "5454"}),
        (replace(SALE, last_four=""), {"invoice_reference": "101", "last_four": ""}),
    ],
)
def test_without_both_traits_nothing_is_guessed(sale: SaleCandidate, said: dict[str, str]) -> None:
    assert found_for(sale, **said).outcome is ParentOutcome.NOT_FOUND
