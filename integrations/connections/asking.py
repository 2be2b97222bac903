"""Asking a worker to test a connection, without ever reaching PayTrace's lock-out."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from integrations.connections import logins
from integrations.connections.agents import jobs
from integrations.connections.errors import NeedsConfirmation
from integrations.connections.models import Connection, ConnectionTest
from integrations.connections.rows import locked_connection, record_change
from tenants.errors import NotPossible
from tenants.models import WorkKind
from tenants.scope import current_tenant_id
from tenants.work import ring

# A test that shows no result after this long was lost with its worker.
_TEST_LOST_AFTER = timedelta(minutes=5)


def request_test(*, connection_id: UUID, actor: str, confirmed: bool = False) -> ConnectionTest:
    """Ask a worker to test the connection; a test under way is given back instead.

    Raises NeedsConfirmation when sign-ins of this PayTrace user have failed, and NotPossible
    when one more failure would lock the user.
    """
    connection = locked_connection(connection_id)
    running = _running_test(connection_id)
    if running is not None:
        return running
    if connection.kind == Connection.Kind.PAYTRACE:
        _check_lock_out(connection, confirmed=confirmed)
    jobs.forget_reads(connection.id)
    test = ConnectionTest.objects.create(connection=connection, requested_by=actor)
    ring(WorkKind.TEST, tenant_id=current_tenant_id(), subject_id=test.id)
    record_change("connection.test_requested", connection, actor)
    return test


def have_reset_password(*, connection_id: UUID, actor: str) -> None:
    """A person says that the password was reset in PayTrace, so its count starts again."""
    connection = locked_connection(connection_id)
    if connection.kind != Connection.Kind.PAYTRACE:
        raise NotPossible("Only PayTrace counts failed sign-ins.")
    failures = logins.failed_logins(connection.settings["login_key"])
    logins.forget_failures(connection.settings["login_key"])
    record_change("connection.password_reset_stated", connection, actor, failures=failures)


def _check_lock_out(connection: Connection, *, confirmed: bool) -> None:
    failures = logins.failed_logins(connection.settings["login_key"])
    rule = (
        "PayTrace locks a user after four failed sign-ins in a row. "
        f"{min(failures, logins.LOCKS_AFTER)} of {logins.LOCKS_AFTER} "
        f"{'has' if failures == 1 else 'have'} been used"
    )
    if failures >= logins.PEOPLE_STOP_AT:
        raise NotPossible(
            f"{rule}. Reset the user's password in PayTrace first, enter it here, and then "
            "choose ‘I have reset it’."
        )
    if failures and not confirmed:
        raise NeedsConfirmation(
            f"{rule}, counted over all connections that sign in as this user. "
            "Check the user name and password, then confirm one more attempt."
        )


def _running_test(connection_id: UUID) -> ConnectionTest | None:
    under_way = ConnectionTest.objects.filter(
        connection_id=connection_id,
        state__in=[ConnectionTest.State.QUEUED, ConnectionTest.State.RUNNING],
    )
    under_way.filter(requested_at__lt=timezone.now() - _TEST_LOST_AFTER).update(
        state=ConnectionTest.State.FAILED, finished_at=Now()
    )
    return under_way.first()
