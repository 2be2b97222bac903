"""Holds that run out soon: not captured in time, the customer's bank lets them go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.alerts.evaluation import Condition
from integrations.events import holds
from tenants.models import Environment

# Most banks let a hold go after a week; two days are enough to ship or to ask.
TOLD_AFTER = timedelta(days=5)
TOLD_UNTIL = timedelta(days=10)


def running_out(environment: Environment, link: str, *, now: datetime) -> Iterator[Condition]:
    """One condition for each currency; inside the tenant transaction."""
    found = holds.sums(
        environment_id=environment.id, after=now - TOLD_UNTIL, until=now - TOLD_AFTER
    )
    for held in found:
        since = held.oldest_at.astimezone(ZoneInfo(environment.zone))
        what = (
            f"A hold of {held.total} was made on {since:%b} {since.day}"
            if held.count == 1
            else f"{held.count} holds of {held.total} in all are more than {TOLD_AFTER.days} days "
            f"old, the oldest of {since:%b} {since.day}"
        )
        sentence = (
            f"{what}, and most banks let a hold go after a week. Capture what was delivered, or "
            "let it go."
        )
        page = f"{link}/charges/holds/"
        yield Condition("holds_run_out", held.total.currency, sentence, page, held.count)
