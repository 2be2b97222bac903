"""The journal of a settled batch: every account gives up what was put on it, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.accounting.settlement import Books, journal_of
from integrations.canonical.transactions import PartKind, PaymentMethod
from integrations.matching.batches import Member
from tests.accounting.chart import ACCOUNTS, DEFAULTS
from tests.canonical.payments import usd

BOOKS = Books(rules=DEFAULTS, accounts=ACCOUNTS, on=date(2026, 11, 20))


def member(
    number: str, amount: str, *, is_refund: bool = False, booked: Mapping[str, str] | None = None
) -> Member:
    return Member(
        transaction_id=number,
        amount=usd(amount),
        kind=PartKind.REFUND if is_refund else PartKind.SALE,
        method=PaymentMethod.CARD,
        record={},
        booked={account: Decimal(sum_) for account, sum_ in (booked or {}).items()},
    )


def made(*members: Member, books: Books = BOOKS) -> list[tuple[str, str, str]]:
    journal = journal_of(members, batch={}, memo="PayTrace batch 571", books=books)
    assert journal.problems == ()
    return [(line.account, f"{line.debit:.2f}", f"{line.credit:.2f}") for line in journal.lines]


def test_each_payment_leaves_the_account_it_was_posted_to_whatever_the_rules_say_today() -> None:
    assert made(
        member("1", "740.00", booked={"1010": "740.00"}),
        member("2", "60.00", booked={"1011": "60.00"}),
        member("3", "40.00", is_refund=True, booked={"1010": "-40.00"}),
    ) == [("1000", "760.00", "0.00"), ("1010", "0.00", "700.00"), ("1011", "0.00", "60.00")]


def test_what_tieout_did_not_post_leaves_the_account_its_rule_names_and_says_so() -> None:
    paid = [member("1", "740.00", booked={"1010": "740.00"}), member("2", "55.00")]
    journal = journal_of(paid, batch={}, memo="m", books=BOOKS)
    assert [line.reason for line in journal.lines] == [
        "Bank. By rule ‘Default bank’: Bank is 1000.",
        (
            "Card clearing. 1 transaction of this batch posted there. 1 transaction of it did not"
            " post through Tieout. By rule ‘Default card_clearing’: Card clearing is 1010."
        ),
    ]
    assert made(*paid) == [("1000", "795.00", "0.00"), ("1010", "0.00", "795.00")]


def test_more_given_back_than_taken_leaves_the_bank() -> None:
    back = member("3", "40.00", is_refund=True, booked={"1010": "-40.00"})
    assert made(back) == [("1000", "0.00", "40.00"), ("1010", "40.00", "0.00")]


def test_a_batch_that_comes_to_nothing_moves_nothing_but_between_clearing_accounts() -> None:
    paid = member("1", "40.00", booked={"1010": "40.00"})
    same = member("2", "40.00", is_refund=True, booked={"1010": "-40.00"})
    other = member("2", "40.00", is_refund=True, booked={"1011": "-40.00"})
    assert made(paid, same) == []
    assert made(paid, other) == [("1010", "0.00", "40.00"), ("1011", "40.00", "0.00")]


def test_fees_kept_back_are_an_expense_and_the_bank_has_what_is_left() -> None:
    paid = [member("1", "740.00", booked={"1012": "740.00"})]
    kept = journal_of(paid, batch={}, memo="m", books=BOOKS, fees=Decimal("1.85"))
    assert [(one.account, f"{one.debit:.2f}", f"{one.credit:.2f}") for one in kept.lines] == [
        ("1000", "738.15", "0.00"),
        ("6100", "1.85", "0.00"),
        ("1012", "0.00", "740.00"),
    ]
    bare = Books(rules=[r for r in DEFAULTS if r.account != "6100"], accounts=ACCOUNTS, on=BOOKS.on)
    missing = journal_of(paid, batch={}, memo="m", books=bare, fees=Decimal("1.85"))
    assert [one.sentence for one in missing.problems] == [
        "No GL rule gives an account for Merchant fees."
    ]


def test_a_bank_payment_leaves_ach_clearing() -> None:
    paid = replace(member("1", "5.00"), method=PaymentMethod.ACH)
    journal = journal_of([paid], batch={}, memo="m", books=BOOKS)
    assert journal.lines[1].reason.startswith("ACH clearing. 1 transaction of it did not post")


def test_without_a_rule_there_are_no_lines_and_the_problem_names_the_account() -> None:
    bare = Books(rules=(), accounts=ACCOUNTS, on=BOOKS.on)
    journal = journal_of([member("1", "5.00")], batch={}, memo="m", books=bare)
    assert journal.lines == ()
    assert [one.sentence for one in journal.problems] == [
        "No GL rule gives an account for Card clearing."
    ]
