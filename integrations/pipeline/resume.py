"""Resume: what waits comes back by itself, and shows meanwhile why it waits."""

from __future__ import annotations

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.connections import health, site_tests
from integrations.connections.models import Connection
from integrations.posting import claiming, outbox
from tenants import work
from tenants.models import Tenant, WorkKind

# What is due but locked: its holder is thrown out in a while, and nothing is gained by haste.
_NOT_BEFORE = timedelta(seconds=5)
_LOOK_FOR_ANSWERS = timedelta(minutes=1)


def may_go(connection: Connection, kind: WorkKind) -> bool:
    """Whether this connection may be used now; if it only waits out a failure, ring then.

    A ring that comes early uses up the one that was set for the end of the wait, so it is set
    again here. A paused company rests until it is resumed, which rings. Inside the tenant
    transaction.
    """
    if kind in {WorkKind.DELIVER, WorkKind.FLAGGED} and not site_tests.may_post(connection):
        return False
    if is_free(connection):
        return True
    if _is_company_paused(connection):
        return False
    now = timezone.now()
    waits_until = connection.try_again_at
    if waits_until is not None and waits_until > now:
        work.ring(
            kind,
            tenant_id=connection.tenant_id,
            subject_id=connection.id,
            after=waits_until - now,
        )
    return False


def is_free(connection: Connection) -> bool:
    """Whether this connection may be used now. Inside the tenant transaction."""
    return not _is_company_paused(connection) and health.may_try(connection, timezone.now())


def _is_company_paused(connection: Connection) -> bool:
    return Tenant.objects.filter(id=connection.tenant_id, paused_at__isnull=False).exists()


def come_back(company: Connection, *, asked: bool = False) -> None:
    """Ring for what a whole drain had to leave and what becomes due by time alone.

    A worker that died or froze with an effect in its hands rings no bell when its lease ends;
    with `asked`, walks wait for an agent, whose answer rings and may be lost. Inside the tenant
    transaction.
    """
    wait = claiming.next_due(company_id=company.id)
    if asked:
        wait = min(wait, _LOOK_FOR_ANSWERS) if wait is not None else _LOOK_FOR_ANSWERS
    if wait is not None:
        work.ring(
            WorkKind.DELIVER,
            tenant_id=company.tenant_id,
            subject_id=company.id,
            after=max(wait, _NOT_BEFORE),
        )


def show_waiting(company_id: uuid.UUID) -> None:
    """Everything that would go on if Sage could be asked says so. Inside the transaction."""
    company = Connection.objects.select_related("environment").get(id=company_id)
    outbox.wait_for_sage(
        company_id=company_id, sentence=_why(company), is_credential=_is_refused(company)
    )


def _is_refused(company: Connection) -> bool:
    """Whether its refused sign-in is what everything waits for; a pause comes before it."""
    stands_still = company.halted_at is not None or company.paused_at is not None
    is_paused = stands_still or _is_company_paused(company)
    return company.state == Connection.State.WAITING_CREDENTIAL and not is_paused


def _why(company: Connection) -> str:
    if _is_company_paused(company):
        return "Your company's work is paused. Nothing is lost; it goes on when resumed."
    if company.halted_at is not None:
        return f"Posting to {company.name} is halted until somebody has looked."
    if company.paused_at is not None:
        return f"Posting to {company.name} is paused. Nothing is lost; it goes on when resumed."
    return _what_is_wrong(company)


def _what_is_wrong(company: Connection) -> str:
    since = company.state_since.astimezone(ZoneInfo(company.environment.zone))
    if company.state == Connection.State.OFFLINE:
        return (
            f"{company.name} is offline since {since:%H:%M}. "
            "Nothing is lost; this will post by itself."
        )
    if company.state == Connection.State.WAITING_CREDENTIAL:
        return (
            f"{company.name} refuses our sign-in since {since:%H:%M}. Nothing is lost; this goes "
            "on by itself once the sign-in is repaired and tested."
        )
    if company.state == Connection.State.CONNECTED and not site_tests.may_post(company):
        what = "site" if company.settings.get("edition") == "dbf" else "server"
        return (
            f"Posting to {company.name} waits: its {what} has not passed the self-test for the "
            "settings of now. Test the connection; nothing is lost."
        )
    return f"{company.name} needs a setting before anything can post. Nothing is lost."
