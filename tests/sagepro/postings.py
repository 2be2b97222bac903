"""Posting requests for tests, in as few words as a test needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.canonical.money import Money
from integrations.canonical.posting import (
    Application,
    JournalLine,
    PostingKind,
    PostingRequest,
    marker_for,
)
from tests.sagepro.companies import TODAY

CLEARING, RECEIVABLES = "1105-00", "1200-00"


def receipt(
    key: str = "sale-1",
    amount: str = "740.00",
    *,
    invoices: Mapping[str, str] | None = None,
    discounts: Mapping[str, str] | None = None,
    customer: str = "ACME01",
    currency: str = "USD",
    day: date = TODAY,
    fields: Mapping[str, str] | None = None,
    account: str = CLEARING,
    marker: str = "",
) -> PostingRequest:
    """A receipt on invoice 10432 of ACME01, which has 740.00 open, unless told otherwise."""
    paid = {"10432": amount} if invoices is None else invoices
    given = discounts or {}
    parts = tuple(
        Application(number, Decimal(part), Decimal(given.get(number, "0")))
        for number, part in paid.items()
    )
    return PostingRequest(
        effect_key=key,
        marker=marker or marker_for(key),
        kind=PostingKind.RECEIPT,
        customer_number=customer,
        amount=Money(Decimal(amount), currency),
        accounting_date=day,
        applications=parts,
        journal=_journal(amount, discounts=given, debit=account),
        fields=fields or {},
    )


def on_account(
    key: str = "account-1", amount: str = "50.00", *, customer: str = "ACME01"
) -> PostingRequest:
    return PostingRequest(
        effect_key=key,
        marker=marker_for(key),
        kind=PostingKind.ON_ACCOUNT,
        customer_number=customer,
        amount=Money(Decimal(amount), "USD"),
        accounting_date=TODAY,
        journal=_journal(amount),
    )


def reversal(
    key: str = "refund-1",
    amount: str = "740.00",
    *,
    of: str = "sale-1",
    invoices: Mapping[str, str] | None = None,
    customer: str = "ACME01",
) -> PostingRequest:
    value = Decimal(amount)
    return PostingRequest(
        effect_key=key,
        marker=marker_for(key),
        kind=PostingKind.REVERSAL,
        customer_number=customer,
        amount=Money(value, "USD"),
        accounting_date=TODAY,
        applications=tuple(
            Application(number, Decimal(part)) for number, part in (invoices or {}).items()
        ),
        journal=(
            JournalLine(RECEIVABLES, value, Decimal(0)),
            JournalLine(CLEARING, Decimal(0), value),
        ),
        reverses=of,
        reverses_marker=marker_for(of),
    )


def application(
    key: str = "apply-1",
    amount: str = "150.00",
    *,
    invoices: Mapping[str, str] | None = None,
    credit: str = "OC00017",
    customer: str = "ZENITH",
    journal: tuple[JournalLine, ...] = (),
) -> PostingRequest:
    """The open credit of ZENITH, 150.00, applied to its invoice 10244."""
    return PostingRequest(
        effect_key=key,
        marker=marker_for(key),
        kind=PostingKind.APPLICATION,
        customer_number=customer,
        amount=Money(Decimal(amount), "USD"),
        accounting_date=TODAY,
        applications=tuple(
            Application(number, Decimal(part))
            for number, part in (invoices or {"10244": amount}).items()
        ),
        journal=journal,
        credit_number=credit,
    )


def journal(
    key: str = "batch-1",
    kind: PostingKind = PostingKind.SETTLEMENT,
    *,
    debited: Mapping[str, str],
    credited: Mapping[str, str],
    of: str = "",
) -> PostingRequest:
    """A posting that is a journal alone."""
    zero = Decimal(0)
    lines = [JournalLine(account, Decimal(text), zero) for account, text in debited.items()]
    lines += [JournalLine(account, zero, Decimal(text)) for account, text in credited.items()]
    return PostingRequest(
        effect_key=key,
        marker=marker_for(key),
        kind=kind,
        customer_number="",
        amount=Money(sum((line.debit for line in lines), zero), "USD"),
        accounting_date=TODAY,
        journal=tuple(lines),
        reverses=of,
        reverses_marker=marker_for(of) if of else "",
    )


def chargeback(
    key: str = "dispute-1", amount: str = "740.00", fee: str = "25.00", *, of: str = "sale-1"
) -> PostingRequest:
    """A reversal, and the bank's fee out of the bank account."""
    taken, zero = reversal(key, amount, of=of), Decimal(0)
    fees = (
        JournalLine("6100-00", Decimal(fee), zero),
        JournalLine("1010-00", zero, Decimal(fee)),
    )
    return replace(
        taken,
        kind=PostingKind.CHARGEBACK,
        fee=Decimal(fee),
        journal=(*taken.journal, *fees),
    )


def _journal(
    amount: str, *, discounts: Mapping[str, str] | None = None, debit: str = CLEARING
) -> tuple[JournalLine, ...]:
    value, zero = Decimal(amount), Decimal(0)
    given = sum((Decimal(text) for text in (discounts or {}).values()), zero)
    taken = (JournalLine("4200-00", given, zero),) if given else ()
    return (JournalLine(debit, value, zero), *taken, JournalLine(RECEIVABLES, zero, value + given))
