"""What was keyed is known again: by its reference, or by likeness if it is the only one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.canonical.keyed import GLLine, KeyedAnswer
from integrations.canonical.ledger_documents import Receipt
from integrations.canonical.money import Money
from integrations.canonical.posting import Application, JournalLine, PostingKind, PostingRequest
from integrations.matching.keyed import Keyed, NotKeyed, find_keyed

DAY = date(2026, 11, 20)
REQUEST = PostingRequest(
    effect_key="paytrace:a:1:sale:1",
    marker="PT0000000A",
    kind=PostingKind.RECEIPT,
    customer_number="ACME01",
    amount=Money(Decimal("740.00"), "USD"),
    accounting_date=DAY,
    applications=(
        Application("10432", Decimal("700.00")),
        Application("10433", Decimal("40.00"), Decimal("2.00")),
    ),
)
FIRST = Receipt(
    key="arcash:1", invoice_number="10432", customer_number="ACME01", paid_date=DAY,
    amount=Decimal("700.00"), discount=Decimal(0), currency="USD", reference="PT0000000A",
)  # fmt: skip
SECOND = replace(
    FIRST, key="arcash:2", invoice_number="10433", amount=Decimal("40.00"), discount=Decimal("2.00")
)


def _find(
    *marked: Receipt, alike: tuple[Receipt, ...] = (), taken: frozenset[str] = frozenset()
) -> Keyed | NotKeyed:
    return find_keyed(REQUEST, KeyedAnswer(marked, alike=alike), is_said=bool(alike), taken=taken)


def _wrong(sentence: str, *, is_part: bool = False) -> NotKeyed:
    return NotKeyed(f"{sentence} Correct it in Sage.", stands_wrong=True, is_part=is_part)


def _missing(sentence: str) -> NotKeyed:
    return NotKeyed(sentence, is_part=True)


def test_receipts_with_the_reference_are_the_posting() -> None:
    assert _find(FIRST, SECOND) == Keyed((FIRST, SECOND), "It carries the reference.")


def test_a_wrong_amount_is_told_and_not_believed() -> None:
    wrong = replace(FIRST, amount=Decimal("70.00"))
    assert _find(wrong, SECOND) == _wrong(
        "PT0000000A: 700.00 on invoice 10432 is missing; "
        "70.00 on invoice 10432 does not belong to it."
    )


def test_half_of_a_split_receipt_is_not_the_receipt() -> None:
    assert _find(FIRST) == _wrong("PT0000000A: 40.00 on invoice 10433 is missing.", is_part=True)


def test_another_currency_or_customer_is_not_believed() -> None:
    assert _find(replace(FIRST, currency="CAD"), SECOND) == _wrong(
        "The receipt PT0000000A is not in USD."
    )
    assert _find(replace(FIRST, customer_number="ADLER1"), SECOND) == _wrong(
        "PT0000000A stands under customer ADLER1 and should be ACME01's."
    )


def test_without_the_reference_one_alike_on_each_invoice_will_do() -> None:
    plain = (replace(FIRST, reference="CHK 1"), replace(SECOND, reference=""))
    assert _find(alike=plain) == Keyed(
        plain, "Invoice, amount and date are the same, and only one receipt is."
    )


def test_likeness_counts_only_once_a_person_has_said_so() -> None:
    seen = KeyedAnswer(alike=(FIRST, SECOND))
    assert find_keyed(REQUEST, seen, is_said=False, taken=set()) == _missing(
        "No receipt with the reference PT0000000A is in Sage yet."
    )
    assert find_keyed(REQUEST, KeyedAnswer(), is_said=True, taken=set()) == _missing(
        "No receipt of 700.00 USD on invoice 10432 is in Sage yet."
    )


def test_two_alike_are_a_question() -> None:
    twin = replace(FIRST, key="arcash:9", reference="")
    assert _find(alike=(FIRST, twin, SECOND)) == _missing(
        "2 receipts of 700.00 USD stand on invoice 10432. "
        "Type PT0000000A as the reference of the right one."
    )


def test_one_that_belongs_to_another_posting_or_day_is_not_taken() -> None:
    missing = _missing("No receipt of 700.00 USD on invoice 10432 is in Sage yet.")
    assert _find(alike=(FIRST, SECOND), taken=frozenset({"arcash:1"})) == missing
    assert _find(alike=(replace(FIRST, paid_date=date(2026, 11, 10)), SECOND)) == missing


def test_a_reversal_and_a_payment_on_account_are_known_by_reference_only() -> None:
    back = replace(REQUEST, kind=PostingKind.REVERSAL, applications=())
    taken_back = replace(FIRST, amount=Decimal("-740.00"))
    assert find_keyed(back, KeyedAnswer(alike=(taken_back,)), is_said=True, taken=set()) == (
        _missing("No receipt with the reference PT0000000A is in Sage yet.")
    )
    assert find_keyed(back, KeyedAnswer((taken_back,)), is_said=True, taken=set()) == (
        Keyed((taken_back,), "It carries the reference.")
    )
    assert find_keyed(back, KeyedAnswer((FIRST,)), is_said=True, taken=set()) == _wrong(
        "PT0000000A adds up to 700.00 in Sage and should be -740.00."
    )


def test_what_takes_a_chargeback_back_is_above_zero() -> None:
    won = replace(REQUEST, kind=PostingKind.REVERSAL, applications=())
    paid = replace(FIRST, amount=Decimal("740.00"))
    assert find_keyed(won, KeyedAnswer((paid,), pays_again=True), is_said=True, taken=set()) == (
        Keyed((paid,), "It carries the reference.")
    )
    again = replace(paid, amount=Decimal("-740.00"))
    assert find_keyed(
        won, KeyedAnswer((again,), pays_again=True), is_said=True, taken=set()
    ) == _wrong("PT0000000A adds up to -740.00 in Sage and should be 740.00.")


def _gl(account: str, amount: str, day: date = DAY) -> GLLine:
    return GLLine(account, Decimal(amount), day, "10432")


def test_the_fee_of_a_chargeback_is_looked_for_in_the_ledger() -> None:
    """Its own lines, under the document or the reference, apart or as one with what is taken."""
    zero = Decimal(0)
    asked = replace(
        REQUEST,
        kind=PostingKind.CHARGEBACK,
        applications=(Application("10432", Decimal("740.00")),),
        reverses="paytrace:a:1:sale:1",
        fee=Decimal("25.00"),
        journal=(
            JournalLine("1200-00", Decimal("740.00"), zero),
            JournalLine("1010-00", zero, Decimal("740.00")),
            JournalLine("6100-00", Decimal("25.00"), zero),
            JournalLine("1010-00", zero, Decimal("25.00")),
        ),
    )
    back = replace(FIRST, amount=Decimal("-740.00"))

    def found(*lines: GLLine) -> Keyed | NotKeyed:
        return find_keyed(asked, KeyedAnswer((back,), lines), is_said=True, taken=frozenset())

    known = Keyed((back,), "It carries the reference.")
    fee, taken, paid = _gl("6100-00", "25"), _gl("1010-00", "-740"), _gl("1010-00", "-25.00")
    assert found(fee, taken, paid) == known
    assert found(fee, _gl("1010-00", "-765"), _gl("1200-00", "740")) == known
    assert found(taken, paid) == _wrong(
        "PT0000000A: 25.00 on GL account 6100-00 is missing for its fee, dated November 20, 2026.",
        is_part=True,
    )
    told = _wrong(
        "PT0000000A: -740.00 and -25.00 on GL account 1010-00 is missing for its fee, dated "
        "November 20, 2026.",
        is_part=True,
    )
    assert found(fee, taken) == told
    assert found(fee, taken, _gl("1010-00", "-25", date(2026, 11, 21))) == told


def test_what_is_left_over_stands_under_whatever_number_sage_gave() -> None:
    more = replace(REQUEST, amount=Money(Decimal("800.00"), "USD"))
    rest = replace(FIRST, key="arcash:3", invoice_number="OC00099", amount=Decimal("60.00"))
    assert find_keyed(more, KeyedAnswer((FIRST, SECOND, rest)), is_said=True, taken=set()) == Keyed(
        (FIRST, SECOND, rest), "It carries the reference."
    )
    assert find_keyed(more, KeyedAnswer((FIRST, SECOND)), is_said=True, taken=set()) == _wrong(
        "PT0000000A: 60.00 on account is missing.", is_part=True
    )


JOURNAL = replace(
    REQUEST,
    kind=PostingKind.SETTLEMENT,
    customer_number="",
    applications=(),
    journal=(
        JournalLine("1010-00", Decimal("970.00"), Decimal(0)),
        JournalLine("6100-00", Decimal("30.00"), Decimal(0)),
        JournalLine("1105-00", Decimal(0), Decimal("1000.00")),
    ),
    amount=Money(Decimal("1000.00"), "USD"),
)
LINES = tuple(
    GLLine(account, Decimal(amount), DAY, "PT0000000A")
    for account, amount in (("1010-00", "970"), ("1105-00", "-1000"), ("6100-00", "30"))
)


def _entry(*lines: GLLine) -> Keyed | NotKeyed:
    return find_keyed(JOURNAL, KeyedAnswer(lines=lines), is_said=True, taken=set())


def test_a_journal_is_known_by_reference_accounts_amounts_and_date() -> None:
    assert _entry(*LINES) == Keyed(
        (), "It carries the reference, and accounts, amounts and date are the same.", LINES
    )
    assert _entry() == _missing("No GL entry with the reference PT0000000A is in Sage yet.")


def test_a_journal_that_is_other_or_twice_is_told_and_not_believed() -> None:
    meant = "it should be debit 1010-00 970.00, credit 1105-00 1,000.00, debit 6100-00 30.00."
    assert _entry(*LINES[:2]) == _wrong(
        f"PT0000000A stands in Sage as debit 1010-00 970.00, credit 1105-00 1,000.00; {meant}"
    )
    assert _entry(*LINES, *LINES) == _wrong(
        "PT0000000A stands in Sage as debit 1010-00 1,940.00, credit 1105-00 2,000.00, "
        f"debit 6100-00 60.00; {meant}"
    )
    late = [replace(line, day=date(2026, 11, 21)) for line in LINES]
    assert _entry(*late) == _wrong(
        "PT0000000A stands under November 21, 2026 and should be of November 20, 2026."
    )
