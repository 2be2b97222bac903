"""Which GL account plays a role for one payment: ordered rules, the first that matches wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from integrations.canonical.conditions import (
    Condition,
    InvalidConditionError,
    holds,
    value_in_words,
)
from integrations.canonical.conditions import (
    in_words as condition_in_words,
)
from integrations.canonical.fields import PAYMENT_FIELDS, FieldSpec, Record
from integrations.canonical.ledger_documents import GLAccount
from integrations.canonical.problems import Problem


class AccountRole(StrEnum):
    """The parts accounts play in our journals."""

    CARD_CLEARING = "card_clearing"
    ACH_CLEARING = "ach_clearing"
    RECEIVABLES = "receivables"
    CUSTOMER_DEPOSITS = "customer_deposits"
    SALES_RETURNS = "sales_returns"
    MERCHANT_FEES = "merchant_fees"
    BANK = "bank"
    DISPUTED = "disputed"
    CHARGEBACK_LOSS = "chargeback_loss"
    SURCHARGE_RECOVERY = "surcharge_recovery"


ROLE_LABELS: Mapping[AccountRole, str] = {
    AccountRole.CARD_CLEARING: "Card clearing",
    AccountRole.ACH_CLEARING: "ACH clearing",
    AccountRole.RECEIVABLES: "Accounts receivable",
    AccountRole.CUSTOMER_DEPOSITS: "Customer deposits",
    AccountRole.SALES_RETURNS: "Sales returns",
    AccountRole.MERCHANT_FEES: "Merchant fees",
    AccountRole.BANK: "Bank",
    AccountRole.DISPUTED: "Disputed receivables",
    AccountRole.CHARGEBACK_LOSS: "Chargeback loss",
    AccountRole.SURCHARGE_RECOVERY: "Surcharge recovery",
}


@dataclass(frozen=True)
class GLRule:
    """When all conditions hold, `role` is played by `account`. No conditions: the default."""

    name: str
    role: AccountRole
    account: str
    conditions: tuple[Condition, ...] = ()
    effective_from: date | None = None
    effective_until: date | None = None
    """The last day it applies to, inclusive; by accounting date."""

    @property
    def is_default(self) -> bool:
        return not self.conditions and not self.effective_from and not self.effective_until

    def is_effective(self, on: date) -> bool:
        after_start = self.effective_from is None or self.effective_from <= on
        return after_start and (self.effective_until is None or on <= self.effective_until)


@dataclass(frozen=True)
class Resolution:
    """The account found, the rule that named it and why; or the problem that stands instead."""

    role: AccountRole
    account: str
    rule_name: str
    why: str
    problem: Problem | None = None


def resolve(
    role: AccountRole,
    record: Record,
    *,
    rules: Sequence[GLRule],
    accounts: Sequence[GLAccount],
    on: date,
    fields: Sequence[FieldSpec] = PAYMENT_FIELDS,
) -> Resolution:
    """The account that plays `role` for this payment on this accounting date.

    Rules are tried in order. A rule naming an unknown or inactive account is a problem, never
    skipped: the next rule would be a guess. No match is a problem too, not a suspense account.
    """
    passed_over: list[str] = []
    for rule in (rule for rule in rules if rule.role is role):
        try:
            reason = _why_not(rule, record, on=on, fields=fields)
        except InvalidConditionError as error:
            return _broken(rule, str(error))
        if not reason:
            return _matched(rule, passed_over, accounts=accounts, fields=fields)
        passed_over.append(f"‘{rule.name}’ does not apply: {reason}.")
    label = ROLE_LABELS[role]
    sentence = " ".join([f"No GL rule gives an account for {label}.", *passed_over])
    problem = Problem(role.value, sentence, remedy=f"Add a rule without conditions for {label}.")
    return Resolution(role, "", "", sentence, problem)


def in_words(rule: GLRule, *, fields: Sequence[FieldSpec] = PAYMENT_FIELDS) -> str:
    """`Card clearing is 1010 when card brand is ‘Amex’ and amount is at least 1,000.00`."""
    asked = [condition_in_words(condition, fields=fields) for condition in rule.conditions]
    when = f" when {' and '.join(asked)}" if asked else ""
    since = f", from {rule.effective_from}" if rule.effective_from else ""
    until = f", until {rule.effective_until}" if rule.effective_until else ""
    return f"{ROLE_LABELS[rule.role]} is {rule.account}{when}{since}{until}"


def account_problem(
    number: str, *, accounts: Sequence[GLAccount], field: str, who: str
) -> Problem | None:
    """Why this account cannot be posted to; None when it can. `who` names it in the sentence."""
    account = next((account for account in accounts if account.number == number), None)
    if account is None:
        sentence = f"{who} names account {number}, which is not in Sage."
    elif not account.is_active:
        sentence = f"{who} names account {number} ({account.description}), which is inactive."
    else:
        return None
    return Problem(field, sentence, value=number, remedy="Choose an active account.")


def _why_not(rule: GLRule, record: Record, *, on: date, fields: Sequence[FieldSpec]) -> str:
    if rule.effective_from and on < rule.effective_from:
        return f"it starts on {rule.effective_from}"
    if rule.effective_until and on > rule.effective_until:
        return f"it ended on {rule.effective_until}"
    for condition in rule.conditions:
        if not holds(condition, record, fields=fields):
            wanted = condition_in_words(condition, fields=fields)
            return f"{value_in_words(condition.field, record, fields=fields)}, and it asks {wanted}"
    return ""


def _matched(
    rule: GLRule,
    passed_over: list[str],
    *,
    accounts: Sequence[GLAccount],
    fields: Sequence[FieldSpec],
) -> Resolution:
    problem = account_problem(
        rule.account, accounts=accounts, field=rule.role.value, who=f"GL rule ‘{rule.name}’"
    )
    why = " ".join([f"By rule ‘{rule.name}’: {in_words(rule, fields=fields)}.", *passed_over])
    account = "" if problem else rule.account
    return Resolution(rule.role, account, rule.name, why, problem)


def _broken(rule: GLRule, sentence: str) -> Resolution:
    told = f"GL rule ‘{rule.name}’ cannot be read: {sentence}"
    problem = Problem(rule.role.value, told, value=rule.name, remedy="Correct the rule.")
    return Resolution(rule.role, "", rule.name, told, problem)
