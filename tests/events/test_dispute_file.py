"""A spreadsheet of chargebacks: read whole, or refused with a sentence for each wrong row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.disputes import Dispute
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState
from integrations.events.dispute_file import MAX_BYTES, Read, UnreadableFile, read_file

TODAY = date(2026, 11, 21)
HEADING = "case number,payment,state,date,amount,fee,reason"


def _read(text: str | bytes) -> Read:
    content = text.encode() if isinstance(text, str) else text
    return read_file(content, currency="USD", today=TODAY)


def _wrong(row: str) -> list[str]:
    found = _read(f"{HEADING}\n{row}")
    assert found.disputes == ()
    return [f"{one.field}: {one.sentence}" for one in found.problems]


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def test_every_row_of_a_good_file_is_read() -> None:
    found = _read(
        f'{HEADING}\n77,392483001,opened,2026-11-18,"1,740.00",15.00,10.4 Fraud\n\n'
        "78,392483002,WON,11/20/2026,$20.5,,\n"
    )
    assert found.problems == ()
    assert found.lines == (2, 4)
    assert found.disputes == (
        Dispute(
            "77", "392483001", TransactionState.OPENED, usd("1740.00"), date(2026, 11, 18),
            usd("15.00"), "10.4 Fraud",
        ),
        Dispute("78", "392483002", TransactionState.WON, usd("20.50"), date(2026, 11, 20)),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffCase_Number;Payment;State;Date;Amount\n1;2;lost;2026-11-01;3.00",
        "Amount\tDate\tstate\tPAYMENT\tcase  number\textra\n3.00\t2026-11-01\tlost\t2\t1\tx",
    ],
)
def test_a_heading_is_read_in_any_order_spelling_and_with_any_delimiter(text: str) -> None:
    assert _read(text).disputes == (
        Dispute("1", "2", TransactionState.LOST, usd("3.00"), date(2026, 11, 1)),
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",2,opened,2026-11-18,1.00", "Line 2, case number: The case number is missing."),
        (
            "4012000098765439,2,opened,2026-11-18,1.00",
            "Line 2, case number: The case number is not 1 to 40 letters, digits, - _ or .",
        ),
        (
            "1,2 3,opened,2026-11-18,1.00",
            "Line 2, payment: The payment is not 1 to 64 letters, digits, - _ or .",
        ),
        ("1,2,closed,2026-11-18,1.00", "Line 2, state: The state is opened, won or lost."),
        (
            "1,2,won,18.11.2026,1.00",
            "Line 2, date: The date is not one such as 2026-11-20 or 11/20/2026.",
        ),
        ("1,2,won,2026-11-22,1.00", "Line 2, date: The date lies in the future."),
        ("1,2,won,2026-11-18,ten", "Line 2, amount: The amount is not an amount such as 740.00."),
        ("1,2,won,2026-11-18,1.005", "Line 2, amount: The amount is not an amount such as 740.00."),
        (
            '1,2,won,2026-11-18,"12,50"',
            "Line 2, amount: The amount is not an amount such as 740.00.",
        ),
        ("1,2,won,2026-11-18,0", "Line 2, amount: The amount is not above zero."),
        ("1,2,won,2026-11-18,-1.00", "Line 2, amount: The amount is not above zero."),
        ("1,2,won,2026-11-18,1.00,-2", "Line 2, fee: The fee is not above zero."),
        ("1,2,won,2026-11-18", "Line 2, amount: The amount is not an amount such as 740.00."),
        (
            "1,2,won,2026-11-18,1,740.00,15.00,fraud",
            (
                "Line 2, row: It has more values than the heading has columns. Quote amounts such "
                'as "1,740.00".'
            ),
        ),
    ],
)
def test_what_is_wrong_in_a_row_is_told_with_its_line_and_column(row: str, problem: str) -> None:
    assert _wrong(row) == [problem]


def test_one_wrong_row_leaves_none_and_every_wrong_row_is_told() -> None:
    rows = ["1,2,opened,2026-11-18,1.00", "2,3,open,2026-11-18,1.00", "1,2,Opened,2026-11-19,1.00"]
    assert _wrong("\n".join(rows)) == [
        "Line 3, state: The state is opened, won or lost.",
        "Line 4, case number: Case 1 is told as opened in line 2 already.",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The first line names no column ‘case number’."),
        ("payment,state\n1,won", "The first line names no column ‘case number’."),
        (f"{HEADING},state\n", "The first line names a column twice."),
        (HEADING, "The file has a heading and no row below it."),
        (f'{HEADING}\n"1,2', "a quote is never closed"),
        (b"PK\x03\x04\x00\x00", "Save the spreadsheet as CSV first."),
        (b"x" * (MAX_BYTES + 1), "larger than 1 MB"),
        (HEADING + "\n1,2,won,2026-11-18,1" * 2_001, "more than 2000 rows"),
    ],
)
def test_what_is_no_such_file_says_so(content: str | bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFile) as told:
        _read(content)
    assert sentence in told.value.sentence


def test_a_card_number_in_a_reason_is_not_kept() -> None:
    found = _read(f"{HEADING}\n1,2,won,2026-11-18,1.00,,card 4012000098765439 says no")
    assert "4012000098765439" not in found.disputes[0].reason


def test_bytes_of_another_code_page_are_read_not_refused() -> None:
    found = _read(f"{HEADING}\n1,2,won,2026-11-18,1.00,,Caf".encode() + b"\xe9")
    assert found.disputes[0].reason == "Café"
