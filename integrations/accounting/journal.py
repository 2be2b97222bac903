"""Balanced journals: built from templates and rules, or by reversing what was posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.accounting.rules import ROLE_LABELS, GLRule, Resolution, resolve
from integrations.accounting.templates import TEMPLATES, JournalKind, roles_of
from integrations.canonical.fields import PAYMENT_FIELDS, FieldSpec, Record
from integrations.canonical.ledger_documents import GLAccount
from integrations.canonical.money import Money, exponent, round_to
from integrations.canonical.posting import JournalLine
from integrations.canonical.problems import Problem
from integrations.canonical.transactions import PaymentMethod


@dataclass(frozen=True)
class Journal:
    """Balanced lines and why; or no lines, and the problems that stand instead."""

    lines: tuple[JournalLine, ...]
    why: str
    problems: tuple[Problem, ...] = ()


def journal_for(
    kind: JournalKind,
    amount: Money,
    *,
    method: PaymentMethod,
    record: Record,
    rules: Sequence[GLRule],
    accounts: Sequence[GLAccount],
    on: date,
    memo: str = "",
    fields: Sequence[FieldSpec] = PAYMENT_FIELDS,
) -> Journal:
    """The template of `kind` for `amount` (above zero), its accounts chosen by the rules.

    Raises ValueError when the amount is not above zero.
    """
    if amount.amount <= 0:
        raise ValueError("A journal has an amount above zero")
    debit, credit = (
        resolve(role, record, rules=rules, accounts=accounts, on=on, fields=fields)
        for role in roles_of(kind, method=method)
    )
    why = TEMPLATES[kind].words
    problems = tuple(side.problem for side in (debit, credit) if side.problem)
    if problems:
        return Journal((), why, problems)
    nothing = Decimal(0)
    lines = (
        JournalLine(debit.account, amount.amount, nothing, memo, _reason(debit)),
        JournalLine(credit.account, nothing, amount.amount, memo, _reason(credit)),
    )
    return Journal(lines, why)


def combine(journals: Sequence[Journal]) -> Journal:
    """Several journals of one event as one entry, such as a payment and its surcharge."""
    problems = tuple(problem for journal in journals for problem in journal.problems)
    why = " ".join(dict.fromkeys(journal.why for journal in journals))
    if problems:
        return Journal((), why, problems)
    return Journal(tuple(line for journal in journals for line in journal.lines), why)


def reverse(
    original: Sequence[JournalLine],
    *,
    amount: Money,
    earlier: Sequence[JournalLine] = (),
    memo: str = "",
    because: str,
) -> Journal:
    """Take back `amount` of a posted journal, on the very accounts it was posted to.

    `earlier` holds the lines of every reversal of it so far. Each account gives back its share
    of what is left on it, in whole cents, so reversals one after another sum exactly to the
    original. Raises ValueError when less than `amount` is left, or the lines do not belong
    together.
    """
    if amount.amount <= 0:
        raise ValueError("A reversal has an amount above zero")
    left = _left(original, earlier=earlier, currency=amount.currency)
    lines: list[JournalLine] = []
    for is_debit in (True, False):
        side = {account: part for (debited, account), part in left.items() if debited is is_debit}
        for account, part in _allocate(amount, side).items():
            reason = f"Takes back what was posted to {account}: {because}"
            lines.append(_line(account, part, is_debit=not is_debit, memo=memo, reason=reason))
    return Journal(tuple(lines), because)


def _reason(resolution: Resolution) -> str:
    return f"{ROLE_LABELS[resolution.role]}. {resolution.why}"


def _line(account: str, part: Decimal, *, is_debit: bool, memo: str, reason: str) -> JournalLine:
    nothing = Decimal(0)
    debit, credit = (part, nothing) if is_debit else (nothing, part)
    return JournalLine(account, debit, credit, memo, reason)


def _left(
    original: Sequence[JournalLine], *, earlier: Sequence[JournalLine], currency: str
) -> dict[tuple[bool, str], Decimal]:
    """What is left to take back, by side and account of the original, in posting order."""
    left: dict[tuple[bool, str], Decimal] = {}
    for line in original:
        side = (line.debit > 0, line.account)
        left[side] = left.get(side, Decimal(0)) + line.debit + line.credit
    for line in earlier:
        side = (line.credit > 0, line.account)
        left[side] = left.get(side, Decimal(0)) - line.debit - line.credit
    if any(part < 0 or part != round_to(part, currency) for part in left.values()):
        raise ValueError("The earlier reversals are not of this posting, or not in whole cents")
    if _side_total(left, is_debit=True) != _side_total(left, is_debit=False):
        raise ValueError("What is left of this posting does not balance")
    return left


def _side_total(left: Mapping[tuple[bool, str], Decimal], *, is_debit: bool) -> Decimal:
    return sum((part for (debited, _), part in left.items() if debited is is_debit), Decimal(0))


def _allocate(amount: Money, left: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """`amount` over accounts in proportion to what is left on each, no cent lost.

    Shares are rounded down and the missing cents go to the largest remainders, so no account
    ever gives back more than is left on it. Accounts that give back nothing are left out.
    """
    total = sum(left.values(), Decimal(0))
    if amount.amount > total:
        rest = Money(total, amount.currency)
        raise ValueError(f"Only {rest} of this posting is left to reverse, not {amount}")
    places = exponent(amount.currency)
    cents = {account: int(part.scaleb(places)) for account, part in left.items()}
    wanted, whole = int(amount.amount.scaleb(places)), int(total.scaleb(places))
    shares = {account: divmod(wanted * part, whole) for account, part in cents.items()}
    missing = wanted - sum(share for share, _ in shares.values())
    favoured = sorted(shares, key=lambda account: -shares[account][1])[:missing]
    given = {account: share + (account in favoured) for account, (share, _) in shares.items()}
    return {account: Decimal(part).scaleb(-places) for account, part in given.items() if part}
