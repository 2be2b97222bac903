"""Read the rows of all stages, open and clear alerts, tell people by e-mail."""

from __future__ import annotations

import uuid
from collections import defaultdict
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db.models.functions import Now

from integrations.alerts import approvals, facts
from integrations.alerts.evaluation import Condition, compare
from integrations.alerts.models import Alert
from tenants.models import Environment, Membership, Tenant
from tenants.roles import Role
from tenants.scope import tenant_transaction

log = structlog.get_logger("alerts")
# Accountants and owners decide about money; IT hears about connections too, and approvers of what
# waits for them.
_MONEY = (Role.OWNER, Role.ACCOUNTANT)
_APPROVAL = (Role.OWNER, Role.APPROVER)
_CONNECTION = (*_MONEY, Role.IT)


def evaluate(*, tenant_id: uuid.UUID) -> None:
    """Bring a tenant's alerts in line with its rows and tell what is new. Repeats are safe."""
    with tenant_transaction(tenant_id):
        for environment in Environment.objects.all():
            _align(environment)
    _tell(tenant_id)


def _align(environment: Environment) -> None:
    open_rows = Alert.objects.filter(environment=environment, cleared_at=None)
    keys = list(open_rows.values_list("kind", "subject_key"))
    change = compare(wanted=facts.conditions(environment), is_open=keys)
    for condition in change.open_now:
        _open(condition, environment)
    for condition in change.update:
        open_rows.filter(kind=condition.kind, subject_key=condition.subject_key).update(
            sentence=condition.sentence[:600], count=condition.count
        )
    for kind, subject_key in change.clear:
        open_rows.filter(kind=kind, subject_key=subject_key).exclude(told_at=None).update(
            cleared_at=Now()
        )


def _open(condition: Condition, environment: Environment) -> None:
    told = Alert.objects.filter(
        environment=environment, kind=condition.kind, subject_key=condition.subject_key
    )
    if condition.is_moment and told.exists():
        return
    Alert.objects.create(
        environment=environment,
        kind=condition.kind,
        subject_key=condition.subject_key,
        sentence=condition.sentence[:600],
        link=condition.link,
        count=condition.count,
    )


def _tell(tenant_id: uuid.UUID) -> None:
    """One digest per person, never one mail per event; a mail that fails is tried again."""
    with tenant_transaction(tenant_id):
        untold = list(Alert.objects.filter(told_at=None).select_related("environment"))
        tenant = Tenant.objects.get(id=tenant_id)
        people = _people(tenant_id)
    if not untold:
        return
    sent = [
        _send(email, tenant, mine)
        for email, roles in people.items()
        if (mine := [alert for alert in untold if roles & set(_told_to(alert))])
    ]
    if sent and not any(sent):
        return
    with tenant_transaction(tenant_id):
        Alert.objects.filter(id__in=[alert.id for alert in untold], told_at=None).update(
            told_at=Now()
        )


def _people(tenant_id: uuid.UUID) -> dict[str, set[str]]:
    people: dict[str, set[str]] = defaultdict(set)
    members = Membership.objects.filter(tenant_id=tenant_id, user__is_active=True)
    for email, role in members.values_list("user__email", "role"):
        people[email].add(role)
    return people


def _told_to(alert: Alert) -> tuple[str, ...]:
    if alert.kind == approvals.KIND:
        return _APPROVAL
    return _CONNECTION if alert.kind.startswith("connection") else _MONEY


def _send(email: str, tenant: Tenant, alerts: list[Alert]) -> bool:
    """Send one digest; False when the mail server did not take it (the next round tries again)."""
    first = alerts[0].sentence
    subject = first if len(alerts) == 1 else f"{len(alerts)} things to know at {tenant.name}"
    lines = [
        f"{alert.environment}: {alert.sentence}\n{settings.PORTAL_URL}{alert.link}"
        for alert in alerts
    ]
    try:
        send_mail(subject[:150].replace("\n", " "), "\n\n".join(lines), None, [email])
    except (SMTPException, OSError):
        log.exception("alert.not_sent")
        return False
    return True
