"""The journal says to a person what was asked to be written and what came of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.errors import TryLater
from integrations.canonical.flagged import FlagAnswer
from integrations.canonical.posting import PostingOutcome, PostingResult, Refusal, WithdrawOutcome
from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.sagepro.agent import calls, journal_words, wire
from integrations.sagepro.agent.codec import encode
from tests.sagepro.orders import NEWCOMER, order
from tests.sagepro.postings import journal, on_account, receipt

_ANSWER = FlagAnswer("flagged:7:0", "7", 0, "Done", "105", "Charged.", is_final=True)
_ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "receipt 740.00 USD for ACME01 on 10432 (sale-1)": (calls.POST, {"request": receipt()}),
    "on account 50.00 USD for ACME01 (account-1)": (calls.POST, {"request": on_account()}),
    "settlement 970.00 USD (batch-1)": (
        calls.POST,
        {"request": journal(debited={"1010-00": "970.00"}, credited={"1105-00": "970.00"})},
    ),
    "sale-1": ("withdraw", {"effect_key": "sale-1"}),
    "‘Declined’ on invoice 10433": (
        "note_status",
        {"invoice_number": "10433", "status": "Declined"},
    ),
    "2.5 of BRG-6204 at MAIN (line-1)": (
        "allocate_stock",
        {"allocation": Allocation("line-1", "BRG-6204", "MAIN", Decimal("2.5"))},
    ),
    "shop:4711, version 1, for ACME01, 2 lines": ("upsert_order", {"order": order()}),
    f"{NEWCOMER.name} ({NEWCOMER.key})": ("create_or_match_customer", {"customer": NEWCOMER}),
    "row 7: Done": ("answer_flagged", {"answer": _ANSWER}),
}


def test_every_write_is_known() -> None:
    assert {name for name, _ in _ASKED.values()} == calls.WRITES
    assert all(journal_words.call_in_words(name) != name for name in calls.WRITES - {"withdraw"})


@pytest.mark.parametrize("words", _ASKED)
def test_what_a_write_was_about(words: str) -> None:
    name, arguments = _ASKED[words]
    travelled = {key: wire.load(wire.canonical(encode(one))) for key, one in arguments.items()}
    assert journal_words.about(name, travelled) == words


_REFUSED = Refusal("period_closed", "The period is closed.", "accounting_date", "Open it.")


@pytest.mark.parametrize(
    "arguments", [{}, {"request": None}, {"request": {"amount": "740.00"}}, {"customer": {}}]
)
def test_a_call_that_cannot_be_understood_is_about_nothing(arguments: dict[str, object]) -> None:
    found = {journal_words.about(name, arguments) for name in (calls.POST, *calls.CHANGES)}
    assert found == {""}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "begun, not answered yet"),
        (
            {"value": PostingResult(PostingOutcome.POSTED, "Receipt PT1 on document 10432")},
            "posted: Receipt PT1 on document 10432",
        ),
        (
            {"value": PostingResult(PostingOutcome.REFUSED, refusal=_REFUSED)},
            "refused: The period is closed.",
        ),
        ({"value": ChangeResult(ChangeOutcome.DONE, number="7403")}, "done: 7403"),
        ({"value": PostingResult(PostingOutcome.HANDED_OVER)}, "handed over"),
        ({"value": WithdrawOutcome.WITHDRAWN}, "withdrawn"),
        (calls.failure(TryLater("Sage is away.", code="sage.unreachable")), "Sage is away."),
    ],
)
def test_what_came_of_it(answer: dict[str, object], words: str) -> None:
    told = wire.canonical(encode(answer)) if answer else ""
    assert journal_words.outcome(told) == words
