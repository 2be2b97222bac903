"""Several payments in one call: each is told by itself, and what cannot be told is looked for."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.canonical.errors import FixConfiguration, NeverWorks, OutcomeUnknown
from integrations.paytrace.batch_calls import (
    BatchItem,
    ItemKind,
    ItemOutcome,
    check_invoice_ids,
    results,
)
from tests.paytrace.bench import refused, usd
from tests.paytrace.payloads import payload

S, H, R = ItemKind.SALE, ItemKind.HOLD, ItemKind.REFUND


def items(*kinds: ItemKind) -> list[BatchItem]:
    return [BatchItem(kind, "118", usd("5.00"), f"i-{n}") for n, kind in enumerate(kinds)]


def test_each_item_is_told_by_itself() -> None:
    answers = payload("v3_batch_transactions")["data"]
    found = results(items(S, H, R, R, S), answers)
    assert [(one.item.invoice_id, one.outcome.value, one.transaction_id) for one in found] == [
        ("i-0", "approved", "392483072"),
        ("i-1", "declined", "392483073"),
        ("i-2", "approved", "392483074"),
        ("i-3", "refused", ""),
        ("i-4", "unclear", ""),
    ]
    assert [type(one.problem) for one in found[3:]] == [FixConfiguration, OutcomeUnknown]


@pytest.mark.parametrize("answers", [None, {}, [], [{"status": "success"}], ["x", "y", "z"]])
def test_an_answer_that_tells_no_items_apart_leaves_all_unclear(answers: Any) -> None:
    found = results(items(S, R), answers)
    assert [one.outcome for one in found] == [ItemOutcome.UNCLEAR] * 2


def test_a_success_with_another_code_or_without_an_id_is_unclear() -> None:
    answers = [
        {"status": "success", "response_code": 112, "transaction_id": "1"},
        {"status": "success"},
    ]
    assert [one.outcome for one in results(items(R, S), answers)] == [ItemOutcome.UNCLEAR] * 2


def test_two_that_could_not_be_told_apart_are_never_sent() -> None:
    one = items(S)[0]
    for given in ([one, one], []):
        error = refused(check_invoice_ids, given)
        assert (type(error), error.field) == (NeverWorks, "invoice_id")
