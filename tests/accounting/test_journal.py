from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.accounting.journal import Journal, combine, journal_for, reverse
from integrations.accounting.rules import AccountRole, GLRule
from integrations.accounting.templates import JournalKind
from integrations.canonical.money import Money, round_to
from integrations.canonical.posting import JournalLine
from integrations.canonical.transactions import PaymentMethod
from tests.accounting.chart import ACCOUNTS, DEFAULTS
from tests.canonical.payments import usd

ZERO = Decimal(0)
DAY = date(2026, 11, 20)


def made(
    kind: JournalKind,
    amount: Money,
    *,
    method: PaymentMethod = PaymentMethod.CARD,
    rules: tuple[GLRule, ...] = DEFAULTS,
) -> Journal:
    return journal_for(
        kind, amount, method=method, record={}, rules=rules, accounts=ACCOUNTS, on=DAY, memo="m"
    )


def test_a_receipt_debits_clearing_and_credits_receivables_and_says_why() -> None:
    assert made(JournalKind.RECEIPT, usd("740.00")) == Journal(
        lines=(
            JournalLine(
                "1010",
                Decimal("740.00"),
                ZERO,
                "m",
                "Card clearing. By rule ‘Default card_clearing’: Card clearing is 1010.",
            ),
            JournalLine(
                "1200",
                ZERO,
                Decimal("740.00"),
                "m",
                "Accounts receivable. By rule ‘Default receivables’: Accounts receivable is 1200.",
            ),
        ),
        why="A payment clears what the customer owes.",
    )


@pytest.mark.parametrize(
    ("kind", "method", "debit", "credit"),
    [
        ("receipt", "card", "1010", "1200"),
        ("receipt", "ach", "1012", "1200"),
        ("on_account", "card", "1010", "2300"),
        ("on_account", "ach", "1012", "2300"),
        ("settlement", "card", "1000", "1010"),
        ("settlement", "ach", "1000", "1012"),
        ("fee", "card", "6100", "1000"),
        ("settlement_fee", "card", "6100", "1010"),
        ("chargeback_opened", "card", "1250", "1010"),
        ("chargeback_won", "card", "1010", "1250"),
        ("chargeback_lost", "card", "6200", "1250"),
        ("refund_without_sale", "card", "4900", "1010"),
        ("ach_return", "ach", "1200", "1012"),
        ("surcharge", "card", "1010", "4950"),
    ],
)
def test_each_event_has_its_accounts(kind: str, method: str, debit: str, credit: str) -> None:
    journal = made(JournalKind(kind), usd("1.00"), method=PaymentMethod(method))
    assert [(line.account, line.debit, line.credit) for line in journal.lines] == [
        (debit, Decimal("1.00"), ZERO),
        (credit, ZERO, Decimal("1.00")),
    ]


def test_without_an_account_there_are_no_lines_at_all() -> None:
    only_clearing = tuple(rule for rule in DEFAULTS if rule.role is AccountRole.CARD_CLEARING)
    journal = made(JournalKind.RECEIPT, usd("1.00"), rules=only_clearing)
    assert journal.lines == ()
    assert [problem.field for problem in journal.problems] == ["receivables"]


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_a_journal_of_nothing_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        made(JournalKind.RECEIPT, usd(amount))


def test_a_payment_and_its_surcharge_are_one_entry() -> None:
    both = combine(
        [made(JournalKind.RECEIPT, usd("100.00")), made(JournalKind.SURCHARGE, usd("3.00"))]
    )
    assert [(line.account, line.debit - line.credit) for line in both.lines] == [
        ("1010", Decimal(100)),
        ("1200", Decimal(-100)),
        ("1010", Decimal(3)),
        ("4950", Decimal(-3)),
    ]
    assert both.why == "A payment clears what the customer owes. The customer paid a surcharge."
    assert combine([both, made(JournalKind.FEE, usd("1.00"), rules=())]).lines == ()


def debit(account: str, amount: str) -> JournalLine:
    return JournalLine(account, Decimal(amount), ZERO, "sale")


def credit(account: str, amount: str) -> JournalLine:
    return JournalLine(account, ZERO, Decimal(amount), "sale")


SALE = (debit("1010", "10.00"), credit("1200", "6.67"), credit("4950", "3.33"))


def test_a_full_reversal_turns_every_line_round_and_says_why() -> None:
    journal = reverse(SALE, amount=usd("10.00"), memo="void", because="voided in PayTrace.")
    why = "Takes back what was posted to {}: voided in PayTrace."
    assert journal == Journal(
        lines=(
            JournalLine("1010", ZERO, Decimal("10.00"), "void", why.replace("{}", "1010")),
            JournalLine("1200", Decimal("6.67"), ZERO, "void", why.replace("{}", "1200")),
            JournalLine("4950", Decimal("3.33"), ZERO, "void", why.replace("{}", "4950")),
        ),
        why="voided in PayTrace.",
    )


def test_a_part_is_taken_in_proportion_to_the_cent() -> None:
    journal = reverse(SALE, amount=usd("5.00"), because="refund.")
    assert [(line.account, line.debit, line.credit) for line in journal.lines] == [
        ("1010", ZERO, Decimal("5.00")),
        ("1200", Decimal("3.34"), ZERO),
        ("4950", Decimal("1.66"), ZERO),
    ]


@pytest.mark.parametrize(
    ("original", "earlier", "amount", "message"),
    [
        (SALE, (), "10.01", "Only 10.00 USD of this posting is left to reverse, not 10.01 USD"),
        (SALE, (), "0.00", "above zero"),
        ((), (), "1.00", "Only 0.00 USD of this posting is left"),
        (SALE[:2], (), "1.00", "does not balance"),
        (SALE, (debit("9999", "1.00"),), "1.00", "not of this posting"),
        (SALE, (debit("1200", "7.00"),), "1.00", "not of this posting"),
        ((debit("1", "1.005"), credit("2", "1.005")), (), "1.00", "not in whole cents"),
    ],
)
def test_what_cannot_be_reversed_is_refused(
    original: tuple[JournalLine, ...],
    earlier: tuple[JournalLine, ...],
    amount: str,
    message: str,
) -> None:
    with pytest.raises(ValueError, match=message):
        reverse(original, amount=usd(amount), earlier=earlier, because="refund.")


CURRENCIES = st.sampled_from([("USD", 2), ("JPY", 0), ("KWD", 3)])


@st.composite
def _postings(draw: st.DrawFn) -> tuple[tuple[JournalLine, ...], str, int, int]:
    """A balanced posting over several accounts, its currency, its decimals, its total in cents."""
    currency, places = draw(CURRENCIES)
    parts = draw(st.lists(st.integers(1, 10**11), min_size=1, max_size=5))
    total = sum(parts)
    cuts = draw(st.sets(st.integers(1, total - 1), max_size=4)) if total > 1 else set()
    edges = [0, *sorted(cuts), total]
    others = [high - low for low, high in itertools.pairwise(edges)]
    accounts = st.sampled_from(["1", "2", "3"])
    lines = [
        JournalLine(draw(accounts), Decimal(cents).scaleb(-places), ZERO) for cents in parts
    ] + [JournalLine(draw(accounts), ZERO, Decimal(cents).scaleb(-places)) for cents in others]
    return tuple(lines), currency, places, total


def net(lines: tuple[JournalLine, ...]) -> dict[str, Decimal]:
    left: dict[str, Decimal] = {}
    for line in lines:
        left[line.account] = left.get(line.account, ZERO) + line.debit - line.credit
    return {account: amount for account, amount in left.items() if amount}


@given(posting=_postings(), data=st.data())
def test_reversals_one_after_another_sum_exactly_to_the_original(
    posting: tuple[tuple[JournalLine, ...], str, int, int], data: st.DataObject
) -> None:
    original, currency, places, total = posting
    earlier: tuple[JournalLine, ...] = ()
    left = total
    while left:
        cents = left if len(earlier) > 20 else data.draw(st.integers(1, left))
        amount = Money(Decimal(cents).scaleb(-places), currency)
        journal = reverse(original, amount=amount, earlier=earlier, because="refund.")
        assert journal == reverse(original, amount=amount, earlier=earlier, because="refund.")
        assert sum(line.debit for line in journal.lines) == amount.amount
        assert sum(line.credit for line in journal.lines) == amount.amount
        for line in journal.lines:
            assert round_to(line.debit + line.credit, currency) == line.debit + line.credit
        earlier += journal.lines
        left -= cents
    assert net(original + earlier) == {}
    with pytest.raises(ValueError, match="is left to reverse"):
        reverse(
            original,
            amount=Money(Decimal(1).scaleb(-places), currency),
            earlier=earlier,
            because="refund.",
        )


@given(
    kind=st.sampled_from(JournalKind),
    method=st.sampled_from(PaymentMethod),
    cents=st.integers(1, 10**13),
    currency=CURRENCIES,
)
def test_every_journal_balances_in_its_currency(
    kind: JournalKind, method: PaymentMethod, cents: int, currency: tuple[str, int]
) -> None:
    amount = Money(Decimal(cents).scaleb(-currency[1]) % Decimal(10**11) + 1, currency[0])
    journal = made(kind, amount, method=method)
    assert sum(line.debit for line in journal.lines) == amount.amount
    assert sum(line.credit for line in journal.lines) == amount.amount
    assert journal.problems == ()
    assert all(line.reason for line in journal.lines)
    assert journal == made(kind, amount, method=method)
