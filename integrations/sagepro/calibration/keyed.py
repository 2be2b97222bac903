"""What a person says they keyed in Sage's test company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from integrations.sagepro.calibration.transactions import Transaction


@dataclass(frozen=True)
class Part:
    """One invoice of a keyed receipt. Amounts in the company's currency, above zero."""

    invoice: str
    amount: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Keyed:
    """What a person says they keyed. `amount` is the money, above zero, without discount or fee."""

    transaction: Transaction
    customer: str
    """Empty for a journal, which has none."""
    amount: Decimal
    day: date
    """The date of the receipt."""
    entered_on: date
    """The day it was keyed, by the company's clock."""
    user: str
    """What Sage shows as the person who entered it."""
    reference: str
    parts: tuple[Part, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    """What was typed into other receipt fields: `check_number`, `payment_type`, `comment`."""
    takes_back: str = ""
    """The reference of the receipt that a reversal or chargeback takes back."""
    credit: str = ""
    """The number of the open credit that is applied."""
    fee: Decimal = Decimal(0)
    """What the bank takes for a chargeback, beside `amount`."""
    debit_account: str = ""
    credit_account: str = ""
    """The GL accounts of a journal."""

    @property
    def discount(self) -> Decimal:
        return sum((part.discount for part in self.parts), Decimal(0))


def keyed_to_json(keyed: Keyed) -> dict[str, object]:
    """A JSON form with amounts as text; `keyed_from_json` reads it back."""
    return {
        "transaction": keyed.transaction.value,
        "customer": keyed.customer,
        "amount": str(keyed.amount),
        "day": keyed.day.isoformat(),
        "entered_on": keyed.entered_on.isoformat(),
        "user": keyed.user,
        "reference": keyed.reference,
        "parts": [[p.invoice, str(p.amount), str(p.discount)] for p in keyed.parts],
        "fields": dict(keyed.fields),
        "takes_back": keyed.takes_back,
        "credit": keyed.credit,
        "fee": str(keyed.fee),
        "accounts": [keyed.debit_account, keyed.credit_account],
    }


def keyed_from_json(data: Mapping[str, object]) -> Keyed:
    """What `keyed_to_json` wrote."""
    parts, fields, accounts = data["parts"], data["fields"], data.get("accounts", ["", ""])
    if not isinstance(parts, list) or not isinstance(fields, Mapping):
        raise TypeError("Not a keyed transaction")
    if not isinstance(accounts, list):
        raise TypeError("Not a keyed transaction")
    return Keyed(
        transaction=Transaction(str(data["transaction"])),
        customer=str(data["customer"]),
        amount=Decimal(str(data["amount"])),
        day=date.fromisoformat(str(data["day"])),
        entered_on=date.fromisoformat(str(data["entered_on"])),
        user=str(data["user"]),
        reference=str(data["reference"]),
        parts=tuple(Part(number, Decimal(paid), Decimal(off)) for number, paid, off in parts),
        fields={str(name): str(text) for name, text in fields.items()},
        takes_back=str(data["takes_back"]),
        credit=str(data.get("credit", "")),
        fee=Decimal(str(data.get("fee", "0"))),
        debit_account=str(accounts[0]),
        credit_account=str(accounts[1]),
    )
