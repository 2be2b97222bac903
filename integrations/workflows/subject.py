"""What a walk knows, and what it can end in. Plain values: steps never read anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from integrations.accounting.rules import GLRule
from integrations.canonical.effects import EffectKind
from integrations.canonical.fields import FieldValue, Record
from integrations.canonical.ledger_documents import Customer, FiscalPeriod, GLAccount, Invoice
from integrations.canonical.money import Money
from integrations.canonical.posting import Application, JournalLine, PostingKind, PostingRequest
from integrations.canonical.transactions import GatewayTransaction
from integrations.mapping.rows import MappingRow
from integrations.mapping.targets import TargetSpec
from integrations.matching.batches import SettledBatch
from integrations.matching.duplicates import PlainReceipt


@dataclass(frozen=True)
class Parent:
    """The posting that this effect takes back, as it stands in our ledger."""

    effect_key: str
    marker: str
    state: str
    sentence: str
    customer_number: str = ""
    journal: tuple[JournalLine, ...] = ()
    earlier_reversals: tuple[JournalLine, ...] = ()
    applications: tuple[Application, ...] = ()
    """Of a reversal: what it took from which document; none for a payment on account."""
    is_in_books: bool = False
    is_over: bool = False
    """Withdrawn, dismissed or noted: it will never be in the books."""
    is_reversed: bool = False
    """It stood in the books and was taken back whole."""
    is_reversal: bool = False
    """It took a payment back itself, so that taking it back is a new receipt."""


@dataclass(frozen=True)
class Beside:
    """Of a chargeback its fee, of a fee its chargeback: told as one, and booked as one entry by
    a company whose posting profile has that."""

    amount: Money
    state: str
    label: str
    """The state in words."""
    reference: str = ""
    """Where it stands in Sage."""
    is_free: bool = False
    """Nothing of it is in Sage or on its way there."""
    is_in_books: bool = False
    is_over: bool = False
    holds_fee: bool = False
    """Of a chargeback: the fee stands in its own entry."""


@dataclass(frozen=True)
class PaidLink:
    """The payment link by whose page of PayTrace's own a payment came."""

    invoice_number: str
    """The invoice it asked for; may be empty."""
    made_by: str
    doubt: str = ""
    """Why a person has to look: it was paid before, cancelled, or this is less than was asked."""


@dataclass(frozen=True)
class Paid:
    """A payment in Sage, as a person chooses it."""

    transaction_id: str
    amount: Money
    on: date
    invoice_reference: str


@dataclass(frozen=True)
class AskedRefund:
    """Of a refund without an earlier payment: what somebody here asked PayTrace for."""

    customer_number: str
    invoice_number: str
    asked_by: str
    approved_by: str
    why: str
    payments: tuple[Paid, ...] = ()
    """The customer's newest ones that are large enough: what it may give back."""


@dataclass(frozen=True)
class Subject:
    """One effect and everything its walk may look at."""

    effect_key: str
    marker: str
    kind: EffectKind
    amount: Money
    transaction: GatewayTransaction
    record: Record
    zone: str
    cut_off: time | None
    base_currency: str
    happened_at: datetime
    """Aware; decides the accounting date."""
    rows: tuple[MappingRow, ...]
    targets: tuple[TargetSpec, ...]
    rules: tuple[GLRule, ...]
    accounts: tuple[GLAccount, ...]
    periods: tuple[FiscalPeriod, ...]
    invoices: tuple[Invoice, ...] = ()
    payer: Customer | None = None
    receipts: tuple[PlainReceipt, ...] = ()
    parent: Parent | None = None
    beside: Beside | None = None
    asked_refund: AskedRefund | None = None
    batch: SettledBatch | None = None
    """Of a settlement."""
    link: PaidLink | None = None
    kinds: frozenset[PostingKind] = frozenset()
    """What this company books as its profile was calibrated for; a person keys any other."""
    undone: GatewayTransaction | None = None
    """The fact that says that none of its money moves, if there is one."""
    decision: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ready:
    """Something to post."""

    request: PostingRequest


@dataclass(frozen=True)
class Nothing:
    """Nothing to post: a decline, or a void of what never reached Sage."""

    code: str
    sentence: str
    status: str = ""
    invoice_number: str = ""


@dataclass(frozen=True)
class Waits:
    """It will go on by itself, or when something changes elsewhere."""

    state: str
    code: str
    sentence: str


@dataclass(frozen=True)
class Withdraws:
    """A void of a payment that Sage does not hold yet: forbid it there, so that it never will."""

    effect_key: str
    sentence: str


@dataclass(frozen=True)
class NeedsPerson:
    """Only a person can decide: what happened, the field at fault, the remedy."""

    code: str
    sentence: str
    field: str = ""
    remedy: str = ""
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)


Verdict = Ready | Nothing | Waits | Withdraws | NeedsPerson


@dataclass(frozen=True)
class Draft:
    """What the steps have worked out so far."""

    posting: PostingKind | None = None
    customer_number: str = ""
    applications: tuple[Application, ...] = ()
    accounting_date: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    journal: tuple[JournalLine, ...] = ()
    moves: Money | None = None
    """What the journal moves, where that is not the amount of the effect."""
    fee: Decimal = Decimal(0)
    """Of a chargeback: the fee that stands in the same entry."""
    verdict: Verdict | None = None

    def ended(self, verdict: Verdict) -> Draft:
        return replace(self, verdict=verdict)


@dataclass(frozen=True)
class StepResult:
    """What one step did, told for the timeline."""

    step: str
    sentence: str
    draft: Draft
    trace: tuple[str, ...] = ()
    input: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)

    @property
    def result(self) -> str:
        """`passed`, `ready`, `nothing`, `waits`, `withdraws` or `needs_person`."""
        names = {
            Ready: "ready",
            Nothing: "nothing",
            Waits: "waits",
            Withdraws: "withdraws",
            NeedsPerson: "needs_person",
        }
        verdict = self.draft.verdict
        return "passed" if verdict is None else names[type(verdict)]


def plain(value: FieldValue) -> str:
    """A record's value as text, for the timeline."""
    return value.isoformat() if isinstance(value, date) else str(value)
