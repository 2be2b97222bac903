"""Account: the accounting date, and a balanced journal with a reason on every line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from integrations.accounting.dates import PeriodState, accounting_date, period_for
from integrations.accounting.journal import Journal, journal_for, reverse
from integrations.accounting.templates import JournalKind
from integrations.canonical.posting import PostingKind
from integrations.canonical.problems import Problem
from integrations.workflows.subject import Draft, NeedsPerson, StepResult, Subject, Verdict, Waits

_KINDS = {
    PostingKind.RECEIPT: JournalKind.RECEIPT,
    PostingKind.ON_ACCOUNT: JournalKind.ON_ACCOUNT,
}


def run(subject: Subject, draft: Draft, settings: Mapping[str, Any]) -> StepResult:
    """Choose the accounts by rule, or take back the very accounts that were posted."""
    del settings
    day = accounting_date(subject.happened_at, zone=subject.zone, cut_off=subject.cut_off)
    dated = replace(draft, accounting_date=day)
    period = period_for(day, periods=subject.periods)
    if period.state is not PeriodState.OPEN:
        verdict = Waits("waiting_period", "period_closed", f"{period.why} It waits; nothing moves.")
        return _result(verdict.sentence, dated.ended(verdict), (period.why,))
    journal = _journal(subject, dated, day)
    if journal.problems:
        return _problem(journal, dated, period.why, takes_back=subject.parent is not None)
    entered = replace(dated, journal=journal.lines)
    reasons = tuple(line.reason for line in journal.lines)
    return _result(journal.why, entered, (period.why, *reasons))


def _journal(subject: Subject, draft: Draft, day: date) -> Journal:
    memo = f"PayTrace {subject.transaction.transaction_id}"
    parent = subject.parent
    if parent is not None:
        try:
            return reverse(
                parent.journal,
                amount=subject.amount,
                earlier=parent.earlier_reversals,
                memo=memo,
                because=parent.sentence,
            )
        except ValueError as error:
            problem = Problem("amount", str(error), remedy="Compare with the earlier refunds.")
            return Journal((), "", (problem,))
    return journal_for(
        _KINDS[draft.posting or PostingKind.RECEIPT],
        subject.amount,
        method=subject.transaction.method,
        record=subject.record,
        rules=subject.rules,
        accounts=subject.accounts,
        on=day,
        memo=memo,
    )


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
