"""Rows of a table in Sage that a person flags there, so that PayTrace is told something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class FlaggedKind(StrEnum):
    """What a flagged row can ask for; each site has its own word for it in the table."""

    CHARGE = "charge"
    HOLD = "hold"
    CAPTURE = "capture"
    ADJUST = "adjust"
    GIVE_BACK = "give_back"
    STORE_CUSTOMER = "store_customer"
    PLAN_CREATE = "plan_create"


@dataclass(frozen=True)
class FlaggedRow:
    """One row as it stands, texts trimmed and redacted. Blank where the site has no column."""

    number: str
    """The row's key."""
    generation: int
    """How often it was answered before: flagged again, it asks for something new."""
    kind: FlaggedKind | None
    """None when its word is none of the posting profile's."""
    kind_word: str
    """The word that stands there."""
    amount: Decimal
    currency: str
    """The company's own where the row says none."""
    customer_number: str = ""
    vault_id: str = ""
    """PayTrace's id of the stored card to charge."""
    transaction_id: str = ""
    """PayTrace's number of the payment that the row is about."""
    invoice_number: str = ""
    frequency: str = ""
    """How often a plan charges, in a word such as MONTHLY."""
    start_on: date | None = None
    count: int = 0
    """Payments of a plan; 0 goes on until it is ended."""
    description: str = ""
    status: str = ""
    """What Tieout has written there last."""
    holds_card: bool = False
    """A column held something like a card number, which was taken out."""
    is_locked: bool = False
    """Somebody edits it in Sage right now."""


@dataclass(frozen=True)
class FlagAnswer:
    """What became of what a flagged row asked for, to be written into that row."""

    key: str
    """Of the row and its generation; unique in the company."""
    number: str
    generation: int
    """As the row was read. An answer for another one is not written."""
    status: str
    result_id: str
    """PayTrace's number of what was made; empty where nothing was."""
    message: str
    """A sentence, cut to what the column holds."""
    is_final: bool
    """Nothing more comes: the flag is taken away and the generation rises by one."""
