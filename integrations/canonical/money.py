"""Amounts with their currency. Decimal only; a float is a programming error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

# ISO 4217 minor-unit digits where they are not two.
_EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}

# Sage Pro keeps money in an 8-byte currency field with 4 decimals (ARCUST, Pro 3.2: type Y);
# twelve integer digits is PayTrace's documented limit for an amount.
MAX_INTEGER_DIGITS = 12
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)


class MoneyError(ValueError):
    """The value is not an amount of this currency; the text says which and why."""


def exponent(currency: str) -> int:
    """Digits after the point in `currency` (2 unless ISO 4217 says otherwise)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True)
class Money:
    """An exact amount in one currency, in major units (12.34 means twelve dollars 34)."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError("Money needs a Decimal amount")
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isupper()):
            raise MoneyError(f"{self.currency!r} is not a currency code such as USD")
        if not self.amount.is_finite():
            raise MoneyError("An amount must be a finite number")
        quantum = Decimal(1).scaleb(-exponent(self.currency))
        if abs(self.amount) >= Decimal(10) ** MAX_INTEGER_DIGITS:
            raise MoneyError(f"An amount has at most {MAX_INTEGER_DIGITS} digits before the point")
        if self.amount != self.amount.quantize(quantum):
            raise MoneyError(f"{self.amount} has more decimals than {self.currency} allows")
        object.__setattr__(self, "amount", self.amount.quantize(quantum) + Decimal(0))

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a plain decimal string ("740.00"). Raises MoneyError for anything else."""
        cleaned = text.strip()
        plain = cleaned.removeprefix("-").replace(".", "", 1)
        if not (plain.isascii() and plain.isdigit()):
            raise MoneyError(f"{text!r} is not an amount such as 740.00")
        try:
            return cls(Decimal(cleaned), currency)
        except InvalidOperation as error:
            raise MoneyError(f"{text!r} is not an amount such as 740.00") from error

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"Cannot combine {self.currency} with {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __str__(self) -> str:
        return f"{self.amount:,.{exponent(self.currency)}f} {self.currency}"

    @property
    def plain(self) -> str:
        """The amount as a program writes it: `1234.50`, no separators, full decimals."""
        return f"{self.amount:.{exponent(self.currency)}f}"


def without_separators(text: str) -> str:
    """`1,234.50` as `1234.50`. Raises MoneyError for a comma that stands anywhere but before three
    digits: `12,50` is twelve and a half where it was written, and never 1250."""
    if "," in text and not _GROUPED.fullmatch(text):
        raise MoneyError(f"{text!r} is not an amount such as 1,234.50")
    return text.replace(",", "")


def round_to(amount: Decimal, currency: str) -> Decimal:
    """Half-up to the currency's decimals: the rounding every accountant does by hand."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), rounding=ROUND_HALF_UP)
