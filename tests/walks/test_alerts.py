"""What people are told, once, and that it is over, once."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from integrations.alerts import operations as alerts
from integrations.alerts.models import Alert
from tenants.scope import tenant_transaction
from tests.walks.world import World

pytestmark = pytest.mark.walk


class RefusingBackend(BaseEmailBackend):
    """A mail server that is away."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPServerDisconnected("away")


def _alerts(world: World) -> list[tuple[str, str, bool, bool]]:
    with tenant_transaction(world.tenant.id):
        return [
            (one.kind, one.sentence, one.told_at is not None, one.cleared_at is not None)
            for one in Alert.objects.order_by("opened_at")
        ]


def test_payments_that_need_a_person_are_told_in_one_mail_and_cleared_when_done(
    world: World,
) -> None:
    paid = [world.pay(amount="10.00", invoice_id=f"9999{n}") for n in range(3)]
    world.poll()
    for _ in range(3):
        alerts.evaluate(tenant_id=world.tenant.id)
    sentence = "3 payments need a decision, 30.00 USD in all."
    assert [one.subject for one in mail.outbox] == [sentence]
    assert _alerts(world) == [("exceptions", sentence, True, False)]
    for transaction_id in paid:
        world.dismiss(transaction_id, reason="test")
    alerts.evaluate(tenant_id=world.tenant.id)
    assert _alerts(world) == [("exceptions", sentence, True, True)]


def test_a_mail_server_that_is_away_costs_nothing_and_is_tried_again(
    world: World, settings: Any
) -> None:
    world.pay(amount="10.00", invoice_id="99999")
    world.poll()
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.walks.test_alerts.RefusingBackend"
    alerts.evaluate(tenant_id=world.tenant.id)
    assert [told for _, _, told, _ in _alerts(world)] == [False]
    settings.EMAIL_BACKEND = working
    alerts.evaluate(tenant_id=world.tenant.id)
    assert [told for _, _, told, _ in _alerts(world)] == [True]
    assert len(mail.outbox) == 1
