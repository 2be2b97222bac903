from __future__ import annotations

import pytest

from integrations.canonical.statuses import DEFAULT_STATUSES, StatusRow, status_for
from integrations.canonical.transactions import TransactionState, TransactionType


@pytest.mark.parametrize(
    ("type_name", "state_name", "status"),
    [
        ("sale", "authorized", "Pending"),
        ("sale", "pending_settlement", "Paid"),
        ("sale", "settled", "Paid"),
        ("sale", "voided", "Voided"),
        ("sale", "auto_voided", "Failed"),
        ("sale", "declined", "Failed"),
        ("authorization", "authorized", "Pending"),
        ("authorization", "settled", "Paid"),
        ("refund", "pending_settlement", "Refunded"),
        ("refund", "settled", "Refunded"),
        ("refund", "voided", "Refund voided"),
        ("refund", "declined", "Refund failed"),
        ("sale", "pending", "Pending"),
        ("sale", "partly_refunded", "Partly refunded"),
        ("sale", "refunded", "Refunded"),
        ("sale", "returned", "Returned"),
        ("refund", "returned", "Refund returned"),
        ("chargeback", "opened", "Disputed"),
        ("chargeback", "won", "Paid"),
        ("chargeback", "lost", "Charged back"),
        ("refund", "authorized", None),
        ("sale", "error", None),
        ("sale", "partly_settled", None),
        ("sale", "unknown", None),
        ("unknown", "settled", None),
    ],
)
def test_each_state_has_its_status_and_the_unknown_has_none(
    type_name: str, state_name: str, status: str | None
) -> None:
    found = status_for(type=TransactionType(type_name), state=TransactionState(state_name))
    assert found == status


def test_an_edited_table_wins_and_an_emptied_line_is_nobodys_guess() -> None:
    table = (
        StatusRow(TransactionType.SALE, TransactionState.SETTLED, "PAID-CC"),
        StatusRow(TransactionType.SALE, TransactionState.VOIDED, ""),
    )
    answers = [
        status_for(type=TransactionType.SALE, state=state, table=table)
        for state in (TransactionState.SETTLED, TransactionState.VOIDED, TransactionState.DECLINED)
    ]
    assert answers == ["PAID-CC", None, None]


def test_an_edited_table_cannot_give_the_unknown_a_status() -> None:
    table = (StatusRow(TransactionType.SALE, TransactionState.UNKNOWN, "Paid"),)
    found = status_for(type=TransactionType.SALE, state=TransactionState.UNKNOWN, table=table)
    assert found is None


def test_the_default_table_says_each_pair_once() -> None:
    pairs = [(row.type, row.state) for row in DEFAULT_STATUSES]
    assert len(pairs) == len(set(pairs))
