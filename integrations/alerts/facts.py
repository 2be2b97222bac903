"""What the rows of all stages say that a person should know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Sum
from django.utils import timezone

from integrations.alerts import approvals
from integrations.alerts.evaluation import Condition, waiting_sentence
from integrations.alerts.holds import running_out
from integrations.alerts.silence import silences
from integrations.canonical.money import Money, round_to
from integrations.connections.models import Connection
from integrations.connections.passwords import password_end
from integrations.connections.waiting import waiting_words
from integrations.posting import chargebacks
from integrations.posting.models import Effect, EffectState
from tenants.models import Environment

# A decline older than this is history, not news.
NEWS = timedelta(hours=24)
# Waiting for a moment is the ordinary course of things.
PATIENCE = timedelta(minutes=2)
# How long before its last day a case that can be contested is told.
LAST_DAYS = timedelta(days=3)
_WHY_WAITING: Mapping[str, str] = {
    EffectState.WAITING_ERP: "it cannot be reached",
    EffectState.WAITING_CREDENTIAL: "it refuses our sign-in",
}


def conditions(environment: Environment) -> list[Condition]:
    """Every condition that holds now in one environment; inside the tenant transaction."""
    link = f"/t/{environment.tenant.slug}"
    return [
        *_connections(environment, link),
        *_passwords(environment, link),
        *_waiting(environment, link),
        *_cases(environment, link),
        *_declines(environment, link),
        *_contests(environment, link),
        *approvals.waiting(environment, link),
        *running_out(environment, link, now=timezone.now()),
        *silences(environment, link, now=timezone.now()),
    ]


def _connections(environment: Environment, link: str) -> Iterator[Condition]:
    for connection in Connection.objects.filter(environment=environment):
        if connection.halted_at is not None:
            sentence = f"Posting to {connection.name} is halted: {connection.halted_reason}"
        elif connection.state in {
            Connection.State.WAITING_CREDENTIAL,
            Connection.State.MISCONFIGURED,
        }:
            words = waiting_words(connection)
            sentence = f"{connection.name} needs you: {connection.state_sentence} {words}".strip()
        elif connection.state == Connection.State.OFFLINE and _is_old(connection.state_since):
            sentence = f"{connection.name} is offline: {connection.state_sentence}"
        else:
            continue
        yield Condition(
            "connection", str(connection.id), sentence, f"{link}/connections/{connection.id}/"
        )


def _passwords(environment: Environment, link: str) -> Iterator[Condition]:
    for connection in Connection.objects.filter(environment=environment):
        end = password_end(connection, now=timezone.now())
        if end is None or not end.is_near:
            continue
        sentence = f"{connection.name}: {end.sentence}"
        where = f"{link}/connections/{connection.id}/"
        yield Condition("connection_password", str(connection.id), sentence, where)


def _waiting(environment: Environment, link: str) -> Iterator[Condition]:
    waiting = (
        Effect.objects.filter(environment=environment, state__in=_WHY_WAITING)
        .values("company_id", "company__name", "currency", "state")
        .annotate(count=Count("id"), total=Sum("amount"), since=Min("state_since"))
    )
    for row in waiting:
        if not _is_old(row["since"]):
            continue
        sentence = waiting_sentence(
            count=row["count"],
            total=_money(row["total"], row["currency"]),
            since=_clock(row["since"], environment.zone),
            company=row["company__name"],
            why=_WHY_WAITING[row["state"]],
        )
        key = f"{row['company_id']}:{row['currency']}"
        if row["state"] == EffectState.WAITING_CREDENTIAL:
            key += ":sign-in"
        yield Condition("waiting_for_sage", key, sentence, f"{link}/payments/", row["count"])


def _cases(environment: Environment, link: str) -> Iterator[Condition]:
    found = (
        Effect.objects.filter(
            environment=environment, state__in=[EffectState.PARKED, EffectState.PARTIAL]
        )
        .values("currency")
        .annotate(count=Count("id"), total=Sum("amount"))
    )
    for row in found:
        noun = "payment needs" if row["count"] == 1 else "payments need"
        total = _money(row["total"], row["currency"])
        sentence = f"{row['count']} {noun} a decision, {total} in all."
        yield Condition(
            "exceptions", row["currency"], sentence, f"{link}/exceptions/", row["count"]
        )


def _declines(environment: Environment, link: str) -> Iterator[Condition]:
    recent = Effect.objects.filter(
        environment=environment,
        kind="decline",
        state=EffectState.NOTED,
        occurred_at__gte=timezone.now() - NEWS,
    )
    for effect in recent:
        who = effect.customer_name or "A customer"
        paid = f" for invoice {effect.invoice_reference}" if effect.invoice_reference else ""
        sentence = (
            f"{_money(effect.amount, effect.currency)} from {who}{paid} was declined. "
            "No receipt was made."
        )
        yield Condition(
            "declined",
            str(effect.id),
            sentence,
            f"{link}/payments/{effect.id}/",
            is_moment=True,
        )


def _contests(environment: Environment, link: str) -> Iterator[Condition]:
    """Cases that can be contested for a few days only: missed, the money is lost."""
    today = timezone.now().astimezone(ZoneInfo(environment.zone)).date()
    for case in chargebacks.cases(environment_id=environment.id):
        if case.contest_by is None or not today <= case.contest_by <= today + LAST_DAYS:
            continue
        opened, day = case.opened, case.contest_by
        who = f" of {opened.customer_name}" if opened.customer_name else ""
        until = "today" if day == today else f"{day:%b} {day.day}"
        sentence = (
            f"Case {case.number} over {_money(opened.amount, opened.currency)}{who} can be "
            f"contested until {until} only. Answer the acquirer, or enter that it was lost."
        )
        yield Condition("contest_by", str(opened.id), sentence, f"{link}/payments/{opened.id}/")


def _is_old(since: datetime) -> bool:
    return timezone.now() - since > PATIENCE


def _money(amount: Decimal, currency: str) -> str:
    return str(Money(round_to(amount, currency), currency))


def _clock(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")
