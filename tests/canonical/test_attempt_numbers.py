"""The number under which PayTrace is told of an attempt, and the invoice read out of it."""

from __future__ import annotations

import pytest

from integrations.canonical.attempt_numbers import invoice_in, is_ours, numbered

CODE = "5K2Q9ABCDE"


@pytest.mark.parametrize("invoice", ["10432", "INV-10432", ""])
def test_what_was_numbered_gives_its_invoice_again(invoice: str) -> None:
    number = numbered(invoice, code=CODE)
    assert (is_ours(number), invoice_in(number)) == (True, invoice)


@pytest.mark.parametrize(
    "foreign", ["", "10432", "T10432", "10432-T1", f"10432T{CODE}", "10432-T5K2Q9ABCDI", CODE]
)
def test_what_is_not_ours_stays_as_it_is_written(foreign: str) -> None:
    assert (is_ours(foreign), invoice_in(foreign)) == (False, foreign)
