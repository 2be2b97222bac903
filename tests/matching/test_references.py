from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.matching.references import (
    Ladder,
    Reading,
    Rung,
    Target,
    candidates,
    normalise,
    numbers_to_look_up,
)
from tests.canonical.payments import payment

LADDER = Ladder()
IN_PROSE = Ladder(rungs=(Rung("description", Reading.NUMBERS),))


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("INV-00123", "123"),
        ("inv 123", "123"),
        ("123", "123"),
        ("#123", "123"),
        ("# 000123", "123"),
        ("Invoice No. 123", "123"),
        ("INVOICE#123", "123"),
        ("00INV-07", "7"),
        ("  10432  ", "10432"),
        ("\uff11\uff12\uff13", "123"),
        ("I NV 12 3", "123"),
        ("O\u00a8-7", "\u00d6-7"),
        ("A-100", "A-100"),
        ("INVENTORY", "INVENTORY"),
        ("INV", "INV"),
        ("PO123456", "PO123456"),
        ("0", "0"),
        ("000", "0"),
        ("---", ""),
        ("", ""),
    ],
)
def test_all_spellings_of_a_number_share_one_form(written: str, key: str) -> None:
    assert normalise(written, ladder=LADDER) == key


def test_leading_zeros_count_where_the_rule_says_so() -> None:
    assert normalise("INV-00123", ladder=Ladder(ignore_leading_zeros=False)) == "00123"


@given(written=st.text(max_size=30) | st.from_regex(r"(inv|#|no|0|-| |7|a){0,8}", fullmatch=True))
def test_a_normalised_number_is_already_normal(written: str) -> None:
    once = normalise(written, ladder=LADDER)
    assert normalise(once, ladder=LADDER) == once


@given(
    number=st.integers(1, 10**9).map(str),
    prefix=st.sampled_from(["", "INV-", "inv ", "#", "Invoice ", "Invoice No. ", "no "]),
    zeros=st.integers(0, 4),
)
def test_prefix_case_spaces_and_zeros_never_hide_a_number(
    number: str, prefix: str, zeros: int
) -> None:
    assert normalise(f" {prefix}{'0' * zeros}{number} ", ladder=LADDER) == number


def test_fields_are_read_in_the_order_of_the_ladder_each_number_once() -> None:
    named = candidates(
        payment(
            description="Payment for invoice 10432 and inv10433.",
            customer_reference="00010432",
            invoice_reference="INV-101, 102",
            discretionary={"bill": "103"},
        ),
        ladder=LADDER,
    )
    assert [(ref.key, ref.written, ref.label) for ref in named] == [
        ("101", "INV-101", "invoice number"),
        ("102", "102", "invoice number"),
        ("10432", "00010432", "customer reference"),
        ("103", "103", "custom field ‘bill’"),
        ("10433", "inv10433", "description"),
    ]


@pytest.mark.parametrize(
    ("description", "keys"),
    [
        ("Payment for invoice 10432", ["10432"]),
        ("(#10432), thanks!", ["10432"]),
        ("10432/10433", []),
        ("paid 740.00 on 2026-11-20", []),
        ("call 555-123-4567 or 15551234567", []),
        ("12 boxes of A10432", []),
        ("$10432", []),
        ("inv", []),
        ("", []),
    ],
)
def test_prose_gives_only_words_that_are_numbers(description: str, keys: list[str]) -> None:
    found = candidates(payment(description=description), ladder=IN_PROSE)
    assert [ref.key for ref in found] == keys


def test_one_custom_field_can_be_a_rung_of_its_own() -> None:
    ladder = Ladder(rungs=(Rung("discretionary.order", target=Target.ORDER_NUMBER),))
    paid = payment(discretionary={"order": "SO-7", "other": "8"}, invoice_reference="9")
    assert [(ref.key, ref.target) for ref in candidates(paid, ladder=ladder)] == [
        ("SO-7", Target.ORDER_NUMBER)
    ]
    assert numbers_to_look_up(paid, ladder=ladder) == []
    assert numbers_to_look_up(paid, ladder=ladder, target=Target.ORDER_NUMBER) == ["SO-7"]


def test_sage_is_asked_for_every_spelling_it_may_hold() -> None:
    paid = payment(invoice_reference="inv-00123,200")
    assert numbers_to_look_up(paid, ladder=LADDER) == ["123", "INV-00123", "00123", "200"]


def test_a_remittance_advice_is_cut_short() -> None:
    paid = payment(invoice_reference=",".join(str(number) for number in range(1000, 1100)))
    assert len(candidates(paid, ladder=LADDER)) == 20
