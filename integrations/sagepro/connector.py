"""What every way into a Sage Pro company can do, whichever edition stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from integrations.canonical.keyed import KeyedAnswer, KeyedQuestion
from integrations.canonical.ledger_documents import (
    CompanyProfile,
    Customer,
    FiscalPeriod,
    GLAccount,
    Invoice,
    Receipt,
)
from integrations.canonical.open_items import OpenItemsAnswer, OpenItemsQuestion
from integrations.canonical.posting import PostingRequest, PostingResult, WithdrawOutcome
from integrations.sagepro.layout import Layout
from integrations.sagepro.self_test import SelfTest


class Connector(Protocol):
    """The books of one Sage Pro company, and its single writer.

    Every method raises TryLater when Sage cannot be reached, is locked or timed out before
    anything was sent, and FixConfiguration for a refused login, a missing permission, or a
    table or column that is not what the posting profile says. Amounts are Decimal in the
    currency of their document, document numbers are without padding, and free text comes
    with card numbers redacted. Columns outside the posting profile are never read.
    """

    def company_profile(self) -> CompanyProfile:
        """Which company answers, how much is in it, and which fiscal periods are open."""
        ...

    def fingerprint(self) -> str:
        """SHA-256 over the columns and types of the mapped tables; changes when one does."""
        ...

    def gl_accounts(self) -> list[GLAccount]:
        """The chart of accounts by number, inactive ones included and marked."""
        ...

    def fiscal_periods(self) -> list[FiscalPeriod]:
        """The fiscal calendar, oldest period first."""
        ...

    def customer(self, number: str) -> Customer | None:
        """The customer of that number; None when there is none."""
        ...

    def invoices_by_number(self, numbers: Sequence[str]) -> list[Invoice]:
        """Documents with these numbers, current first, then history. Any padding will do."""
        ...

    def open_invoices(self, customer_number: str) -> list[Invoice]:
        """The customer's documents with a balance, oldest first; open credits included."""
        ...

    def open_items(self, question: OpenItemsQuestion) -> OpenItemsAnswer:
        """How all open documents of the company differ from what the question knows of them.

        Reads the open documents once for each question and moves digests, and the lines
        (`OpenItem.line`) of the wanted leaves that differ. Amounts in each document's currency.
        """
        ...

    def invoices_by_order(self, order_number: str) -> list[Invoice]:
        """Documents that came from this sales order, current first, then history."""
        ...

    def receipts_for_invoice(self, number: str) -> list[Receipt]:
        """Receipts on this document, history included, whoever keyed them; oldest first."""
        ...

    def receipts_by_reference(self, reference: str) -> list[Receipt]:
        """Receipts that carry this reference (our marker, or what a person typed there), history
        included; oldest first. None for a blank one."""
        ...

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        """What a person has keyed of a posting: receipts and GL lines that carry its marker.

        With none of them, whether Sage would take it, by the rules `post_if_absent` goes by; a
        kind that the posting profile does not name is no reason not to, since a person keys it.
        Writes nothing and takes no lock.
        """
        ...

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        """Write the posting unless it stands in the books already; the answer says which.

        Checks and writes under the company's writer lock, in one step: receipts, documents,
        the customer's totals, the GL distribution and our own record of the key. Asking again
        with the same request is always safe and answers EXISTS. WAIT and REFUSED wrote nothing.

        Raises OutcomeUnknown when the answer to the final commit was lost: ask again.
        """
        ...

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        """Forbid this key for ever, unless it stands in the books or is still under way.

        Raises OutcomeUnknown when the answer to the final commit was lost: ask again.
        """
        ...

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        """Write a short payment status on a current invoice; True when it stands there, or was
        handed over to Sage Pro's own program, which writes it.

        False when the posting profile names no status column or no current invoice has that
        number. Idempotent. Raises NeverWorks when the text does not fit the column, and
        OutcomeUnknown when the answer to the commit was lost.
        """
        ...

    def close(self) -> None:
        """Give back connections. The connector is not used afterwards."""
        ...


@runtime_checkable
class ShowsLayout(Protocol):
    """A connector that can say what its fingerprint was made of."""

    def layout(self) -> Layout:
        """Table, column and type of the mapped tables, as far as this login may see them."""
        ...


@runtime_checkable
class TakesSnapshots(Protocol):
    """A connector that can show a test company whole, for calibration."""

    def snapshot(self) -> str:
        """Every table of the company as it stands now, as `Snapshot.from_text` of calibration
        reads it; nothing is written. Columns that may hold card data are left out, and named.

        Raises TryLater when the company cannot be reached, FixConfiguration and NeverWorks when
        its tables cannot be read.
        """
        ...


@runtime_checkable
class ProvesItself(Protocol):
    """A connector that can try, on the site's own server, what its writer relies on."""

    def self_test(self) -> SelfTest:
        """Try exclusion, uniqueness, time-out, rollback, reading back and rights.

        Writes one row that no payment has into our own side table, and nothing else. Raises
        TryLater when the server cannot be reached or is in use.
        """
        ...
