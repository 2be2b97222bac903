"""A company's posting profile: its names, widths, padding and posting habits, as data.

Sage Pro is customised at nearly every site, so nothing about a site stands in code. The logical
names here (`invoices.balance`) are ours; the physical ones (`armast.balance`) are the site's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from integrations.canonical.posting import PostingKind
from integrations.sagepro import profile_json
from integrations.sagepro.columns import (
    UNFLAGGED,
    UNNUMBERED,
    ColumnMap,
    FlagRule,
    MarkerRule,
    NumberRule,
    SessionCounter,
    TableMap,
)

HISTORY = {
    "invoice_history": "invoices",
    "receipt_history": "receipts",
    "order_history": "orders",
    "order_line_history": "order_lines",
}
"""History tables have the columns of the current ones (the Y after the module prefix)."""


@dataclass(frozen=True)
class PostingProfile:
    """Everything a back end needs to know about one company, proven by calibration."""

    name: str
    edition: str
    """`sql` or `dbf`."""
    company_number: str
    table_pattern: str
    """From table name to physical name: `{table}`, or `{table}{company}` for DBF files."""
    database_schema: str
    """SQL schema of the tables; empty for the connection's default."""
    code_page: str
    """Python codec of the text columns, such as `cp1252`; other characters are refused."""
    home_currency: str
    """What a blank currency column means."""
    empty_date: date
    """How an empty date is stored: 1900-01-01 in the SQL edition."""
    void_statuses: tuple[str, ...]
    closed_statuses: tuple[str, ...]
    open_credit_type: str
    """Document type of a payment on account."""
    inactive_account_statuses: tuple[str, ...]
    closed_period_values: tuple[str, ...]
    credit_hold_values: tuple[str, ...]
    paid_includes_discount: bool
    """True when an invoice's paid amount rises by payment and discount, False by payment only."""
    user_code: str
    """What the audit columns show as the user."""
    session: SessionCounter
    marker: MarkerRule
    kinds: frozenset[PostingKind]
    """What this company lets us write; anything else is refused as `profile_missing`."""
    status_column: str
    """Logical invoice column for a payment status; empty when the site has none."""
    receipt_fields: Mapping[str, str]
    """Mapped receipt field → logical receipt column: what a field mapping may fill."""
    tables: Mapping[str, TableMap] = field(default_factory=dict)
    allocates_stock: bool = False
    """True when Tieout may write the allocated quantity of items."""
    may_oversell: bool = False
    """True when more of an item may be allocated than lies there."""
    writes_orders: bool = False
    """True when Tieout may write sales orders and their lines."""
    order_numbers: NumberRule = UNNUMBERED
    """Where the number of a new sales order comes from."""
    creates_customers: bool = False
    """True when Tieout may add customers."""
    customer_numbers: NumberRule = UNNUMBERED
    """How a new customer is numbered."""
    flag: FlagRule = UNFLAGGED
    """Which rows of the flagged table ask for a payment; empty when the site has none."""
    distributes_applications: bool = False
    """True when Sage books GL lines as an open credit is applied to an invoice."""
    credits_are_positive: bool = False
    """True when Sage's GL lines hold a debit below zero and a credit above it."""
    system_schema: str = ""
    """SQL schema of the system tables, on SQL Server with their database before it: `PROSYS.dbo`.
    Empty where they stand with the others."""

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> PostingProfile:
        """The profile that `as_json` wrote. Raises FixConfiguration naming the field at fault."""
        return cls(**profile_json.read(data))

    def as_json(self) -> dict[str, object]:
        """A JSON form that `from_json` reads back."""
        return profile_json.write(self)

    @property
    def all_tables(self) -> tuple[str, ...]:
        """Every logical table that this company maps, history tables last."""
        histories = (name for name, current in HISTORY.items() if current in self.tables)
        return (*self.tables, *histories)

    def table_map(self, table: str) -> TableMap:
        """The map of a logical table; a history table has its current one's columns."""
        return self.tables[HISTORY.get(table, table)]

    def column(self, table: str, column: str) -> ColumnMap:
        return self.table_map(table).columns[column]

    def has(self, table: str, column: str) -> bool:
        return column in self.table_map(table).columns

    def physical_table(self, table: str) -> str:
        """The name of the table in the company's database or folder."""
        return self._physical_tables[table]

    @cached_property
    def _physical_tables(self) -> Mapping[str, str]:
        return {table: self._physical_table(table) for table in self.all_tables}

    def _physical_table(self, table: str) -> str:
        mapped = self.table_map(table)
        name = mapped.history_name if table in HISTORY else mapped.name
        if mapped.is_system:
            return name
        return self.table_pattern.format(table=name, company=self.company_number)

    def turned(self, table: str) -> frozenset[str]:
        """The columns that hold an amount of ours with the other sign."""
        is_turned = table == "distributions" and self.credits_are_positive
        return frozenset({"amount"}) if is_turned else frozenset()

    def schema_of(self, table: str) -> str:
        """Where a logical table stands in an SQL database; empty for the connection's default."""
        is_elsewhere = self.table_map(table).is_system and self.system_schema
        return self.system_schema if is_elsewhere else self.database_schema

    def by_schema(self) -> Mapping[str, list[str]]:
        """Schema → the physical names of the mapped tables there; the usual one first."""
        found: dict[str, list[str]] = {self.database_schema: []}
        for table in self.all_tables:
            found.setdefault(self.schema_of(table), []).append(self.physical_table(table))
        return found

    def receipt_field_width(self, name: str) -> int:
        """How many characters a mapped receipt field holds. Raises KeyError if there is none."""
        return self.column("receipts", self.receipt_fields[name]).type.width
