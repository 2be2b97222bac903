"""Open invoices of Sage that fit what a person looks for, to ask or charge for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from integrations.connections.models import Connection
from integrations.open_items import queries as open_items

# The longest number of a customer or invoice that is looked for.
MOST_TYPED = 40


def found_by(
    typed: str, accounts: Sequence[Connection]
) -> list[tuple[Connection, open_items.Found]]:
    """Those of the customer with exactly this number, else whose number fits, for each account
    that posts to a Sage company."""
    return [
        (account, _find(account, account.posts_to_id, typed))
        for account in accounts
        if typed and account.posts_to_id is not None
    ]


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
