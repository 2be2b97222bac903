"""A connector whose company is reached by a process of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from integrations.canonical.errors import IntegrationError, OutcomeUnknown, TryLater
from integrations.canonical.flagged import FlagAnswer, FlaggedRow
from integrations.canonical.keyed import KeyedAnswer, KeyedQuestion
from integrations.canonical.keyed_changes import ChangeQuestion, ChangeSeen
from integrations.canonical.ledger_documents import (
    CompanyProfile,
    Customer,
    FiscalPeriod,
    GLAccount,
    Invoice,
    Receipt,
)
from integrations.canonical.open_items import OpenItemsAnswer, OpenItemsQuestion
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import PostingRequest, PostingResult, WithdrawOutcome
from integrations.canonical.stock import Allocation, ChangeResult, Item, SalesOrder, Stock
from integrations.sagepro.agent import calls
from integrations.sagepro.apart.messages import Asked, Setup, milliseconds
from integrations.sagepro.apart.process import Lost, Process
from integrations.sagepro.apart.trust import Trust
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.layout import Layout
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.self_test import SelfTest
from integrations.sagepro.unsendable import refused_number

IDLE_SECONDS = 60.0
"""A process that nobody asked anything for this long is ended."""
ANSWER_SECONDS = 120.0
"""Longer than every limit of one call together."""
# After these the driver confuses later failures with them (see `message_numbers`).
_STARTS_ANEW = frozenset({"sage.login_refused", "sage.database_missing"})


class ApartConnector(BeyondPayments):
    """The same promises as `SqlConnector`, kept by a process that is started when needed.

    Its driver's trust and time limits are that process's alone. Safe to share between threads;
    calls wait for each other. When the process ends in the middle of a write, or does not
    answer in time and is ended, OutcomeUnknown is raised: ask again.
    """

    def __init__(
        self,
        dsn: str,
        *,
        profile: PostingProfile,
        trust: Trust | None = None,
        expected_fingerprint: str = "",
        expected_layout: Layout | None = None,
        limits: Limits | None = None,
        idle_seconds: float = IDLE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._setup = Setup(
            dsn=dsn,
            profile=profile.as_json(),
            expected_fingerprint=expected_fingerprint,
            expected_layout=expected_layout,
            milliseconds=milliseconds(limits or Limits()),
            # It outlives our own count, so that it never ends while it is being asked.
            idle_seconds=2 * int(idle_seconds) + 10,
        )
        self._trust = trust
        self._idle, self._patience = idle_seconds, answer_seconds
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._asked_at = 0.0

    def company_profile(self) -> CompanyProfile:
        return self._ask("company_profile")  # type: ignore[no-any-return]

    def fingerprint(self) -> str:
        return self._ask("fingerprint")  # type: ignore[no-any-return]

    def layout(self) -> Layout:
        return self._ask("layout")  # type: ignore[no-any-return]

    def gl_accounts(self) -> list[GLAccount]:
        return self._ask("gl_accounts")  # type: ignore[no-any-return]

    def fiscal_periods(self) -> list[FiscalPeriod]:
        return self._ask("fiscal_periods")  # type: ignore[no-any-return]

    def customer(self, number: str) -> Customer | None:
        return self._ask("customer", number=number)  # type: ignore[no-any-return]

    def invoices_by_number(self, numbers: Sequence[str]) -> list[Invoice]:
        return self._ask("invoices_by_number", numbers=list(numbers))  # type: ignore[no-any-return]

    def open_invoices(self, customer_number: str) -> list[Invoice]:
        return self._ask("open_invoices", customer_number=customer_number)  # type: ignore[no-any-return]

    def open_items(self, question: OpenItemsQuestion) -> OpenItemsAnswer:
        return self._ask("open_items", question=question)  # type: ignore[no-any-return]

    def invoices_by_order(self, order_number: str) -> list[Invoice]:
        return self._ask("invoices_by_order", order_number=order_number)  # type: ignore[no-any-return]

    def receipts_for_invoice(self, number: str) -> list[Receipt]:
        return self._ask("receipts_for_invoice", number=number)  # type: ignore[no-any-return]

    def receipts_by_reference(self, reference: str) -> list[Receipt]:
        return self._ask("receipts_by_reference", reference=reference)  # type: ignore[no-any-return]

    def receipts_between(self, *, first: date, last: date) -> list[Receipt]:
        return self._ask("receipts_between", first=first, last=last)  # type: ignore[no-any-return]

    def customers_after(self, *, number: str, limit: int) -> list[Customer]:
        return self._ask("customers_after", number=number, limit=limit)  # type: ignore[no-any-return]

    def customers_changed_since(self, day: date) -> list[Customer]:
        return self._ask("customers_changed_since", day=day)  # type: ignore[no-any-return]

    def orders_by_number(self, numbers: Sequence[str]) -> list[SalesOrder]:
        return self._ask("orders_by_number", numbers=list(numbers))  # type: ignore[no-any-return]

    def open_orders(self, customer_number: str) -> list[SalesOrder]:
        return self._ask("open_orders", customer_number=customer_number)  # type: ignore[no-any-return]

    def items(self, numbers: Sequence[str]) -> list[Item]:
        return self._ask("items", numbers=list(numbers))  # type: ignore[no-any-return]

    def stock(self, items: Sequence[str]) -> list[Stock]:
        return self._ask("stock", items=list(items))  # type: ignore[no-any-return]

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        return self._change("allocate_stock", allocation=allocation)

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        return self._change("upsert_order", order=order)

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        return self._change("create_or_match_customer", customer=customer)

    def flagged_rows(self, *, after: str, limit: int) -> list[FlaggedRow]:
        return self._ask("flagged_rows", after=after, limit=limit)  # type: ignore[no-any-return]

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        return self._change("answer_flagged", answer=answer)

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        return self._ask("look_for_keyed", question=question)  # type: ignore[no-any-return]

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        return self._ask("look_for_change", question=question)  # type: ignore[no-any-return]

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        return self._ask("post_if_absent", request=request)  # type: ignore[no-any-return]

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        return self._ask("withdraw", effect_key=effect_key)  # type: ignore[no-any-return]

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        named = {"invoice_number": invoice_number, "status": status}
        return self._ask("note_status", **named)  # type: ignore[no-any-return]

    def snapshot(self) -> str:
        return self._ask("snapshot")  # type: ignore[no-any-return]

    def self_test(self) -> SelfTest:
        return self._ask("self_test")  # type: ignore[no-any-return]

    def close(self) -> None:
        with self._lock:
            self._end()

    def _change(self, name: str, **arguments: Any) -> ChangeResult:
        result: ChangeResult = refused_number(*arguments.values()) or self._ask(name, **arguments)
        return result

    def _ask(self, name: str, **arguments: Any) -> Any:
        asked = Asked(name, arguments)
        with self._lock:
            try:
                answer = self._running().ask(asked, seconds=self._patience)
            except Lost:
                self._process = None
                raise _lost(name) from None
            self._asked_at = time.monotonic()
            try:
                return calls.result(name, answer)
            except IntegrationError as error:
                if error.code in _STARTS_ANEW:
                    self._end()
                raise
            except ValueError:
                self._end()
                raise _lost(name) from None

    def _running(self) -> Process:
        """The process, a new one if it has ended or rested for long."""
        is_stale = time.monotonic() - self._asked_at > self._idle
        if self._process is not None and (is_stale or not self._process.is_alive):
            self._end()
        if self._process is None:
            try:
                self._process = Process.start(self._setup, self._trust)
            except Lost:
                # It was never asked anything.
                raise _lost("") from None
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


def _lost(name: str) -> IntegrationError:
    if name in calls.WRITES:
        return OutcomeUnknown(
            "The program that writes into Sage Pro ended in the middle; it may or may not have "
            "written.",
            code="sage.process_lost",
            remedy="Ask again: the writer answers from the books.",
        )
    return TryLater("Sage Pro's database cannot be reached.", code="sage.unreachable")
