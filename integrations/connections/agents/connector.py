"""A Sage company whose books only an agent reaches: every call becomes a job, answered later.

A read raises TryLater(`agent.asked`) until its answer is here; a posting is handed over. Both
are asked again when the answer has come, so no worker ever waits for an agent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from integrations.canonical.errors import TryLater
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
from integrations.canonical.posting import (
    Hands,
    PostingOutcome,
    PostingRequest,
    PostingResult,
    WithdrawOutcome,
)
from integrations.canonical.stock import (
    Allocation,
    ChangeOutcome,
    ChangeResult,
    Item,
    SalesOrder,
    Stock,
)
from integrations.connections.agents import jobs, pairing, seals
from integrations.connections.models import Agent
from integrations.sagepro.agent import calls, wire
from integrations.sagepro.agent.codec import encode
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.layout import Layout
from integrations.sagepro.self_test import SelfTest
from integrations.sagepro.unsendable import refused_number
from tenants.scope import tenant_transaction

ASKED = "agent.asked"
_PROGRAM_RESTS = timedelta(seconds=10)
_HANDED_OVER = "Handed to the agent on your network; it will say what became of it."


class AgentConnector(BeyondPayments):
    """See `Connector` for what each method promises; each opens its own short transaction.

    Raises TryLater with `agent.offline`, `agent.missing` or `agent.holds` when no agent can be
    asked, and with `agent.asked` when one has been.
    """

    def __init__(self, *, tenant_id: UUID, connection_id: UUID) -> None:
        self._tenant_id = tenant_id
        self._connection_id = connection_id

    def company_profile(self) -> CompanyProfile:
        found: CompanyProfile = self._read("company_profile")
        return found

    def fingerprint(self) -> str:
        return str(self._read("fingerprint"))

    def gl_accounts(self) -> list[GLAccount]:
        return list(self._read("gl_accounts"))

    def fiscal_periods(self) -> list[FiscalPeriod]:
        return list(self._read("fiscal_periods"))

    def customer(self, number: str) -> Customer | None:
        found: Customer | None = self._read("customer", number=number)
        return found

    def invoices_by_number(self, numbers: Sequence[str]) -> list[Invoice]:
        return list(self._read("invoices_by_number", numbers=list(numbers)))

    def open_invoices(self, customer_number: str) -> list[Invoice]:
        return list(self._read("open_invoices", customer_number=customer_number))

    def open_items(self, question: OpenItemsQuestion) -> OpenItemsAnswer:
        found: OpenItemsAnswer = self._read("open_items", question=encode(question))
        return found

    def invoices_by_order(self, order_number: str) -> list[Invoice]:
        return list(self._read("invoices_by_order", order_number=order_number))

    def receipts_for_invoice(self, number: str) -> list[Receipt]:
        return list(self._read("receipts_for_invoice", number=number))

    def receipts_by_reference(self, reference: str) -> list[Receipt]:
        return list(self._read("receipts_by_reference", reference=reference))

    def receipts_between(self, *, first: date, last: date) -> list[Receipt]:
        return list(self._read("receipts_between", first=first.isoformat(), last=last.isoformat()))

    def customers_after(self, *, number: str, limit: int) -> list[Customer]:
        return list(self._read("customers_after", number=number, limit=limit))

    def customers_changed_since(self, day: date) -> list[Customer]:
        return list(self._read("customers_changed_since", day=day.isoformat()))

    def orders_by_number(self, numbers: Sequence[str]) -> list[SalesOrder]:
        return list(self._read("orders_by_number", numbers=list(numbers)))

    def open_orders(self, customer_number: str) -> list[SalesOrder]:
        return list(self._read("open_orders", customer_number=customer_number))

    def items(self, numbers: Sequence[str]) -> list[Item]:
        return list(self._read("items", numbers=list(numbers)))

    def stock(self, items: Sequence[str]) -> list[Stock]:
        return list(self._read("stock", items=list(items)))

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        return self._changed("allocate_stock", allocation.key, allocation)

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        return self._changed("upsert_order", order.key, order)

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        return self._changed("create_or_match_customer", customer.key, customer)

    def flagged_rows(self, *, after: str, limit: int) -> list[FlaggedRow]:
        return list(self._read("flagged_rows", after=after, limit=limit))

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        return self._changed("answer_flagged", _told_apart(answer), answer)

    def self_test(self) -> SelfTest:
        """Raises FixConfiguration when the answer is not signed for what is in force now."""
        found: SelfTest = self._read("self_test")
        with tenant_transaction(self._tenant_id):
            seals.check(self._connection_id, found, now=timezone.now())
        return found

    def layout(self) -> Layout:
        found: Layout = self._read("layout")
        return found

    def snapshot(self) -> str:
        return str(self._read("snapshot"))

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        found: KeyedAnswer = self._read("look_for_keyed", question=encode(question))
        return found

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        found: ChangeSeen = self._read("look_for_change", question=encode(question))
        return found

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        """HANDED_OVER while the agent has it; then what the agent answered, once."""
        arguments = {"request": encode(request)}
        with tenant_transaction(self._tenant_id):
            answer = self._write(calls.POST, request.effect_key, arguments)
        if answer is None:
            told = {"waiting_for": _HANDED_OVER, "held_by": Hands.AGENT}
            return PostingResult(PostingOutcome.HANDED_OVER, evidence=told)
        result: PostingResult = calls.result(calls.POST, answer)
        return result

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        """PENDING while the posting itself is under way, before anything is asked."""
        with tenant_transaction(self._tenant_id):
            posting = jobs.newest(self._connection_id, name=calls.POST, subject=effect_key)
            if posting is not None and jobs.is_under_way(posting, now=timezone.now()):
                return WithdrawOutcome.PENDING
            answer = self._write("withdraw", effect_key, {"effect_key": effect_key})
        return WithdrawOutcome(self._told("withdraw", answer))

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        arguments = {"invoice_number": invoice_number, "status": status}
        with tenant_transaction(self._tenant_id):
            answer = self._write("note_status", wire.digest(arguments), arguments)
        return bool(self._told("note_status", answer))

    def close(self) -> None:
        return None

    def _changed(self, name: str, key: str, asked: object) -> ChangeResult:
        """HANDED_OVER while the agent has it; then what the agent answered, once."""
        if refused := refused_number(asked):
            return refused
        # A key may be longer than a job's subject can be.
        subject, arguments = wire.digest({"key": key}), {calls.CHANGES[name]: encode(asked)}
        with tenant_transaction(self._tenant_id):
            known = self._with_sage(name, subject, arguments)
            answer = None if known else self._write(name, subject, arguments)
        if known:
            return known
        if answer is None:
            return ChangeResult(ChangeOutcome.HANDED_OVER, {"waiting_for": _HANDED_OVER})
        result: ChangeResult = calls.result(name, answer)
        return result

    def _with_sage(
        self, name: str, subject: str, arguments: Mapping[str, Any]
    ) -> ChangeResult | None:
        """What was answered a moment ago, where Sage Pro's own program has it: it comes by every
        minute, and the agent would answer the same at once."""
        job = jobs.newest(self._connection_id, name=name, subject=subject)
        if job is None or job.answered_at is None or not jobs.asks(job, arguments):
            return None
        if job.answered_at < timezone.now() - _PROGRAM_RESTS or "failure" in (job.answer or {}):
            return None
        result: ChangeResult = calls.result(name, job.answer or {})
        if result.evidence.get("held_by") != Hands.SAGE.value:
            return None
        jobs.use(job)
        return result

    def _read(self, name: str, **arguments: Any) -> Any:
        subject = wire.digest(arguments)
        with tenant_transaction(self._tenant_id):
            answer = self._read_answer(name, subject, arguments)
        return self._told(name, answer)

    def _read_answer(
        self, name: str, subject: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        agent, now = self._agent(), timezone.now()
        job = jobs.newest(self._connection_id, name=name, subject=subject)
        if job is not None and job.answered_at is not None:
            failed = "failure" in (job.answer or {})
            if job.answered_at > now - jobs.FRESH and not (failed and not jobs.use(job)):
                return job.answer
        if job is None or not jobs.is_under_way(job, now=now):
            jobs.sweep(self._connection_id, now=now)
            jobs.make(agent, name=name, subject=subject, arguments=arguments, now=now)
        return None

    def _write(
        self, name: str, subject: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """The answer nobody has used yet, or None after making sure that a job is under way."""
        now = timezone.now()
        job = jobs.newest(self._connection_id, name=name, subject=subject)
        if job is not None and not jobs.asks(job, arguments):
            # The key with other contents: only the single writer may say what that means.
            job = None
        if job is not None and jobs.use(job):
            return job.answer
        if job is None or not jobs.is_under_way(job, now=now):
            agent = self._agent()
            if agent.holds:
                raise TryLater(agent.holds, code="agent.holds")
            jobs.make(agent, name=name, subject=subject, arguments=arguments, now=now)
        return None

    def _agent(self) -> Agent:
        agent = pairing.in_force(self._connection_id)
        if agent is None:
            raise TryLater(
                "No agent is paired with this company yet.",
                code="agent.missing",
                remedy="Pair one on the connection's page.",
            )
        if pairing.is_silent(agent, timezone.now()):
            raise silent(agent)
        return agent

    def _told(self, name: str, answer: Mapping[str, Any] | None) -> Any:
        if answer is None:
            raise TryLater("The agent on your network has been asked.", code=ASKED)
        return calls.result(name, answer)


def _told_apart(answer: FlagAnswer) -> str:
    """One row is told several things under one key before the last: each is a job of its own."""
    return f"{answer.key}:{'last' if answer.is_final else answer.status}"


def silent(agent: Agent) -> TryLater:
    """Why an agent that is not heard of cannot be asked."""
    return TryLater(
        f"The agent on {agent.host} has not been heard of for a while.",
        code="agent.offline",
        remedy="See that its computer runs and reaches this portal.",
    )
