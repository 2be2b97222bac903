"""Card payments: what is asked, what is answered. No call takes a card number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState
from integrations.paytrace.level_three import LevelThree
from integrations.paytrace.people import Address, CardPayer

if TYPE_CHECKING:  # which needs SaleResult
    from integrations.paytrace.batch_calls import BatchItem, ItemResult


@dataclass(frozen=True)
class Charge:
    """One charge. `invoice_id` is required: it is how the charge is found again when its answer
    was lost, so it should be unique to the attempt."""

    payer: CardPayer
    amount: Money
    invoice_id: str
    description: str = ""
    customer_reference: str = ""
    email: str = ""
    tax: Money | None = None
    billing: Address | None = None
    shipping: Address | None = None
    discretionary: Mapping[str, str] = field(default_factory=dict)
    """The merchant's own fields, by name."""


@dataclass(frozen=True)
class CustomerRefund:
    """Money for a stored customer. `invoice_id` is how it is found again, unique to the
    attempt."""

    customer_id: str
    amount: Money
    invoice_id: str
    description: str = ""


@dataclass(frozen=True)
class SaleResult:
    """What became of a charge. A decline has a transaction id too (PayTrace help: json)."""

    transaction_id: str
    state: TransactionState
    """PENDING_SETTLEMENT or AUTHORIZED when approved, DECLINED, or AUTO_VOIDED (approved, then
    taken back by an address or security-code rule: no payment)."""
    response_code: str
    approval_code: str = ""
    message: str = ""
    last_four: str = ""
    card_brand: str = ""
    """Where the first digits are shown, which v1 does not by default."""
    address_check: str = ""
    """What the bank said of the address, such as `Full Exact Match` (PayTrace help)."""
    code_check: str = ""
    """The same of the security code; empty for American Express."""
    customer_id: str = ""
    """The stored customer that was made along the way, if one was."""

    @property
    def is_approved(self) -> bool:
        return self.state in {TransactionState.PENDING_SETTLEMENT, TransactionState.AUTHORIZED}


@dataclass(frozen=True)
class CaptureResult:
    """A capture keeps the authorization's own id (ActiveMerchant, remote test)."""

    transaction_id: str


@dataclass(frozen=True)
class RefundResult:
    """A refund is a transaction of its own; `transaction_id` is the new one."""

    transaction_id: str
    original_transaction_id: str
    """Empty for an unreferenced refund."""


@dataclass(frozen=True)
class AdjustResult:
    """An adjusted transaction keeps its own id (Adjust page: the path names it)."""

    transaction_id: str


@dataclass(frozen=True)
class VoidResult:
    transaction_id: str


class Cards(Protocol):
    """Moves card money. Nothing here is retried; see PayTraceClient for what may be raised."""

    def sale(self, charge: Charge) -> SaleResult:
        """Charge now. A decline is a result, not an error. v3 documents no charge by an earlier
        transaction: NeverWorks."""

    def authorize(self, charge: Charge) -> SaleResult:
        """Hold the amount until it is captured or voided; zero only checks the card. Not by an
        earlier transaction, and not while storing the payer: NeverWorks."""

    def capture(self, *, transaction_id: str, amount: Money | None = None) -> CaptureResult:
        """Take an authorization's money, all of it or a part; never more than was held."""

    def adjust(self, *, transaction_id: str, amount: Money) -> AdjustResult:
        """Change the amount of an approved hold, or of a refund, that has not settled; by v3
        only. PayTrace bounds it by 30 % of the first amount (`adjusting`)."""

    def void(self, transaction_id: str) -> VoidResult:
        """Take back what has not settled, whole. NeverWorks `paytrace.not_voidable` after."""

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> RefundResult:
        """Give back a settled payment, all that is left or `amount`. NeverWorks
        `paytrace.not_settled` before. `give_back` chooses between the two."""

    def refund_to_customer(self, refund: CustomerRefund) -> RefundResult:
        """Give money to a stored customer's card without an earlier payment: an unreferenced
        refund. Found again by its invoice id. FixConfiguration `paytrace.not_permitted` where
        the account may not: it is off by default (RefundAuthorization page)."""

    def run_batch(self, items: Sequence[BatchItem]) -> list[ItemResult]:
        """Several charges, holds and unreferenced refunds of stored customers in one call, a
        result for each in their order; v3 only. One that fails stops no other. Raises
        OutcomeUnknown when no answer came: then each is looked for by itself."""

    def add_level_three(self, data: LevelThree) -> None:
        """Describe an unsettled Visa or MasterCard sale for a lower rate; v1 only. Overwrites
        the sale's invoice and customer reference."""

    def email_receipt(self, *, transaction_id: str, email: str) -> None:
        """Have PayTrace mail its receipt; v1 only."""

    def settle(self) -> None:
        """Settle what is pending, in the v1 sandbox only; NeverWorks elsewhere."""
