from __future__ import annotations

from itertools import product

import pytest

from integrations.canonical.arrows import (
    ACH,
    CARD,
    DISPUTE,
    Arrows,
    arrows_of,
    is_allowed,
    progress,
)
from integrations.canonical.transactions import PaymentMethod, TransactionState, TransactionType
from tests.canonical.payments import payment

S = TransactionState
CARDS = """
authorized → auto_voided declined partly_refunded pending_settlement refunded settled voided
pending_settlement → auto_voided partly_refunded refunded settled voided
settled → partly_refunded refunded
partly_refunded → refunded
"""
CHECKS = """
pending → declined error partly_refunded partly_settled pending_settlement refunded returned
    settled voided
authorized → declined error partly_refunded partly_settled pending pending_settlement refunded
    returned settled voided
pending_settlement → declined error partly_refunded partly_settled refunded returned settled
    voided
partly_settled → error partly_refunded refunded returned settled
settled → partly_refunded refunded returned
partly_refunded → refunded returned
error → declined partly_settled pending pending_settlement returned settled voided
"""
DISPUTES = "opened → lost won"


def _written(text: str) -> set[tuple[str, str]]:
    lines = text.replace("\n    ", " ").strip().splitlines()
    parts = [line.split(" → ") for line in lines]
    return {(before, after) for before, ends in parts for after in ends.split()}


@pytest.mark.parametrize(
    ("arrows", "expected"), [(CARD, CARDS), (ACH, CHECKS), (DISPUTE, DISPUTES)]
)
def test_the_allowed_arrows_are_exactly_these(arrows: Arrows, expected: str) -> None:
    found = {
        (before.value, after.value)
        for before, after in product(TransactionState, repeat=2)
        if before not in {after, S.UNKNOWN} and is_allowed(before, after, arrows=arrows)
    }
    assert found == _written(expected)


@pytest.mark.parametrize("state", TransactionState)
def test_staying_is_always_allowed_and_the_unknown_may_turn_out_anything(state: S) -> None:
    assert is_allowed(state, state)
    assert is_allowed(S.UNKNOWN, state)


def test_each_kind_of_transaction_has_its_life_cycle() -> None:
    assert arrows_of(payment()) is CARD
    assert arrows_of(payment(method=PaymentMethod.ACH)) is ACH
    assert arrows_of(payment(type=TransactionType.CHARGEBACK)) is DISPUTE


@pytest.mark.parametrize("arrows", [CARD, DISPUTE])
def test_every_arrow_leads_forward_so_that_the_latest_state_is_the_furthest(arrows: Arrows) -> None:
    for before, ends in arrows.items():
        for after in ends:
            assert progress(before) < progress(after), (before, after)


def test_an_error_of_ach_is_before_whatever_follows_it() -> None:
    backwards = {
        (before.value, after.value)
        for before, ends in ACH.items()
        for after in ends
        if progress(before) > progress(after)
    }
    assert {after for _, after in backwards} == {"error"}
    assert len({progress(state) for state in TransactionState}) == len(TransactionState)
