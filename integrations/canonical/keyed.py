"""What is asked of the books about a posting that a person keys, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.canonical.ledger_documents import Receipt
from integrations.canonical.posting import PostingKind, PostingRequest, Refusal


@dataclass(frozen=True)
class KeyedBefore:
    """A posting that a person keyed, or never will: what a later one may take back."""

    effect_key: str
    marker: str
    kind: PostingKind | None
    """None where only its key is known."""
    reverses: str = ""
    is_withdrawn: bool = False


@dataclass(frozen=True)
class KeyedQuestion:
    """Everything the books are looked at for; nothing is written by asking."""

    marker: str
    request: PostingRequest | None = None
    """None asks only what carries the marker."""
    before: tuple[KeyedBefore, ...] = ()
    """What the request takes back, and what took that back since."""
    said_at: str = ""
    """When a person said that it is keyed: an answer of before says nothing about it."""


@dataclass(frozen=True)
class GLLine:
    """One line of the GL distribution. Debits positive, credits negative, home currency."""

    account: str
    amount: Decimal
    day: date | None
    reference: str
    """What stands as its document number."""


@dataclass(frozen=True)
class KeyedAnswer:
    """What stands in the books under the marker, and whether they would take the posting."""

    receipts: tuple[Receipt, ...] = ()
    """Receipts that carry the marker, oldest first."""
    lines: tuple[GLLine, ...] = ()
    """GL lines by account: those under the marker where it may be a journal's; of a chargeback
    with its fee those under its documents too."""
    alike: tuple[Receipt, ...] = ()
    """Every receipt on the request's invoices, once a person said that it is keyed."""
    pays_again: bool = False
    """What the request takes back was itself a taking back, so its receipts are above zero."""
    refusal: Refusal | None = None
    """Why Sage would not take it, when nothing carries the marker."""
    waiting_for: str = ""
    """The record that is in use, when nothing carries the marker."""
    is_recorded: bool = False
    """Our own record beside the books has written something under it; looked for where nothing
    but the marker is asked."""
