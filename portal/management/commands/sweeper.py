"""The safety net behind every doorbell: rings what is due, checks what must hold, tells people.

It holds no state. Two of them do no harm; none of them costs time, not money.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import connections

from integrations.alerts import operations as alerts
from integrations.connections.agents.silence import notice_silence
from integrations.instructions import link_mail
from integrations.posting import invariants
from tenants import heartbeat, work
from tenants.queries import all_tenant_ids

log = structlog.get_logger("sweeper")
RING_EVERY_SECONDS = 1.0
UNREAD_EVERY_SECONDS = 15.0
ALERT_EVERY_SECONDS = 10.0
CHECK_EVERY_SECONDS = 60.0


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="One round, then end.")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
            signal.signal(signal.SIGINT, lambda *_: stop.set())
        rounds = Rounds()
        while True:
            rounds.go()
            if options["once"] or stop.wait(RING_EVERY_SECONDS):
                return


class Rounds:
    """What is done how often."""

    def __init__(self) -> None:
        self._found_at = float("-inf")
        self._alerted_at = float("-inf")
        self._checked_at = float("-inf")

    def go(self) -> None:
        """One round; a database that is away costs this round and nothing else."""
        try:
            heartbeat.beat("sweeper")
            now = time.monotonic()
            if now - self._found_at >= UNREAD_EVERY_SECONDS:
                self._found_at = now
                work.find_unread()
            work.ring_overdue()
            if now - self._alerted_at >= ALERT_EVERY_SECONDS:
                self._alerted_at = now
                self._each(notice_silence)
                self._each(alerts.evaluate)
                self._each(link_mail.tend)
            if now - self._checked_at >= CHECK_EVERY_SECONDS:
                self._checked_at = now
                self._each(invariants.check)
        except DatabaseError:
            log.exception("sweeper.round_failed")
            for connection in connections.all(initialized_only=True):
                connection.close()

    def _each(self, run: Callable[..., Any]) -> None:
        """Visit every company; what goes wrong in one never keeps the others waiting."""
        for tenant_id in all_tenant_ids():
            try:
                run(tenant_id=tenant_id)
            except DatabaseError:
                raise
            except Exception:
                log.exception("sweeper.company_failed", tenant_id=str(tenant_id))
