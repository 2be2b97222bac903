"""Account: the accounting date, and a balanced journal with a reason on every line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.accounting.dates import PeriodState, accounting_date, period_for
from integrations.accounting.journal import Journal, combine, journal_for, reverse
from integrations.accounting.settlement import Books, journal_of
from integrations.accounting.templates import JournalKind
from integrations.canonical.effects import EffectKind
from integrations.canonical.money import Money
from integrations.canonical.posting import PostingKind
from integrations.canonical.problems import Problem
from integrations.workflows.subject import (
    Draft,
    NeedsPerson,
    Nothing,
    StepResult,
    Subject,
    Verdict,
    Waits,
)

# Of a chargeback with its fee, these stand last: what the fee is debited and credited to.
FEE_LINES = 2

_KINDS = {
    PostingKind.RECEIPT: JournalKind.RECEIPT,
    PostingKind.ON_ACCOUNT: JournalKind.ON_ACCOUNT,
    PostingKind.FEE: JournalKind.FEE,
}


def run(subject: Subject, draft: Draft, settings: Mapping[str, Any]) -> StepResult:
    """Choose the accounts by rule, or take back the very accounts that were posted."""
    del settings
    day = _day(subject)
    dated = replace(draft, accounting_date=day)
    period = period_for(day, periods=subject.periods)
    if period.state is not PeriodState.OPEN:
        verdict = Waits("waiting_period", "period_closed", f"{period.why} It waits; nothing moves.")
        return _result(verdict.sentence, dated.ended(verdict), (period.why,))
    journal = _journal(subject, dated, day)
    if journal.problems:
        return _problem(journal, dated, period.why, takes_back=subject.parent is not None)
    if subject.batch is not None:
        return _settled(journal, dated, period.why, currency=subject.amount.currency)
    entered, journal = _with_fee(subject, replace(dated, journal=journal.lines), journal)
    reasons = tuple(line.reason for line in journal.lines)
    return _result(journal.why, entered, (period.why, *reasons))


def _day(subject: Subject) -> date:
    """A batch is booked on the day it settled, whatever hour the books are closed at."""
    if subject.batch is not None:
        return subject.batch.settled_on
    return accounting_date(subject.happened_at, zone=subject.zone, cut_off=subject.cut_off)


def _settled(journal: Journal, draft: Draft, period: str, *, currency: str) -> StepResult:
    """What a batch moves is what its journal debits; of one that comes to nothing, nothing."""
    if not journal.lines:
        verdict = Nothing("nothing_moves", "It comes to nothing, so there is nothing to post.")
        return _result(verdict.sentence, draft.ended(verdict), (period, verdict.sentence))
    moves = Money(sum((line.debit for line in journal.lines), Decimal(0)), currency)
    reasons = tuple(line.reason for line in journal.lines)
    entered = replace(draft, journal=journal.lines, moves=moves)
    return _result(journal.why, entered, (period, *reasons))


def _with_fee(subject: Subject, draft: Draft, journal: Journal) -> tuple[Draft, Journal]:
    """A chargeback and its fee in one entry, where the company books them so and both are known.

    A fee that no GL rule gives an account for never holds the chargeback up: it waits alone.
    """
    fee = subject.beside
    if subject.kind is not EffectKind.CHARGEBACK or fee is None or not fee.is_free:
        return draft, journal
    if PostingKind.CHARGEBACK not in subject.kinds or draft.accounting_date is None:
        return draft, journal
    charged = _by_rules(JournalKind.FEE, fee.amount, subject, draft.accounting_date)
    if charged.problems:
        return draft, journal
    both = combine([journal, charged])
    as_one = replace(
        draft, posting=PostingKind.CHARGEBACK, journal=both.lines, fee=fee.amount.amount
    )
    return as_one, both


def _journal(subject: Subject, draft: Draft, day: date) -> Journal:
    if subject.batch is not None:
        books = Books(rules=subject.rules, accounts=subject.accounts, on=day)
        batch, fees = subject.batch, subject.batch.told.fees
        return journal_of(
            batch.members,
            batch=subject.record,
            memo=f"PayTrace {batch.noun} {batch.number}",
            books=books,
            fees=fees.amount if fees is not None else Decimal(0),
        )
    parent = subject.parent
    if parent is not None:
        try:
            return reverse(
                parent.journal,
                amount=subject.amount,
                earlier=parent.earlier_reversals,
                memo=_memo(subject),
                because=parent.sentence,
            )
        except ValueError as error:
            problem = Problem("amount", str(error), remedy="Compare with the earlier refunds.")
            return Journal((), "", (problem,))
    return _by_rules(_KINDS[draft.posting or PostingKind.RECEIPT], subject.amount, subject, day)


def _by_rules(kind: JournalKind, amount: Money, subject: Subject, day: date) -> Journal:
    return journal_for(
        kind,
        amount,
        method=subject.transaction.method,
        record=subject.record,
        rules=subject.rules,
        accounts=subject.accounts,
        on=day,
        memo=_memo(subject),
    )


def _memo(subject: Subject) -> str:
    return f"PayTrace {subject.transaction.transaction_id}"


def _problem(journal: Journal, draft: Draft, period: str, *, takes_back: bool) -> StepResult:
    first = journal.problems[0]
    verdict: Verdict
    if takes_back:
        verdict = NeedsPerson("over_reversed", first.sentence, first.field, first.remedy)
    else:
        sentence = f"{first.sentence} {first.remedy}".strip()
        verdict = Waits("waiting_mapping", "account_missing", sentence)
    return _result(first.sentence, draft.ended(verdict), (period, first.sentence))


def _result(sentence: str, draft: Draft, trace: tuple[str, ...]) -> StepResult:
    return StepResult(
        step="account",
        sentence=sentence,
        draft=draft,
        trace=trace,
        output={
            "accounting_date": draft.accounting_date.isoformat() if draft.accounting_date else "",
            "journal": [
                [line.account, f"{line.debit:.2f}", f"{line.credit:.2f}"] for line in draft.journal
            ],
        },
    )
