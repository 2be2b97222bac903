"""A bookkeeper at Sage's own screens: keys what the worksheet lists, or finds that Sage refuses.

What Sage's program writes for each kind is what the sample company's profile says, which
calibration found by watching it. Nothing of ours is left in the books: no effect key, no row of
the side table, and another user's code on every row.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psycopg

from integrations.canonical.keyed_changes import Wanted
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import PostingKind, PostingOutcome, PostingRequest
from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.sagepro.backends import by_hand
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.profile import PostingProfile
from tests.sagepro.any_company import USER


@dataclass
class Bookkeeper:
    """One person at one company. What they remember of their own entries is put away between."""

    dsn: str = field(repr=False)
    at_work: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def key(self, request: PostingRequest, *, profile: PostingProfile) -> str:
        """Type it in; why Sage does not take it, empty when it did."""
        screens = replace(profile, user_code=USER, kinds=frozenset(PostingKind))
        with self.at_work, self._screens(request.effect_key, profile=screens) as sage:
            result = sage.post_if_absent(request)
        if result.outcome is PostingOutcome.REFUSED and result.refusal is not None:
            return result.refusal.sentence
        assert result.outcome is PostingOutcome.POSTED, result
        return ""

    def change(self, wanted: Wanted, *, profile: PostingProfile) -> ChangeResult:
        """Type it in; what came of it, with the number that Sage shows."""
        screens = replace(profile, user_code=USER)
        typed = _by_heart(wanted)
        key = by_hand.asked_of(typed).key
        with self.at_work, self._screens(key, profile=screens) as sage:
            result = _typed(sage, typed)
        assert result.outcome in {ChangeOutcome.DONE, ChangeOutcome.REFUSED}, result
        return result

    @contextmanager
    def _screens(self, key: str, *, profile: PostingProfile) -> Iterator[SqlConnector]:
        with self._remembering(key):
            sage = SqlConnector(self.dsn, profile=profile)
            try:
                yield sage
            finally:
                sage.close()

    @contextmanager
    def _remembering(self, key: str) -> Iterator[None]:
        with psycopg.connect(self.dsn, autocommit=True) as books:
            books.execute("CREATE TABLE IF NOT EXISTS by_heart (LIKE ptpost INCLUDING ALL)")
            books.execute("INSERT INTO ptpost SELECT * FROM by_heart")
            try:
                yield
            finally:
                books.execute(
                    "INSERT INTO by_heart SELECT * FROM ptpost WHERE trim(effkey) = %s"
                    " ON CONFLICT DO NOTHING",
                    [key],
                )
                books.execute("DELETE FROM ptpost WHERE effkey IN (SELECT effkey FROM by_heart)")


def _by_heart(wanted: Wanted) -> Wanted:
    """The same under a key of the person's own, so that nobody takes it for a record of ours."""
    if isinstance(wanted, OrderRequest):
        return replace(wanted, order=f"keyed:{wanted.order}")
    return replace(wanted, key=f"keyed:{wanted.key}")


def _typed(sage: SqlConnector, wanted: Wanted) -> ChangeResult:
    if isinstance(wanted, CustomerRequest):
        return sage.create_or_match_customer(wanted)
    if isinstance(wanted, Allocation):
        return sage.allocate_stock(wanted)
    return sage.upsert_order(wanted)
