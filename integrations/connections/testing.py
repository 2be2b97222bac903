"""*Test connection*: a worker's job whose findings a page shows while it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError
from integrations.canonical.ledger_documents import GLAccount
from integrations.canonical.transactions import GatewayTransaction
from integrations.connections import health, layouts, logins, site_tests
from integrations.connections.agents.connector import ASKED
from integrations.connections.clients import Opened, open_connection, read_connection
from integrations.connections.disputes import check_disputes
from integrations.connections.findings import Findings
from integrations.connections.models import Connection, ConnectionTest
from integrations.connections.paytrace_check import check_paytrace
from integrations.connections.sage_check import check_sage
from integrations.connections.waking import wake
from integrations.sagepro.layout import Layout, in_short
from integrations.sagepro.self_test import SelfTest
from tenants.audit import record
from tenants.models import WorkKind
from tenants.scope import tenant_transaction
from tenants.work import ring

# An agent's answer rings; this catches one whose bell was lost, and an agent gone silent.
_LOOK_AGAIN = timedelta(seconds=15)


class KeepAccounts(Protocol):
    """Stores a company's chart of accounts, inside the open company's transaction."""

    def __call__(self, *, company_id: UUID, accounts: Sequence[GLAccount]) -> None: ...


KnownPayments = Callable[[UUID], Sequence[GatewayTransaction]]
"""Some payments that came by a PayTrace account and that it has to show still; read inside the
open company's transaction."""


def none_known(_: UUID) -> Sequence[GatewayTransaction]:
    """Of what never had any."""
    return ()


@dataclass(frozen=True)
class _Found:
    """What a passed test keeps."""

    capabilities: dict[str, Any]
    fingerprint: str = ""
    accounts: list[GLAccount] = field(default_factory=list)
    layout: Layout = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    self_test: SelfTest | None = None


def run_test(
    *,
    tenant_id: UUID,
    test_id: UUID,
    keep_accounts: KeepAccounts,
    known_payments: KnownPayments = none_known,
) -> None:
    """Run one requested test, once, and leave the connection connected or with its reason.

    `keep_accounts` is handed the chart of accounts of a Sage company that passed; of a PayTrace
    account `known_payments` tells what it must know. A test that somebody else has taken is left
    alone. Never raises an IntegrationError; any other mistake
    ends the test too, and is raised. Call outside of transactions.
    """
    job = _take(tenant_id, test_id)
    if job is None:
        return
    findings = Findings(tenant_id, test_id)
    try:
        opened = open_connection(tenant_id=tenant_id, connection_id=job.connection_id)
        found = _look(opened, findings, known_payments)
        if found.changes:
            _hold(job, found, findings)
        elif found.self_test is not None and not found.self_test.is_passed:
            _fall_short(job, opened, found.self_test, findings)
        else:
            _pass(job, opened, found, findings, keep_accounts)
    except IntegrationError as error:
        if error.code == ASKED:
            _wait_for_agent(job, test_id)
        else:
            _fail(job, error, findings)
    except Exception:
        findings.add("Test", "Tieout could not finish this test; our staff can see why.", ok=False)
        with tenant_transaction(tenant_id):
            findings.end(passed=False)
        raise


def waiting_tests(connection_id: UUID) -> list[UUID]:
    """Tests that wait for a worker, or for an agent's answer. Inside the transaction."""
    waiting = ConnectionTest.objects.filter(
        connection_id=connection_id, state=ConnectionTest.State.QUEUED
    )
    return list(waiting.values_list("id", flat=True))


def _wait_for_agent(job: _Job, test_id: UUID) -> None:
    """The agent has been asked: the test goes on from its start when the answer is here."""
    with tenant_transaction(job.tenant_id):
        running = ConnectionTest.objects.filter(pk=test_id, state=ConnectionTest.State.RUNNING)
        if running.update(state=ConnectionTest.State.QUEUED):
            ring(WorkKind.TEST, tenant_id=job.tenant_id, subject_id=test_id, after=_LOOK_AGAIN)


@dataclass(frozen=True)
class _Job:
    tenant_id: UUID
    connection_id: UUID
    actor: str


def _take(tenant_id: UUID, test_id: UUID) -> _Job | None:
    with tenant_transaction(tenant_id):
        taken = ConnectionTest.objects.filter(pk=test_id, state=ConnectionTest.State.QUEUED).update(
            state=ConnectionTest.State.RUNNING
        )
        if not taken:
            return None
        test = ConnectionTest.objects.get(pk=test_id)
        return _Job(tenant_id, test.connection_id, test.requested_by)


def _look(opened: Opened, findings: Findings, known_payments: KnownPayments) -> _Found:
    if opened.kind == Connection.Kind.PAYTRACE:
        with tenant_transaction(opened.tenant_id):
            known = known_payments(opened.connection_id)
        return _Found(check_paytrace(opened, findings, known=known))
    if opened.kind == Connection.Kind.DISPUTES:
        return _Found(check_disputes(opened, findings, now=timezone.now()))
    sage = check_sage(opened, findings)
    return _Found(
        sage.capabilities,
        sage.fingerprint,
        sage.accounts,
        sage.layout,
        sage.changes,
        sage.self_test,
    )


def _pass(
    job: _Job, opened: Opened, found: _Found, findings: Findings, keep_accounts: KeepAccounts
) -> None:
    with tenant_transaction(job.tenant_id):
        connection = _unchanged(job, opened)
        connection.capabilities = found.capabilities
        connection.fingerprint = found.fingerprint
        connection.save(update_fields=["capabilities", "fingerprint"])
        if connection.kind == Connection.Kind.SAGEPRO:
            layouts.keep(
                connection_id=connection.id,
                fingerprint=found.fingerprint,
                layout=found.layout,
                actor=job.actor,
            )
            keep_accounts(company_id=connection.id, accounts=found.accounts)
        if found.self_test is not None:
            site_tests.keep(connection, found.self_test, actor=job.actor)
        health.mark_connected(connection_id=connection.id, now=timezone.now())
        findings.end(passed=True)
        _record("connection.test_passed", job, connection.name)
        wake(connection)


def _unchanged(job: _Job, opened: Opened) -> Connection:
    """The row, locked. Raises FixConfiguration when it is not the one that was tested."""
    connection = Connection.objects.select_for_update(no_key=True).get(pk=job.connection_id)
    if read_connection(connection).stamp != opened.stamp:
        raise FixConfiguration(
            "The connection was changed while it was being tested. Test it again.",
            code="connection.changed",
        )
    return connection


def _fall_short(job: _Job, opened: Opened, found: SelfTest, findings: Findings) -> None:
    """The server does not keep what the writer relies on: keep what was seen, post nothing."""
    failed = [check for check in found.checks if check.is_ok is False]
    error = FixConfiguration(
        f"Nothing is posted, because the self-test failed. {failed[0].label}: {failed[0].sentence}",
        code="sage.self_test_failed",
    )
    with tenant_transaction(job.tenant_id):
        site_tests.keep(_unchanged(job, opened), found, actor=job.actor)
    _fail(job, error, findings)


def _hold(job: _Job, found: _Found, findings: Findings) -> None:
    """The tables are not those in force: keep what was seen, and let posting wait."""
    error = FixConfiguration(
        f"Sage Pro's tables have changed: {in_short(found.changes)}", code="sage.schema_changed"
    )
    with tenant_transaction(job.tenant_id):
        layouts.hold(
            connection_id=job.connection_id, fingerprint=found.fingerprint, layout=found.layout
        )
    _fail(job, error, findings)


def _fail(job: _Job, error: IntegrationError, findings: Findings) -> None:
    if not findings.tell_what_is_wrong:
        findings.add("Test", f"{error.sentence} {error.remedy}".strip(), ok=False)
    with tenant_transaction(job.tenant_id):
        # A refused login was recorded together with its count.
        if not logins.is_counted(error) and error.code != "connection.changed":
            health.record_failure(connection_id=job.connection_id, error=error, now=timezone.now())
        findings.end(passed=False)
        name = Connection.objects.values_list("name", flat=True).get(pk=job.connection_id)
        _record("connection.test_failed", job, name, code=error.code)


def _record(action: str, job: _Job, name: str, **details: Any) -> None:
    record(action, actor=job.actor, subject=name, subject_id=job.connection_id, details=details)
