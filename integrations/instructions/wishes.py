"""Wishes: what is asked of PayTrace, frozen, and checked for what can be checked without rows.

Pure. A wish never holds a card number or the keys of hosted fields.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from integrations.canonical.card_scan import contains_card_number
from integrations.canonical.money import Money
from integrations.canonical.problems import Problem
from integrations.canonical.transactions import PaymentMethod
from integrations.instructions import level_three
from integrations.instructions.kinds import DETAILS, LABELS, NEEDS, Kind
from integrations.paytrace.recurring import Frequency

_FIELD_WORDS = {
    "amount": "an amount",
    "vault_id": "a stored payment method",
    "transaction_id": "the payment it is about",
    "customer_number": "a customer",
    "email": "an e-mail address",
    "description": "a reason",
    "level_three": "what was sold",
    "frequency": "how often",
    "start_on": "the first day",
    "plan_id": "a recurring plan",
}
# Longest texts, in characters: what PayTrace and our columns hold.
_LONGEST = {
    "customer_number": 20,
    "invoice_number": 20,
    "vault_id": 64,
    "transaction_id": 64,
    "description": 100,
    "email": 254,
    "name": 120,
    "phone": 20,
    "street": 60,
    "street2": 60,
    "city": 40,
    "region": 40,
    "postal_code": 12,
    "country": 2,
}
LATEST_DAY = date(2199, 12, 31)
_MONTHS = 12
# Cards are issued for a few years; more is a slip of the finger.
_MOST_YEARS = 20
MOST_RUNS = 998
"""Payments of one plan; 999 means without an end (paytrace_ruby)."""


@dataclass(frozen=True)
class Wish:
    """One thing wanted of PayTrace. `NEEDS` says which fields belong to which kind.

    `vault_id` is the stored customer to charge; for a customer to be stored it is what its id
    there begins with, else the customer number does (`attempts.vault_id`). A charge with a
    `transaction_id` instead goes to the card that made that payment. `method` ACH says that the
    stored payment method is a bank account; of one to be stored, that the payment came from one.
    `total_count` None goes on until it is ended.
    """

    kind: Kind
    amount: Money | None = None
    customer_number: str = ""
    invoice_number: str = ""
    vault_id: str = ""
    transaction_id: str = ""
    plan_id: UUID | None = None
    method: PaymentMethod | None = None
    frequency: Frequency | None = None
    start_on: date | None = None
    next_on: date | None = None
    total_count: int | None = None
    description: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    expiry_month: int | None = None
    expiry_year: int | None = None
    """Four digits."""
    level_three: Mapping[str, Any] | None = None
    """As `level_three` reads it."""
    is_hosted: bool = False
    """Paid with PayTrace's hosted fields, whose keys are never kept."""
    keeps_method: bool = False
    """Hosted fields only: the card is stored as well, its id beginning with `vault_id`."""

    def as_json(self) -> dict[str, Any]:
        """What is frozen: every field that says something."""
        return {
            field.name: _plain(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) not in (None, "", False)
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Wish:
        """The wish that was frozen so."""
        read = dict(told)
        amount = read.pop("amount", None)
        return cls(
            kind=Kind(read.pop("kind")),
            amount=Money(Decimal(amount[0]), amount[1]) if amount else None,
            **{name: _READ.get(name, _same)(value) for name, value in read.items()},
        )

    @property
    def digest(self) -> str:
        """Equal wishes have equal digests."""
        told = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return [value.plain, value.currency]
    if isinstance(value, (date, UUID)):
        return str(value)
    return value


def _same(value: Any) -> Any:
    return value


_READ: dict[str, Any] = {
    "plan_id": UUID,
    "method": PaymentMethod,
    "frequency": Frequency,
    "start_on": date.fromisoformat,
    "next_on": date.fromisoformat,
}


def problems(wish: Wish, *, today: date) -> list[Problem]:
    """What is wrong with a wish, field by field; empty when it can be asked."""
    return [
        *_missing(wish),
        *_strangers(wish),
        *_wrong_payer(wish),
        *_wrong_amount(wish),
        *texts(wish),
        *(level_three.problems(wish.level_three) if wish.level_three else ()),
        *_wrong_plan(wish, today=today),
        *_wrong_details(wish, today=today),
    ]


def details_of(wish: Wish) -> dict[str, Any]:
    """What a wish says of a stored customer, by `DETAILS`."""
    told = {name: getattr(wish, name) for name in DETAILS}
    return {name: value for name, value in told.items() if value not in (None, "")}


def _missing(wish: Wish) -> Iterator[Problem]:
    must = NEEDS[wish.kind].must
    for name in must:
        if wish.is_hosted and name == "transaction_id":
            continue
        if getattr(wish, name) in (None, ""):
            word = _FIELD_WORDS[name]
            yield Problem(name, f"‘{LABELS[wish.kind]}’ needs {word}.", remedy=f"Give {word}.")
    yield from _not_one(wish)
    if wish.kind is Kind.PLAN_CHANGE and not any(
        getattr(wish, name) not in (None, "") for name in NEEDS[wish.kind].may
    ):
        yield Problem("plan_id", "Nothing of the plan would change.", remedy="Say what to change.")
    if wish.kind is Kind.UPDATE_CUSTOMER and not details_of(wish):
        sentence = "Nothing of the payment method would change."
        yield Problem("vault_id", sentence, remedy="Say what to change.")


def _not_one(wish: Wish) -> Iterator[Problem]:
    """Of a charge: what is charged is a stored payment method or the card of a payment."""
    choice = NEEDS[wish.kind].one_of
    given = [name for name in choice if getattr(wish, name)]
    if wish.is_hosted or not choice or len(given) == 1:
        return
    if given:
        sentence = "What to charge is named twice: a stored payment method and a payment."
        yield Problem(given[-1], sentence, remedy="Give one of them.")
    else:
        yield Problem(
            choice[0],
            f"‘{LABELS[wish.kind]}’ needs a stored payment method, or an earlier payment whose "
            "card is charged again.",
            remedy="Give one of them.",
        )


def _strangers(wish: Wish) -> Iterator[Problem]:
    known = {"kind", "is_hosted", "keeps_method", *NEEDS[wish.kind].known}
    for field in fields(wish):
        if field.name not in known and getattr(wish, field.name) not in (None, ""):
            sentence = f"‘{LABELS[wish.kind]}’ takes no {field.name.replace('_', ' ')}."
            yield Problem(field.name, sentence, remedy="Leave it out.")


def _wrong_payer(wish: Wish) -> Iterator[Problem]:
    if wish.kind is Kind.CHARGE and wish.method is PaymentMethod.ACH and wish.transaction_id:
        sentence = "A bank payment is charged to a stored payment method only."
        yield Problem("transaction_id", sentence, remedy="Give a stored payment method.")


def _wrong_amount(wish: Wish) -> Iterator[Problem]:
    if wish.amount is not None and wish.amount.amount <= 0:
        yield Problem(
            "amount", f"The amount {wish.amount} is not above zero.", remedy="Give another amount."
        )


def texts(wish: Wish) -> Iterator[Problem]:
    """Of its texts alone: too long, not printable, or a card number."""
    for name, longest in _LONGEST.items():
        text = getattr(wish, name)
        word = name.replace("_", " ")
        if len(text) > longest:
            sentence = f"The {word} is longer than {longest} characters."
            yield Problem(name, sentence, remedy="Shorten it.")
        elif not text.isprintable():
            yield Problem(name, f"The {word} holds characters that cannot be printed.")
        elif contains_card_number(text.encode()):
            sentence = f"The {word} looks like a card number, and those never enter Tieout."
            yield Problem(name, sentence, remedy="Use PayTrace's own card form.")


def _wrong_plan(wish: Wish, *, today: date) -> Iterator[Problem]:
    for name in ("start_on", "next_on"):
        day: date | None = getattr(wish, name)
        if day is not None and day <= today:
            yield Problem(
                name,
                f"A recurring payment cannot begin on {day:%d %B %Y}: that is not after today.",
                remedy="Choose a later day.",
            )
        elif day is not None and day > LATEST_DAY:
            sentence = f"A recurring payment cannot begin after {LATEST_DAY:%d %B %Y}."
            yield Problem(name, sentence, remedy="Choose an earlier day.")
    if wish.total_count is not None and not 1 <= wish.total_count <= MOST_RUNS:
        yield Problem("total_count", f"A plan makes 1 to {MOST_RUNS} payments, or has no end.")


def _wrong_details(wish: Wish, *, today: date) -> Iterator[Problem]:
    """Of a stored customer that is changed: its country, and the end of its card."""
    if wish.country and not (wish.country.isascii() and wish.country.isalpha()):
        sentence = f"‘{wish.country}’ is no country’s code of two letters."
        yield Problem("country", sentence, remedy="Give one such as US.")
    month, year = wish.expiry_month, wish.expiry_year
    if month is None and year is None:
        return
    if month is None or year is None:
        missing = "expiry_month" if month is None else "expiry_year"
        yield Problem(missing, "A card ends in a month and a year.", remedy="Give both.")
    elif not 1 <= month <= _MONTHS:
        yield Problem("expiry_month", f"{month} is no month.", remedy="Give 1 to 12.")
    elif not (today.year, today.month) <= (year, month) <= (today.year + _MOST_YEARS, _MONTHS):
        yield Problem(
            "expiry_year",
            f"A card that ends in {month:02}/{year} cannot be charged.",
            remedy=f"Give a month from {today.month:02}/{today.year} on, the year in four digits.",
        )
