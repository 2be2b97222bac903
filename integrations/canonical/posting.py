"""What is asked of a Sage company's single writer, and what it answers.

A request is frozen once built: the same effect always gives the same request, the same
`payload_hash` and the same `marker`, so asking again is always safe.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from integrations.canonical.money import Money


class PostingKind(StrEnum):
    RECEIPT = "receipt"
    """A cash receipt applied to one or more open invoices."""
    ON_ACCOUNT = "on_account"
    """A cash receipt with no invoice: an open credit of the customer."""
    REVERSAL = "reversal"
    """Takes back a posting of any kind by a new entry: void, refund, return, chargeback."""
    APPLICATION = "application"
    """Applies an open credit to one or more open invoices of its customer; no cash moves."""
    SETTLEMENT = "settlement"
    """A journal alone: a batch of payments reaches the bank."""
    FEE = "fee"
    """A journal alone: the processor takes a fee."""
    CHARGEBACK = "chargeback"
    """Takes back a receipt or payment on account and books the bank's fee, in one entry."""


JOURNALS = frozenset({PostingKind.SETTLEMENT, PostingKind.FEE})
"""Kinds that are a journal alone, without customer, document or receipt."""
TAKES_BACK = frozenset({PostingKind.REVERSAL, PostingKind.CHARGEBACK})
"""Kinds whose receipts are negative, unless they take back what took back."""


@dataclass(frozen=True)
class Application:
    """How much of a receipt pays one invoice. Amounts in the request's currency, positive."""

    invoice_number: str
    amount: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class JournalLine:
    """One side of a journal entry: exactly one of debit and credit is above zero."""

    account: str
    debit: Decimal
    credit: Decimal
    memo: str = ""
    reason: str = ""
    """Why this account, in a sentence for the accountant."""

    def __post_init__(self) -> None:
        if (self.debit > 0) == (self.credit > 0) or self.debit < 0 or self.credit < 0:
            raise ValueError("A journal line has either a debit or a credit, above zero")


@dataclass(frozen=True)
class PostingRequest:
    """Everything the writer needs; nothing it has to decide."""

    effect_key: str
    marker: str
    kind: PostingKind
    customer_number: str
    amount: Money
    """Positive for every kind; REVERSAL and CHARGEBACK take it away. What a journal moves."""
    accounting_date: date
    applications: tuple[Application, ...] = ()
    journal: tuple[JournalLine, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    """Mapped receipt fields by their profile name (`reference`, `comment`, `check_number`…)."""
    reverses: str = ""
    """Effect key of the posting that this one takes back: a receipt, or a reversal of one."""
    reverses_marker: str = ""
    credit_number: str = ""
    """APPLICATION: the open credit or credit memo that is used up."""
    fee: Decimal = Decimal(0)
    """CHARGEBACK: what the bank takes beside the amount, in its currency."""

    def __post_init__(self) -> None:
        if self.amount.amount <= 0:
            raise ValueError("A posting has an amount above zero")
        if self.fee < 0 or (self.fee and self.kind is not PostingKind.CHARGEBACK):
            raise ValueError("Only a chargeback has a fee, and it is above zero")
        debit = sum((line.debit for line in self.journal), Decimal(0))
        credit = sum((line.credit for line in self.journal), Decimal(0))
        if debit != credit:
            raise ValueError(f"Journal does not balance: debits {debit}, credits {credit}")

    @property
    def is_journal(self) -> bool:
        """A journal alone, or the taking back of one, which names no customer either."""
        takes_back = self.kind is PostingKind.REVERSAL and not self.customer_number.strip()
        return self.kind in JOURNALS or takes_back

    @property
    def payload_hash(self) -> str:
        """SHA-256 over the canonical JSON of the request; equal requests hash equal."""
        text = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def as_json(self) -> dict[str, object]:
        """A JSON form with amounts as decimal strings; `from_json` reads it back."""
        out: dict[str, object] = {
            "effect_key": self.effect_key,
            "marker": self.marker,
            "kind": self.kind.value,
            "customer_number": self.customer_number,
            "amount": self.amount.plain,
            "currency": self.amount.currency,
            "accounting_date": self.accounting_date.isoformat(),
            "applications": [
                [a.invoice_number, f"{a.amount:.4f}", f"{a.discount:.4f}"]
                for a in self.applications
            ],
            "journal": [
                [line.account, f"{line.debit:.4f}", f"{line.credit:.4f}", line.memo, line.reason]
                for line in self.journal
            ],
            "fields": dict(sorted(self.fields.items())),
            "reverses": self.reverses,
            "reverses_marker": self.reverses_marker,
        }
        # Only where they are used: a request from before they existed keeps its hash.
        if self.credit_number:
            out["credit_number"] = self.credit_number
        if self.fee:
            out["fee"] = f"{self.fee:.4f}"
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> PostingRequest:
        """The request that `as_json` wrote. Raises KeyError, ValueError or TypeError if not one."""
        text = {key: str(value) for key, value in data.items()}
        applications = data["applications"]
        journal = data["journal"]
        fields = data["fields"]
        if not (
            isinstance(applications, list)
            and isinstance(journal, list)
            and isinstance(fields, Mapping)
        ):
            raise TypeError("Not a posting request")
        return cls(
            effect_key=text["effect_key"],
            marker=text["marker"],
            kind=PostingKind(text["kind"]),
            customer_number=text["customer_number"],
            amount=Money.parse(text["amount"], text["currency"]),
            accounting_date=date.fromisoformat(text["accounting_date"]),
            applications=tuple(
                Application(number, Decimal(amount), Decimal(discount))
                for number, amount, discount in applications
            ),
            journal=tuple(
                JournalLine(account, Decimal(debit), Decimal(credit), memo, reason)
                for account, debit, credit, memo, reason in journal
            ),
            fields={str(key): str(value) for key, value in fields.items()},
            reverses=text["reverses"],
            reverses_marker=text["reverses_marker"],
            credit_number=text.get("credit_number", ""),
            fee=Decimal(text.get("fee", "0")),
        )


class Hands(StrEnum):
    """In whose hands a posting is that was handed over. Evidence tells it as `held_by`."""

    AGENT = "with_agent"
    SAGE = "with_sage"
    """Sage Pro's own program, which posts from our staging table."""
    PERSON = "with_person"


class PostingOutcome(StrEnum):
    """The answers a writer can give. `UNKNOWN` is also what a lost answer means."""

    POSTED = "posted"
    EXISTS = "exists"
    PARTIAL = "partial"
    """Some of it stands in the books; the writer could not complete it safely."""
    CONFLICT = "conflict"
    """The key or marker is there with other contents: halt the company, tell a person."""
    REFUSED = "refused"
    """Nothing was written: the books would not accept this (reason says which field)."""
    WAIT = "wait"
    """Nothing was written: a record is in use; waiting helps."""
    HANDED_OVER = "handed_over"
    """Taken, to be written later elsewhere (agent, staging table, assisted entry)."""
    WITHDRAWN = "withdrawn"
    """A tombstone forbids this key for ever."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Refusal:
    """Why the books would not take it: table, column, value and remedy in one sentence."""

    code: str
    """`invoice_not_found`, `invoice_paid`, `invoice_void`, `over_balance`, `customer_missing`,
    `account_missing`, `period_closed`, `value_too_long`, `currency_mismatch`, `parent_missing`,
    `parent_changed`, `profile_missing`, `schema_changed`, `value_refused`, `not_keyed`."""
    sentence: str
    field: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class PostingResult:
    """The writer's answer, with what stands in the books as evidence."""

    outcome: PostingOutcome
    sage_reference: str = ""
    """Where to see it in Sage, in words: `Receipt PT0001AB on invoice 10432`."""
    evidence: Mapping[str, object] = field(default_factory=dict)
    """Rows read back after the write: table → list of {column: text}. JSON-ready."""
    refusal: Refusal | None = None


class WithdrawOutcome(StrEnum):
    WITHDRAWN = "withdrawn"
    """A tombstone now forbids a later write."""
    EXISTS = "exists"
    """Too late: it stands in the books."""
    PENDING = "pending"
    """Handed over and not yet decided there."""


def marker_for(effect_key: str, width: int = 10, prefix: str = "PT") -> str:
    """The short text written into a Sage column so that a person can search for it.

    Computed from the effect key, never counted: a restored database makes the same one.
    Base 36, `width` characters including `prefix`. Two keys may share one; the writer
    compares the full key beside it and answers `conflict`.
    """
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    number = int.from_bytes(hashlib.sha256(effect_key.encode()).digest(), "big")
    out = ""
    for _ in range(width - len(prefix)):
        number, index = divmod(number, 36)
        out += digits[index]
    return prefix + out
