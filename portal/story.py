"""One payment's whole story in time order: who asked for it → notice → facts → walks → attempts
→ ledger → case.

Told from sentences and counted facts only: no payload, no evidence column is ever read here,
so that the same story serves a program of the company and support staff.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from integrations.canonical.money import Money, round_to
from integrations.events.models import GatewayFact, InboundNotice
from integrations.exceptions.kinds import kind_of
from integrations.exceptions.models import ExceptionCase
from integrations.instructions.models import Instruction
from integrations.posting.models import Effect, LedgerEntry, PostingAttempt
from integrations.workflows.models import StepRun, WorkflowRun
from portal.asked import asked_sentence, decided_sentence, decided_title, instruction_behind
from tenants.models import AuditEvent
from tenants.tenant_model import TenantModel

Rows = Callable[[type[TenantModel]], "QuerySet[Any]"]


@dataclass(frozen=True)
class Moment:
    """Something that happened to a payment. `trace` is what was thought, in order."""

    at: datetime
    stage: str
    """`instruction`, `notice`, `fact`, `walk`, `attempt`, `ledger`, `case`, `decision` or
    `audit`."""
    title: str
    sentence: str = ""
    trace: tuple[str, ...] = field(default=())


def of_company(model: type[TenantModel]) -> QuerySet[Any]:
    """Rows of the open company, for whoever is inside its `tenant_transaction`."""
    return model.objects.all()


def for_support(tenant_id: uuid.UUID) -> Rows:
    """Rows of one company through the support role, outside of any company."""

    def rows(model: type[TenantModel]) -> QuerySet[Any]:
        return model.across_tenants.using("support").filter(tenant_id=tenant_id)

    return rows


def story(effect: Effect, *, rows: Rows = of_company) -> list[Moment]:
    """Everything that happened to this effect, oldest first."""
    tellers = (_asked, _notices, _facts, _walks, _attempts, _ledger, _cases, _audit)
    moments = [moment for tell in tellers for moment in tell(effect, rows)]
    return sorted(moments, key=lambda moment: moment.at)


def _asked(effect: Effect, rows: Rows) -> Iterator[Moment]:
    one = instruction_behind(effect, rows(Instruction))
    if one is None:
        return
    yield Moment(one.asked_at, "instruction", "Asked", asked_sentence(one))
    if one.decided_at:
        yield Moment(one.decided_at, "instruction", decided_title(one), decided_sentence(one))


def _notices(effect: Effect, rows: Rows) -> Iterator[Moment]:
    found = rows(InboundNotice).filter(
        connection_id=effect.source_id, transaction_id=effect.transaction_id
    )
    for row in found.values("received_at", "source", "body_length", "redactions", "sentence"):
        title = InboundNotice.Source(row["source"]).label
        removed = f", {row['redactions']} places redacted" if row["redactions"] else ""
        told = f"{row['body_length']} bytes{removed}. {row['sentence']}"
        yield Moment(row["received_at"], "notice", f"{title} received", told.strip())


def _facts(effect: Effect, rows: Rows) -> Iterator[Moment]:
    found = rows(GatewayFact).filter(
        connection_id=effect.source_id, transaction_id=effect.transaction_id
    )
    columns = ("seen_at", "type", "state", "seen_by", "amount", "currency")
    for row in found.values(*columns):
        money = Money(round_to(row["amount"], row["currency"]), row["currency"])
        seen_by = GatewayFact.SeenBy(row["seen_by"]).label
        title = f"PayTrace says: {row['type']}, {row['state'].replace('_', ' ')}"
        yield Moment(row["seen_at"], "fact", title, f"{money}. {seen_by}.")


def _walks(effect: Effect, rows: Rows) -> Iterator[Moment]:
    runs = list(rows(WorkflowRun).filter(effect_id=effect.id).order_by("number"))
    steps: dict[uuid.UUID, list[dict[str, Any]]] = {}
    found = rows(StepRun).filter(run_id__in=[run.id for run in runs]).order_by("position")
    for row in found.values("run_id", "step", "result", "sentence", "trace") if runs else ():
        steps.setdefault(row["run_id"], []).append(row)
    for run in runs:
        versions = (
            f"Workflow {run.version}, field mapping {run.mapping_version}, "
            f"GL rules {run.gl_rules_version}, posting profile {run.profile_version}."
        )
        trace = tuple(line for step in steps.get(run.id, []) for line in _step_lines(step))
        title = f"Walk {run.number} ({run.trigger}): {run.result.replace('_', ' ')}"
        yield Moment(run.ended_at, "walk", title, versions, trace)


def _step_lines(step: dict[str, Any]) -> Iterator[str]:
    yield f"{step['step']} → {step['result']}: {step['sentence']}"
    for line in step["trace"]:
        yield f"    {line}"


def _attempts(effect: Effect, rows: Rows) -> Iterator[Moment]:
    found = rows(PostingAttempt).filter(effect_id=effect.id).order_by("number")
    for row in found.values("number", "started_at", "ended_at", "outcome", "sentence"):
        outcome = row["outcome"].replace("_", " ") or "no answer yet"
        at = row["ended_at"] or row["started_at"]
        yield Moment(at, "attempt", f"Sage asked, time {row['number']}: {outcome}", row["sentence"])


def _ledger(effect: Effect, rows: Rows) -> Iterator[Moment]:
    found = rows(LedgerEntry).filter(effect_id=effect.id)
    for row in found.values("recorded_at", "sage_reference", "accounting_date"):
        told = f"Accounting date {row['accounting_date']}."
        yield Moment(row["recorded_at"], "ledger", f"In Sage: {row['sage_reference']}", told)


def _cases(effect: Effect, rows: Rows) -> Iterator[Moment]:
    columns = (
        "opened_at",
        "code",
        "sentence",
        "resolved_at",
        "resolution",
        "resolved_by",
        "reason",
    )
    for row in rows(ExceptionCase).filter(effect_id=effect.id).values(*columns):
        yield Moment(row["opened_at"], "case", kind_of(row["code"]).title, row["sentence"])
        if row["resolved_at"]:
            title = ExceptionCase.Resolution(row["resolution"]).label
            told = f"{row['resolved_by'] or 'Tieout'}. {row['reason']}".strip()
            yield Moment(row["resolved_at"], "decision", title, told)


def _audit(effect: Effect, rows: Rows) -> Iterator[Moment]:
    found = rows(AuditEvent).filter(subject_id=effect.id, action__startswith="support.")
    for row in found.values("at", "actor", "action", "details"):
        title = row["action"].replace(".", ": ").replace("_", " ").capitalize()
        yield Moment(
            row["at"], "audit", title, f"{row['actor']}. {row['details'].get('reason', '')}"
        )
