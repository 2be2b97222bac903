"""What the rules of posting need from a company's books, however they are stored.

The SQL edition answers through a connection, the FoxPro edition through a snapshot of files.
The rules (`checking`, `reversing`, `answering`, `evidence`) are written once for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from integrations.sagepro.profile import PostingProfile

H = TypeVar("H")
"""What books are reached through: an SQL connection, a snapshot of files."""
H_contra = TypeVar("H_contra", contravariant=True)

Row = Mapping[str, Any]
"""One record by logical column name: text trimmed, an empty date None, money Decimal."""


class Company(Protocol[H_contra]):
    """One company's tables, speaking logical names. A condition is made and read by it alone."""

    @property
    def profile(self) -> PostingProfile: ...

    def matches(self, table: str, column: str, values: Sequence[str]) -> Any:
        """The condition that the key is one of `values`, however either side is padded."""
        ...

    def equals(self, table: str, column: str, value: str) -> Any:
        """The condition that the text is `value`, character by character."""
        ...

    def beyond(self, table: str, column: str, value: str) -> Any:
        """The condition that the text comes after this one, in the order `rows` sorts by."""
        ...

    def between(self, table: str, column: str, first: date, last: date) -> Any:
        """The condition that the day is one from `first` to `last`, both included."""
        ...

    def is_open(self, customer_number: str | None = None) -> Any:
        """The condition that an invoice has a balance and is not void, for one customer or all."""
        ...

    def rows(
        self,
        connection: H_contra,
        table: str,
        where: Any = None,
        *,
        order_by: Sequence[str] = (),
        only: Sequence[str] = (),
        limit: int | None = None,
        whole: bool = False,
    ) -> list[Row]:
        """The mapped columns of the rows that match, in stable order; where given, `only` those
        of them, and the first `limit` rows. Columns of a customer that only a new one needs are
        left out unless `whole`."""
        ...

    def count(self, connection: H_contra, table: str, where: Any = None) -> int:
        """How many rows match."""
        ...

    def has(self, table: str, column: str) -> bool: ...


class Changeable(Company[H_contra], Protocol[H_contra]):
    """A company whose books the rules beside payments change: in a transaction of the SQL
    edition, in a plan for the FoxPro edition. What was written is read back by `rows`."""

    def holds(self, table: str, column: str, value: object) -> Any:
        """The condition that the column still holds this value, which was read from it."""
        ...

    def begins(self, table: str, column: str, text: str) -> Any:
        """The condition that the text begins with this one."""
        ...

    def reads(self, table: str, column: str, text: str) -> Any:
        """The condition that the text is this one in small letters, outer blanks left aside."""
        ...

    def insert(self, connection: H_contra, table: str, values: Row) -> None:
        """Add a row: given values, the site's constants, blanks for the rest; never NULL."""
        ...

    def update(self, connection: H_contra, table: str, where: Any, values: Row) -> int:
        """Set the given columns; how many rows matched."""
        ...

    def now(self, connection: H_contra) -> datetime:
        """The time by the clock that the company's own audit columns go by."""
        ...

    def only_mapped(self, table: str, values: Row) -> Row:
        """The values whose column this site has."""
        ...
