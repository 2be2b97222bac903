from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.canonical.effects import (
    EffectKind,
    EffectSpec,
    behind,
    derive,
    effect_key,
    happened_at,
    person_needed,
)
from integrations.canonical.money import Money
from integrations.canonical.transactions import PaymentMethod, TransactionState, TransactionType
from tests.canonical.payments import payment, usd

S = TransactionState
T = TransactionType
SALE_KEY = "paytrace:MID1:79388123:sale:1"
SALE = EffectSpec(EffectKind.SALE, SALE_KEY, usd("740.00"))
VOID = EffectSpec(
    EffectKind.VOID, "paytrace:MID1:79388123:void:1", usd("740.00"), SALE_KEY, "79388123"
)
DECLINE = EffectSpec(
    EffectKind.DECLINE, "paytrace:MID1:79388123:decline:1", usd("740.00"), SALE_KEY, "79388123"
)
RETURN = EffectSpec(
    EffectKind.ACH_RETURN,
    "paytrace:MID1:79388123:ach_return:1",
    usd("740.00"),
    SALE_KEY,
    "79388123",
)
REFUND_KEY = "paytrace:MID1:79388123:refund:1"
REFUND = EffectSpec(EffectKind.REFUND, REFUND_KEY, usd("740.00"))
REFUND_VOID = EffectSpec(
    EffectKind.VOID, "paytrace:MID1:79388123:void:1", usd("740.00"), REFUND_KEY, "79388123"
)


@pytest.mark.parametrize(
    ("kind", "state", "expected"),
    [
        (T.AUTHORIZATION, S.AUTHORIZED, ()),
        (T.SALE, S.AUTHORIZED, ()),
        (T.SALE, S.PENDING_SETTLEMENT, (SALE,)),
        (T.SALE, S.SETTLED, (SALE,)),
        (T.AUTHORIZATION, S.PENDING_SETTLEMENT, (SALE,)),
        (T.AUTHORIZATION, S.SETTLED, (SALE,)),
        (T.SALE, S.DECLINED, (DECLINE,)),
        (T.SALE, S.AUTO_VOIDED, (DECLINE,)),
        (T.SALE, S.VOIDED, (VOID,)),
        (T.AUTHORIZATION, S.VOIDED, (VOID,)),
        (T.REFUND, S.PENDING_SETTLEMENT, (REFUND,)),
        (T.REFUND, S.SETTLED, (REFUND,)),
        (T.REFUND, S.VOIDED, (REFUND_VOID,)),
        (T.REFUND, S.DECLINED, (replace(DECLINE, parent_key=REFUND_KEY),)),
        (T.REFUND, S.AUTHORIZED, ()),
        (T.SALE, S.PENDING, ()),
        (T.SALE, S.RETURNED, (SALE, RETURN)),
        (T.REFUND, S.RETURNED, (REFUND, replace(RETURN, parent_key=REFUND_KEY))),
        (T.SALE, S.PARTLY_REFUNDED, (SALE,)),
        (T.SALE, S.REFUNDED, (SALE,)),
        (T.SALE, S.ERROR, ()),
        (T.SALE, S.PARTLY_SETTLED, ()),
        (T.SALE, S.OPENED, ()),
        (T.CHARGEBACK, S.SETTLED, ()),
        (T.SALE, S.UNKNOWN, ()),
        (T.UNKNOWN, S.SETTLED, ()),
    ],
)
def test_each_type_and_state_has_its_effects(
    kind: T, state: S, expected: tuple[EffectSpec, ...]
) -> None:
    assert derive(payment(type=kind, state=state)) == expected


def test_a_refund_that_names_its_sale_has_it_as_parent() -> None:
    refund = payment(
        type=T.REFUND, state=S.SETTLED, transaction_id="9", original_transaction_id="79388123"
    )
    assert derive(refund) == (
        EffectSpec(
            EffectKind.REFUND, "paytrace:MID1:9:refund:1", usd("740.00"), SALE_KEY, "79388123"
        ),
    )


def test_a_card_check_of_nothing_posts_nothing_but_its_decline_is_told() -> None:
    nothing = Money(Decimal(0), "USD")
    assert derive(payment(amount=nothing, state=S.SETTLED)) == ()
    assert derive(payment(amount=nothing, state=S.VOIDED)) == ()
    assert [e.kind for e in derive(payment(amount=nothing, state=S.DECLINED))] == ["decline"]


DISPUTE = payment(
    type=T.CHARGEBACK, transaction_id="CB-77", original_transaction_id="79388123", state=S.OPENED,
    fee=usd("15.00"), changed_at=datetime(2026, 12, 1, 18, 0, tzinfo=UTC),
)  # fmt: skip
OPENED_KEY = "paytrace:MID1:CB-77:chargeback:1"
OPENED = EffectSpec(EffectKind.CHARGEBACK, OPENED_KEY, usd("740.00"), SALE_KEY, "79388123")
FEE = EffectSpec(EffectKind.FEE, "paytrace:MID1:CB-77:fee:1", usd("15.00"))


def test_a_dispute_takes_back_the_payment_it_names_and_costs_its_fee() -> None:
    assert derive(DISPUTE) == (OPENED, FEE)


@pytest.mark.parametrize("ending", [S.WON, S.LOST])
def test_the_end_of_a_dispute_implies_that_it_was_opened(ending: S) -> None:
    key = f"paytrace:MID1:CB-77:chargeback_{ending}:1"
    end = EffectSpec(EffectKind(f"chargeback_{ending}"), key, usd("740.00"), OPENED_KEY, "CB-77")
    assert derive(replace(DISPUTE, state=ending)) == (OPENED, end, FEE)


def test_a_dispute_and_a_return_are_booked_on_their_own_day_and_all_else_on_the_payments() -> None:
    returned = payment(state=S.RETURNED, changed_at=DISPUTE.changed_at)
    assert happened_at(DISPUTE, EffectKind.CHARGEBACK) == DISPUTE.changed_at
    assert happened_at(returned, EffectKind.ACH_RETURN) == DISPUTE.changed_at
    assert happened_at(returned, EffectKind.SALE) == returned.created_at
    assert happened_at(payment(state=S.RETURNED), EffectKind.ACH_RETURN) == returned.created_at


def test_an_effect_stands_on_the_furthest_fact_that_tells_it() -> None:
    captured, settled, returned = (
        payment(state=state) for state in (S.PENDING_SETTLEMENT, S.SETTLED, S.RETURNED)
    )
    voided = payment(state=S.VOIDED)
    assert behind([captured, settled, returned], effect_key=SALE_KEY) is returned
    assert behind([captured, voided], effect_key=SALE_KEY) is captured
    assert behind([voided], effect_key=SALE_KEY) is None


ACH = {"method": PaymentMethod.ACH}


@pytest.mark.parametrize(
    ("said", "before", "sentence"),
    [
        ({}, [], ""),
        ({"state": S.SETTLED}, [S.AUTHORIZED, S.PENDING_SETTLEMENT], ""),
        ({"state": S.PENDING_SETTLEMENT}, [S.SETTLED], ""),
        (
            {"state": S.VOIDED},
            [S.SETTLED],
            "Transaction 79388123 was settled and is now voided, which PayTrace does not allow.",
        ),
        (
            {"state": S.DECLINED},
            [S.PENDING_SETTLEMENT],
            (
                "Transaction 79388123 was pending settlement and is now declined, "
                "which PayTrace does not allow."
            ),
        ),
        ({"state": S.DECLINED, **ACH}, [S.PENDING_SETTLEMENT], ""),
        ({"state": S.RETURNED, **ACH}, [S.PENDING_SETTLEMENT, S.SETTLED], ""),
        (
            {"state": S.RETURNED},
            [S.SETTLED],
            "Transaction 79388123 was settled and is now returned, which PayTrace does not allow.",
        ),
        (
            {"state": S.UNKNOWN, "status_code": "ON_HOLD_X"},
            [],
            "Transaction 79388123 has a status we do not know: ‘ON_HOLD_X’.",
        ),
        (
            {"state": S.ERROR, "status_code": "TECHNICAL_ERROR", **ACH},
            [S.PENDING_SETTLEMENT],
            (
                "Transaction 79388123 stands at ‘TECHNICAL_ERROR’, and PayTrace does not say "
                "whether its money moves."
            ),
        ),
        ({"state": S.ERROR, **ACH}, [S.PENDING_SETTLEMENT, S.SETTLED], ""),
        (
            {"state": S.PARTLY_SETTLED, "status_code": "PARTIALLY_SETTLED", **ACH},
            [],
            (
                "Transaction 79388123 stands at ‘PARTIALLY_SETTLED’, and PayTrace does not say how "
                "much of it."
            ),
        ),
        ({"type": T.UNKNOWN}, [], "Transaction 79388123 has a type we do not know."),
        (
            {"type": T.CHARGEBACK, "state": S.SETTLED},
            [],
            "Transaction 79388123 is a chargeback and settled, which does not go together.",
        ),
        (
            {"amount": usd("-1.00")},
            [],
            "Transaction 79388123 has an amount below zero: -1.00 USD.",
        ),
    ],
)
def test_what_needs_a_person_says_why(said: dict[str, Any], before: list[S], sentence: str) -> None:
    now = payment(**said)
    history = [replace(now, state=state) for state in before]
    assert person_needed(now, history=history) == sentence


def test_an_amount_that_changes_needs_a_person_but_a_partial_capture_does_not() -> None:
    authorized = payment(state=S.AUTHORIZED, amount=usd("100.00"))
    captured = payment(amount=usd("60.00"))
    settled = payment(state=S.SETTLED, amount=usd("62.00"))
    assert person_needed(captured, history=[authorized, captured]) == ""
    assert person_needed(settled, history=[captured, settled]) == (
        "Transaction 79388123 was over 60.00 USD and is now over 62.00 USD."
    )


@pytest.mark.parametrize("amount", ["0.00", "20.00"])
@pytest.mark.parametrize("state", [S.VOIDED, S.DECLINED])
def test_what_takes_back_another_amount_than_was_captured_needs_a_person(
    state: S, amount: str
) -> None:
    """A void takes back the whole; told over nothing, it would take back nothing."""
    captured = payment(amount=usd("60.00"), **ACH)
    undone = payment(state=state, amount=usd(amount), **ACH)
    sentence = (
        f"Transaction 79388123 was over 60.00 USD and is {state.value} over {amount} USD. What of "
        "it stands in Sage has to be looked at."
    )
    assert person_needed(undone, history=[captured, undone]) == sentence
    assert person_needed(captured, history=[captured, undone]) == sentence
    assert person_needed(payment(state=state, amount=usd("60.00"), **ACH), history=[captured]) == ""


def test_a_separator_inside_an_account_cannot_forge_another_key() -> None:
    keys = {
        effect_key(account="a:b", transaction_id="c", kind=EffectKind.SALE),
        effect_key(account="a", transaction_id="b:c", kind=EffectKind.SALE),
        effect_key(account="a%3Ab", transaction_id="c", kind=EffectKind.SALE),
    }
    assert len(keys) == 3


@st.composite
def _facts_and_a_retelling(draw: st.DrawFn) -> tuple[T, list[S], list[S]]:
    kind = draw(st.sampled_from(T))
    states = draw(st.lists(st.sampled_from(S), min_size=1, max_size=6))
    again = draw(st.lists(st.sampled_from(states), max_size=6))
    return kind, states, draw(st.permutations(states + again))


def _walk(kind: T, states: list[S]) -> tuple[set[str], bool]:
    keys: set[str] = set()
    strange = False
    for position, state in enumerate(states):
        told = payment(type=kind, state=state)
        history = [replace(told, state=before) for before in states[:position]]
        keys |= {effect.effect_key for effect in derive(told)}
        strange |= bool(person_needed(told, history=history))
    return keys, strange


@given(story=_facts_and_a_retelling())
def test_facts_in_any_order_told_any_number_of_times_give_the_same_effects(
    story: tuple[T, list[S], list[S]],
) -> None:
    kind, once, retold = story
    assert _walk(kind, once) == _walk(kind, retold)
