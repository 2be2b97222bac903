"""A company that Tieout writes into, but for kinds nobody calibrated: a person keys those.

The company's own writer is asked first, since it may have posted the kind before. What stands
on the worksheet already is the worksheet's, also when the kind was calibrated since: two who
write could write the same.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from integrations.canonical.flagged import FlagAnswer, FlaggedRow
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import (
    PostingKind,
    PostingRequest,
    PostingResult,
    WithdrawOutcome,
)
from integrations.canonical.stock import Allocation, ChangeResult
from integrations.connections.assisted import AssistedConnector
from integrations.connections.worksheet import EntryState
from integrations.sagepro.backends.answering import is_not_calibrated
from integrations.sagepro.connector import Connector, ProvesItself, TakesSnapshots
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.self_test import SelfTest


class Writer(Connector, ProvesItself, TakesSnapshots, Protocol):
    """A way into the company that writes."""


class PartlyAssisted(AssistedConnector):
    """See `Connector` for what each method promises; a company without any kind is only read,
    and nothing is listed for it."""

    def __init__(
        self, writer: Writer, *, tenant_id: UUID, company_id: UUID, profile: PostingProfile
    ) -> None:
        super().__init__(writer, tenant_id=tenant_id, company_id=company_id, profile=profile)
        self._writer = writer
        self._kinds = profile.kinds

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        if not self._is_the_writers(self._desk.state(request.effect_key), request.kind):
            return self._desk.answer(request)
        result = self._writer.post_if_absent(request)
        if not self._kinds or not is_not_calibrated(result.refusal):
            return result
        self._desk.expect(request)
        return self._desk.answer(request)

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        state = self._desk.state(effect_key)
        if state not in (None, EntryState.GIVEN_BACK):
            return super().withdraw(effect_key)
        outcome = self._writer.withdraw(effect_key)
        if state is not None and outcome is WithdrawOutcome.WITHDRAWN:
            return self._desk.forbid(effect_key, self._marker(effect_key))
        return outcome

    def _is_the_writers(self, state: EntryState | None, kind: PostingKind) -> bool:
        """What was never listed; and what is on no list, once its kind is calibrated."""
        return state is None or (state is EntryState.GIVEN_BACK and kind in self._kinds)

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        return self._writer.note_status(invoice_number=invoice_number, status=status)

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        known = self._changes.not_the_writers(allocation)
        return known or self._beyond().allocate_stock(allocation)

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        return self._changes.not_the_writers(order) or self._beyond().upsert_order(order)

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        known = self._changes.not_the_writers(customer)
        return known or self._beyond().create_or_match_customer(customer)

    def flagged_rows(self, *, after: str, limit: int) -> list[FlaggedRow]:
        return self._beyond().flagged_rows(after=after, limit=limit)

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        return self._beyond().answer_flagged(answer)

    def self_test(self) -> SelfTest:
        return self._writer.self_test()

    def snapshot(self) -> str:
        return self._writer.snapshot()
