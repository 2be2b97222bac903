"""Whether one quantity in the books proves that a person allocated stock."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.canonical.stock import Allocation
from integrations.matching.keyed_stock import Proof, judge

_FOUR = Allocation("a", "BRG", "MAIN", Decimal(4))
_TWO = replace(_FOUR, key="b", quantity=Decimal(2))
_BACK = replace(_FOUR, key="c", quantity=Decimal(-3))
_ELSEWHERE = replace(_FOUR, key="d", location="EAST")


@pytest.mark.parametrize(
    ("wanted", "stands", "since", "said", "proof"),
    [
        (_FOUR, "24", (), (), Proof.KEYED),
        (_FOUR, "24.000", (_ELSEWHERE,), (_ELSEWHERE,), Proof.KEYED),
        (_FOUR, "20", (), (), Proof.MISSING),
        (_FOUR, "27", (), (), Proof.UNPROVEN),
        (_FOUR, "16", (), (), Proof.UNPROVEN),
        (_FOUR, "26", (_TWO,), (), Proof.KEYED),
        (_FOUR, "22", (_TWO,), (), Proof.MISSING),
        (_FOUR, "24", (_TWO,), (), Proof.UNPROVEN),
        (_FOUR, "26", (), (_TWO,), Proof.KEYED),
        (_FOUR, "24", (), (_TWO,), Proof.KEYED),
        (_FOUR, "22", (), (_TWO,), Proof.UNPROVEN),
        (_BACK, "17", (), (), Proof.KEYED),
        (_BACK, "23", (), (), Proof.UNPROVEN),
    ],
)
def test_one_quantity_proves_what_only_that_can_have_made(
    wanted: Allocation,
    stands: str,
    since: tuple[Allocation, ...],
    said: tuple[Allocation, ...],
    proof: Proof,
) -> None:
    found = judge(wanted, stood=Decimal(20), stands=Decimal(stands), since=since, said=said)
    assert found is proof
