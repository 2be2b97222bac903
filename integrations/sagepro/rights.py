"""What the connector's login must be allowed to do in a company's database, and no more.

Nothing is ever deleted, and what may hold card data is never granted, whatever a profile says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from integrations.canonical.posting import JOURNALS, PostingKind
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sensitive import is_sensitive

Verb = Literal["SELECT", "INSERT", "UPDATE"]
_COUNTERS, _CUSTOMERS, _FLAGGED = "counters", "customers", "flagged"
# The columns a posting changes, by logical name.
_UPDATED = {
    _CUSTOMERS: ("balance", "last_paid_date", "last_paid_amount"),
    "invoices": ("balance", "base_balance", "paid", "paid_date"),
    _COUNTERS: ("value",),
    "stock": ("allocated",),
    "orders": ("open_amount", "tax", "customer_po"),
    "order_lines": ("description", "location", "open_quantity", "price", "amount", "status"),
    _FLAGGED: ("flag", "generation", "status", "result_id", "message"),
}


@dataclass(frozen=True)
class Right:
    """One thing the login may do, with the site's own names."""

    verb: Verb
    table: str
    columns: tuple[str, ...]
    schema: str = ""
    """Empty for the connection's default."""


def rights(profile: PostingProfile) -> list[Right]:
    """Reading what is mapped, and writing only what the profile's kinds of posting write, beside
    our own record."""
    found = [_select(profile, table) for table in profile.all_tables]
    found += [_insert(profile, table) for table in _inserted(profile)]
    found += [_update(profile, table) for table in _UPDATED if table in profile.tables]
    return [right for right in found if right.columns]


def _select(profile: PostingProfile, table: str) -> Right:
    names = (column.name for column in profile.table_map(table).columns.values())
    return _right("SELECT", profile, table, names)


def _inserted(profile: PostingProfile) -> Iterator[str]:
    if profile.kinds:
        yield "distributions"
    # Our own, and of a company that is only read too: which agent is its writer stands there, and
    # what a person has decided never to post.
    yield "postings"
    if _moves_documents(profile):
        yield "receipts"
    # Only what is left over, or paid without an invoice, becomes a document.
    if PostingKind.ON_ACCOUNT in profile.kinds:
        yield "invoices"
    if profile.writes_orders:
        yield from ("orders", "order_lines")
    if profile.creates_customers:
        yield _CUSTOMERS


def _moves_documents(profile: PostingProfile) -> bool:
    """Whether anything is posted that is more than a journal."""
    return bool(profile.kinds - JOURNALS)


def _insert(profile: PostingProfile, table: str) -> Right:
    mapped = profile.table_map(table)
    given = [column.name for key, column in mapped.columns.items() if key != "row_id"]
    return _right("INSERT", profile, table, [*given, *mapped.blanks, *mapped.constants])


def _update(profile: PostingProfile, table: str) -> Right:
    keys = list(_UPDATED[table]) if _is_updated(profile, table) else []
    if table == "invoices" and profile.status_column:
        keys.append(profile.status_column)
    if table == _CUSTOMERS and profile.writes_orders:
        keys.append("on_order")
    names = (profile.column(table, key).name for key in keys if profile.has(table, key))
    return _right("UPDATE", profile, table, names)


def _is_updated(profile: PostingProfile, table: str) -> bool:
    if table == "stock":
        return profile.allocates_stock
    if table == _FLAGGED:
        return True
    if table in {"orders", "order_lines"}:
        return profile.writes_orders
    if table == _COUNTERS:
        numbers_customers = profile.creates_customers and profile.customer_numbers.counter
        return bool(profile.kinds) or profile.writes_orders or bool(numbers_customers)
    return _moves_documents(profile)


def _right(
    verb: Verb, profile: PostingProfile, table: str, columns: Iterator[str] | list[str]
) -> Right:
    names = tuple(name for name in dict.fromkeys(columns) if not is_sensitive(name))
    return Right(verb, profile.physical_table(table), names, profile.schema_of(table))
