from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.canonical.effects import (
    EffectKind,
    EffectSpec,
    derive,
    effect_key,
    person_needed,
)
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState, TransactionType
from tests.canonical.payments import payment, usd

S = TransactionState
T = TransactionType
SALE_KEY = "paytrace:MID1:79388123:sale:1"
SALE = EffectSpec(EffectKind.SALE, SALE_KEY, usd("740.00"))
VOID = EffectSpec(
    EffectKind.VOID, "paytrace:MID1:79388123:void:1", usd("740.00"), SALE_KEY, "79388123"
)
DECLINE = EffectSpec(EffectKind.DECLINE, "paytrace:MID1:79388123:decline:1", usd("740.00"))
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
        (T.REFUND, S.DECLINED, (DECLINE,)),
        (T.REFUND, S.AUTHORIZED, ()),
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
            {"state": S.UNKNOWN, "status_code": "ON_HOLD_X"},
            [],
            "Transaction 79388123 has a status we do not know: ‘ON_HOLD_X’.",
        ),
        ({"type": T.UNKNOWN}, [], "Transaction 79388123 has a type we do not know."),
        (
            {"amount": usd("-1.00")},
            [],
            "Transaction 79388123 has an amount below zero: -1.00 USD.",
        ),
    ],
)
def test_what_needs_a_person_says_why(
    said: dict[str, object], before: list[S], sentence: str
) -> None:
    assert person_needed(payment(**said), previous_states=before) == sentence


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
        keys |= {effect.effect_key for effect in derive(told, previous_states=states[:position])}
        strange |= bool(person_needed(told, previous_states=states[:position]))
    return keys, strange


@given(story=_facts_and_a_retelling())
def test_facts_in_any_order_told_any_number_of_times_give_the_same_effects(
    story: tuple[T, list[S], list[S]],
) -> None:
    kind, once, retold = story
    assert _walk(kind, once) == _walk(kind, retold)
