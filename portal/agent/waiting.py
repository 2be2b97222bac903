"""The long poll: an agent waits here for work, bounded, and holds no transaction meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from integrations.connections.agents import jobs, pairing
from tenants.scope import tenant_transaction

LONGEST_WAIT = 20
_LOOK_EVERY = 0.5
# How many agents may wait in one process at once: half its threads stay free for people. Those
# beyond are answered at once and come again in a few seconds.
SEATS = 2
_SEATS = threading.BoundedSemaphore(SEATS)


def wait_for_jobs(
    caller: pairing.Caller, *, report: Mapping[str, Any], seconds: int, most: int
) -> list[jobs.Handed] | None:
    """What is to be done, as soon as there is something; empty when nothing came in time.

    At most `most` jobs; an agent that only says it is there asks for none. None once the
    pairing has ended. One thread of the web server is held for at most 20 seconds. Outside of
    transactions.
    """
    with tenant_transaction(caller.tenant_id):
        if pairing.seen(caller, report=report, now=timezone.now()) is None:
            return None
    until = time.monotonic() + min(max(seconds, 0), LONGEST_WAIT)
    if not _SEATS.acquire(blocking=False):
        return _look(caller, most)
    try:
        while True:
            found = _look(caller, most)
            if found is None or found or time.monotonic() >= until:
                return found
            time.sleep(_LOOK_EVERY)
    finally:
        _SEATS.release()


def _look(caller: pairing.Caller, most: int) -> list[jobs.Handed] | None:
    with tenant_transaction(caller.tenant_id):
        agent = pairing.in_force(caller.connection_id)
        if agent is None:
            return None
        return jobs.take(agent, most=most, now=timezone.now())
