"""What the contract suite needs of a sample company, whichever back end reaches it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast

from integrations.canonical.posting import PostingResult
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.connector import Connector
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.books import Books, Changes

USER = "MB"
"""The code of the bookkeeper who keys by hand."""


class Everything(Connector, BeyondPayments):
    """A connector with all that it may offer."""


class AnyCompany(Protocol):
    """One company, connectors on it, and what somebody in Sage may do to its books.

    Tables go by their names in SQL (`armast`), and keys are given without padding.
    """

    @property
    def profile(self) -> PostingProfile: ...

    def connect(
        self,
        *,
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
    ) -> Connector: ...

    def books(self) -> Books:
        """Every row of the books as plain texts."""
        ...

    def during(self, act: Callable[[], object]) -> Changes:
        """What `act` did to the books."""
        ...

    def named(self, sentence: str) -> str:
        """The sentence with tables as this company names them: `{armast}`."""
        ...

    def add(self, table: str, **values: object) -> None:
        """Add a row, blank where nothing is given."""
        ...

    def change(self, table: str, where: dict[str, object], **values: object) -> None:
        """Set columns of the rows that match."""
        ...

    def remove(self, table: str, where: dict[str, object]) -> None: ...

    def move_to_history(self, number: str) -> None:
        """Move an invoice from ARMAST to ARYMST, as closing a period does."""
        ...

    def move_order_to_history(self, number: str) -> None:
        """Move a sales order from SOMAST to SOYMST; its lines stay."""
        ...

    def forget_posting(self, effect_key: str) -> None:
        """Restore our own record to before this posting; the books stay."""
        ...

    @property
    def leaves_record(self) -> bool:
        """Whether a posting leaves our own record beside the books; a person's leaves none."""
        ...

    def busy(self) -> AbstractContextManager[None]:
        """Somebody else is the company's single writer for a while."""
        ...


def as_left(company: AnyCompany, found: Changes) -> Changes:
    """A machine's changes as this way leaves them: what a person keys bears that person's code."""
    if company.leaves_record:
        return found
    added = {
        table: [{**row, "adduser": USER} if "adduser" in row else row for row in rows]
        for table, rows in found.added.items()
        if table != "ptpost"
    }
    return Changes(added, found.removed, found.changed)


def documents_in(company: AnyCompany, result: PostingResult) -> list[str]:
    """The documents of the receipts that the evidence shows, in its words or in Sage's."""
    shown: Any = result.evidence
    if company.leaves_record:
        return [row["invno"] for row in shown[company.named("{arcash}")]]
    return [row["Invoice"] for row in shown["Cash receipts"]]


def opened(
    company: AnyCompany, *, profile: PostingProfile | None = None, limits: Limits | None = None
) -> Everything:
    """A connector on this company, for whatever it offers."""
    return cast("Everything", company.connect(profile=profile, limits=limits))
