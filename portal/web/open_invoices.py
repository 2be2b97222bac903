"""Open invoices of Sage that fit what a person looks for, to ask or charge for one of them.

They are read from Sage at night; what was paid here since is told beside each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from integrations.canonical.money import Money
from integrations.connections.models import Connection
from integrations.open_items import queries as open_items
from integrations.open_items.models import OpenItem
from integrations.posting.models import Effect
from integrations.posting.paid import paid_since
from portal.web import moments

# The longest number of a customer or invoice that is looked for.
MOST_TYPED = 40
# How far back a payment is looked for where the open invoices were never read.
_LONG_AGO = timedelta(days=30)


@dataclass(frozen=True)
class Bills:
    """Open invoices of one account's Sage company, each with the payment that came for it since
    they were read."""

    account: Connection
    found: open_items.Found
    rows: list[tuple[OpenItem, Effect | None]]


def found_by(typed: str, accounts: Sequence[Connection]) -> list[Bills]:
    """Those of the customer with exactly this number, else whose number fits, for each account
    that posts to a Sage company."""
    return [
        _bills(account, account.posts_to_id, typed)
        for account in accounts
        if typed and account.posts_to_id is not None
    ]


def doubt_about(
    number: str, amount: Money, *, account: Connection, zone: str, now: datetime
) -> str:
    """Why charging an invoice may be a mistake, in a sentence; empty where nothing speaks against
    it. Sage is not asked: what is not open there can still be newer than what was read."""
    company_id = account.posts_to_id
    if not number or company_id is None:
        return ""
    copy = open_items.copy_of(company_id)
    as_of = copy.complete_as_of if copy else None
    since = as_of or now - _LONG_AGO
    paid = paid_since(company_id=company_id, numbers=[number], since=since).get(number)
    if paid is not None:
        came = moments.clock(paid.occurred_at, zone=zone, now=now)
        return f"A payment of {Money(paid.amount, paid.currency)} for {number} came {came}."
    if as_of is None:
        return ""
    read = moments.clock(as_of, zone=zone, now=now)
    balance = open_items.balance_of(company_id=company_id, number=number, currency=amount.currency)
    if balance is None:
        return f"{number} was not open in {account.posts_to} {read}."
    if balance < amount.amount:
        return f"Of {number} only {Money(balance, amount.currency)} was open {read}."
    return ""


def _bills(account: Connection, company_id: UUID, typed: str) -> Bills:
    found = _find(account, company_id, typed)
    paid: dict[str, Effect] = {}
    if found.items and found.complete_as_of is not None:
        numbers = [item.number for item in found.items]
        paid = paid_since(company_id=company_id, numbers=numbers, since=found.complete_as_of)
    return Bills(account, found, [(item, paid.get(item.number)) for item in found.items])


def _find(account: Connection, company_id: UUID, typed: str) -> open_items.Found:
    def find(*, customer: str, other: str) -> open_items.Found:
        return open_items.find(
            company_id=company_id,
            customer_number=customer,
            typed=other,
            amount=Decimal(0),
            currency=str(account.settings["currency"]),
        )

    of_customer = find(customer=typed, other="")
    return of_customer if of_customer.items else find(customer="", other=typed)
