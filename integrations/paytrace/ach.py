"""ACH payments: what is asked, what is answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from integrations.canonical.ach import AchDeposit, AchDepositPart, AchStatus, AchTransaction
from integrations.canonical.money import Money
from integrations.canonical.transactions import Unreadable
from integrations.paytrace.people import Address, VaultPayer
from integrations.paytrace.settings import Secret

MAX_IDEMPOTENCY_KEY = 50
"""Characters (B2B API, ACHCheckProcessingApis page)."""


class AccountType(StrEnum):
    CHECKING = "checking"
    SAVINGS = "savings"


class EntryClass(StrEnum):
    """NACHA's standard entry class: how the payer agreed."""

    CORPORATE = "CCD"
    PERSONAL = "PPD"
    INTERNET = "WEB"
    TELEPHONE = "TEL"


class AchDateKind(StrEnum):
    """Which date a list goes by (B2B API, ACHTransactionRecords page)."""

    PROCESSED = "PROCESSED"
    SETTLED = "SETTLED"


@dataclass(frozen=True)
class BankAccount:
    """A bank account. v3 takes the account number only as PayTrace's page script encrypted it,
    v1 only as it is; the other raises NeverWorks. Numbers never show in a repr."""

    account_number: Secret
    routing_number: Secret
    account_type: AccountType = AccountType.CHECKING
    is_encrypted: bool = False


AchPayer = VaultPayer | BankAccount


@dataclass(frozen=True)
class AchCharge:
    """One ACH charge. `idempotency_key` (at most 50 characters) is required in v3, where the
    payment is looked up by it; v1 has no such key and finds nothing again."""

    payer: AchPayer
    amount: Money
    invoice_id: str
    idempotency_key: str = ""
    description: str = ""
    entry_class: EntryClass = EntryClass.CORPORATE
    billing: Address | None = None
    email: str = ""


@dataclass(frozen=True)
class AchResult:
    """PayTrace took the payment in. Acceptance is no settlement, and settlement is not the end:
    it may be returned for weeks."""

    transaction_id: str


@dataclass(frozen=True)
class AchRefundResult:
    """A refund is a payment of its own; `transaction_id` is the new one."""

    transaction_id: str
    original_transaction_id: str


class Ach(Protocol):
    """Moves and reports ACH money. Nothing here is retried.

    v1 charges, holds, funds, voids and refunds but has no list; v3 charges, lists and reports
    deposits, and documents no hold, fund, void or refund. What a version lacks is NeverWorks.
    """

    def sale(self, charge: AchCharge) -> AchResult:
        """Charge a bank account. v3's answer 422 about `path/record_id` may hide an accepted
        payment: it is looked up by its key at once, and OutcomeUnknown when that does not say."""

    def hold(self, charge: AchCharge) -> AchResult:
        """Take the payment in without sending it to the bank until `fund`; v1 only."""

    def fund(self, *, transaction_id: str, amount: Money | None = None) -> AchResult:
        """Send a held payment to the bank, all of it or a part; v1 only."""

    def void(self, transaction_id: str) -> AchResult:
        """Take back a payment that has not gone to the bank; v1 only."""

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> AchRefundResult:
        """Give back a payment, all of it or `amount`; v1 only."""

    def transaction(self, transaction_id: str) -> AchTransaction | None:
        """The payment as it is now, in real time; None when PayTrace knows none; v3 only."""

    def find(self, *, idempotency_key: str) -> AchTransaction | None:
        """The payment sent under this key, in real time; None when none was taken; v3 only."""

    def transactions(
        self,
        *,
        start: date,
        end: date,
        by: AchDateKind = AchDateKind.PROCESSED,
        statuses: Sequence[AchStatus] = (),
    ) -> list[AchTransaction]:
        """Payments processed (or settled) on these days of the gateway's zone, inclusive; with
        `statuses` only those. v3 only. Pages may change while they are read: ids come once.
        Raises NeverWorks when one of them cannot be read."""

    def listed(
        self,
        *,
        start: date,
        end: date,
        by: AchDateKind = AchDateKind.PROCESSED,
        statuses: Sequence[AchStatus] = (),
    ) -> Iterator[AchTransaction | Unreadable]:
        """The same page by page, an unreadable one as such; one may come more than once."""

    def deposits(self, *, start: date, end: date) -> list[AchDeposit | Unreadable]:
        """What was paid to the merchant's bank on these days, inclusive, one that cannot be read
        as such; v3 only."""

    def deposit_transactions(self, deposit_id: str) -> list[AchDepositPart | Unreadable]:
        """What one deposit is made of; v3 only."""
