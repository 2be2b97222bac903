"""Stored customers: PayTrace keeps the card or bank account, we keep its id, last four, and of a
card its brand and expiry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from integrations.canonical.transactions import PaymentMethod
from integrations.paytrace.people import Address, HostedFields


@dataclass(frozen=True)
class NewCustomer:
    """Whom to store. `customer_id` is the merchant's own id; v3 keeps it as a label."""

    customer_id: str
    billing: Address | None = None
    shipping: Address | None = None
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class CustomerChange:
    """What to change of a stored customer; what is None stays."""

    new_customer_id: str | None = None
    billing: Address | None = None
    shipping: Address | None = None
    email: str | None = None
    phone: str | None = None
    expiry_month: int | None = None
    expiry_year: int | None = None
    """Four digits."""


@dataclass(frozen=True)
class VaultCustomer:
    """A stored customer. `customer_id` is what to charge by: the merchant's own id in v1,
    PayTrace's number in v3, where the merchant's is the label."""

    customer_id: str
    label: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    card_brand: str = ""
    last_four: str = ""
    """Of the card or bank account; no more of either number is ever read."""
    method: PaymentMethod = PaymentMethod.CARD
    """What is kept of it: a customer with a bank account and no card is charged by ACH."""
    expiry_month: int | None = None
    expiry_year: int | None = None
    """Four digits."""
    billing: Address | None = field(default=None, compare=False)
    """As far as the record tells it."""


class Vault(Protocol):
    """Stores and reads customers. A call that changes something is never retried."""

    def create_from_token(self, customer: NewCustomer, hosted: HostedFields) -> VaultCustomer:
        """Store the card that PayTrace's own form took. NeverWorks
        `paytrace.customer_id_taken` when the id is in use."""

    def create_from_transaction(
        self, customer: NewCustomer, *, transaction_id: str
    ) -> VaultCustomer:
        """Store the card that paid this transaction."""

    def create_from_bank_payment(
        self, customer: NewCustomer, *, transaction_id: str
    ) -> VaultCustomer:
        """Store the bank account that made this ACH payment; v3 only."""

    def update(self, *, customer_id: str, change: CustomerChange) -> None:
        """Change a stored customer; v1 only."""

    def delete(self, customer_id: str) -> None:
        """Forget a stored customer. NeverWorks `paytrace.customer_unknown` when it is gone."""

    def customer(self, customer_id: str) -> VaultCustomer | None:
        """One stored customer with a card, or None."""

    def bank_customer(self, customer_id: str) -> VaultCustomer | None:
        """One stored customer with a bank account, or None; v3 only."""

    def created_as(self, customer_id: str) -> VaultCustomer | None:
        """The customer that was stored under this id (v1) or label (v3), or None."""

    def customers(self) -> list[VaultCustomer]:
        """Every stored customer."""
