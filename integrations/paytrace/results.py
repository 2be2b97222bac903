"""What the client answers, beyond the canonical transaction and batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from integrations.canonical.transactions import TransactionState


@dataclass(frozen=True)
class Token:
    """A bearer token and how long it lives from now. The value never shows in a repr."""

    value: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True)
class SaleResult:
    """What became of a charge. A decline has a transaction id too (PayTrace help: json)."""

    transaction_id: str
    state: TransactionState
    """PENDING_SETTLEMENT when approved, DECLINED, or AUTO_VOIDED (approved, then taken back)."""
    response_code: str
    approval_code: str = ""
    message: str = ""
    last_four: str = ""

    @property
    def is_approved(self) -> bool:
        return self.state is TransactionState.PENDING_SETTLEMENT


@dataclass(frozen=True)
class RefundResult:
    """A refund is a transaction of its own; `transaction_id` is the new one."""

    transaction_id: str
    original_transaction_id: str


@dataclass(frozen=True)
class VoidResult:
    transaction_id: str


@dataclass(frozen=True)
class Capability:
    """One thing the account can do: True, False, or None when PayTrace does not tell."""

    name: str
    is_available: bool | None
    sentence: str


@dataclass(frozen=True)
class Capabilities:
    """What *Test connection* lists. Names: cards, batches, customers, refunds, ach, settle."""

    items: tuple[Capability, ...]

    def __getitem__(self, name: str) -> Capability:
        """The capability of that name. Raises KeyError for a name nobody asked about."""
        for item in self.items:
            if item.name == name:
                return item
        raise KeyError(name)
