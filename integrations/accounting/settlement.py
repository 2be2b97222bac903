"""The journal of a settled batch: what its transactions left on clearing goes to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from integrations.accounting.journal import Journal
from integrations.accounting.rules import ROLE_LABELS, AccountRole, GLRule, Resolution, resolve
from integrations.accounting.templates import TEMPLATES, JournalKind, roles_of
from integrations.canonical.fields import Record
from integrations.canonical.ledger_documents import GLAccount
from integrations.canonical.posting import JournalLine
from integrations.canonical.problems import Problem
from integrations.matching.batches import Member

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Books:
    """The rules and accounts a journal is made by, on one accounting date."""

    rules: Sequence[GLRule]
    accounts: Sequence[GLAccount]
    on: date

    def resolve(self, role: AccountRole, record: Record) -> Resolution:
        return resolve(role, record, rules=self.rules, accounts=self.accounts, on=self.on)


@dataclass
class _Cleared:
    """What leaves one clearing account, and why it is that account."""

    role: AccountRole
    amount: Decimal = _NOTHING
    posted: int = 0
    by_rule: int = 0
    whys: list[str] = field(default_factory=list)


def journal_of(
    members: Sequence[Member], *, batch: Record, memo: str, books: Books, fees: Decimal = _NOTHING
) -> Journal:
    """Each clearing account gives up what the transactions put on it, the fees are an expense, and
    the bank has the net.

    The account of a transaction we posted is the one it was posted to, whatever the rules say
    today; of another, what the rules say of it. `batch` is the record of the batch, by which
    the rules choose the bank. `fees` is what the processor kept back, above zero. No lines when
    nothing moves.
    """
    cleared, problems = _cleared(members, books)
    net = sum((one.amount for one in cleared.values()), _NOTHING) - fees
    sides = [(AccountRole.BANK, net), (AccountRole.MERCHANT_FEES, fees)]
    found = [(books.resolve(role, batch), amount) for role, amount in sides if amount]
    problems += [one.problem for one, _ in found if one.problem is not None]
    why = TEMPLATES[JournalKind.SETTLEMENT].words
    if problems:
        return Journal((), why, tuple(problems))
    lines = [
        _line(one.account, amount, memo, f"{ROLE_LABELS[one.role]}. {one.why}")
        for one, amount in found
    ]
    for account, one in sorted(cleared.items()):
        if one.amount:
            lines.append(_line(account, -one.amount, memo, _reason(one)))
    return Journal(tuple(lines), why)


def _cleared(members: Sequence[Member], books: Books) -> tuple[dict[str, _Cleared], list[Problem]]:
    found: dict[str, _Cleared] = {}
    problems: dict[str, Problem] = {}
    for member in members:
        role = roles_of(JournalKind.SETTLEMENT, method=member.method)[1]
        for account, amount in member.booked.items():
            one = found.setdefault(account, _Cleared(role))
            one.amount += amount
            one.posted += 1
        if member.booked:
            continue
        named = books.resolve(role, member.record)
        if named.problem is not None:
            problems.setdefault(named.problem.sentence, named.problem)
            continue
        one = found.setdefault(named.account, _Cleared(role))
        one.amount += member.signed
        one.by_rule += 1
        if named.why not in one.whys:
            one.whys.append(named.why)
    return found, list(problems.values())


def _reason(one: _Cleared) -> str:
    told = [f"{ROLE_LABELS[one.role]}."]
    if one.posted:
        told.append(f"{_count(one.posted)} of this batch posted there.")
    if one.by_rule:
        told.append(f"{_count(one.by_rule)} of it did not post through Tieout. {one.whys[0]}")
    return " ".join(told)


def _count(number: int) -> str:
    return "1 transaction" if number == 1 else f"{number} transactions"


def _line(account: str, signed: Decimal, memo: str, reason: str) -> JournalLine:
    """Above zero it is debited, below zero credited."""
    debit, credit = (signed, _NOTHING) if signed > 0 else (_NOTHING, -signed)
    return JournalLine(account, debit, credit, memo, reason[:500])
