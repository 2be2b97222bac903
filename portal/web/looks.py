"""Looking through PayTrace: how far each source is read, lost notices by day, past days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.connections import disputes
from integrations.connections.models import Connection
from integrations.events import backfills, counting
from integrations.events import queries as events
from integrations.events.models import Backfill
from integrations.exceptions import queries as exceptions
from portal.web.disputes import tellers
from portal.web.forms.past_days import PastDaysForm
from tenants.errors import NotPossible

# Days of the lost-notice meter: a week shows its rhythm, and is counted quickly.
METER_DAYS = 7


def looks_context(found: Connection) -> dict[str, Any]:
    """What the page of a PayTrace account shows of it."""
    return {
        "runs": events.sync_runs(connection_id=found.id, limit=5),
        "unreadable": exceptions.unreadable_by_connection([found.id]).get(found.id, 0),
        "tellers": tellers(disputes.of_account(found.id)),
        "watermarks": events.watermarks(connection_id=found.id),
        "meters": counting.meters(
            connection_id=found.id,
            zone=_zone(found),
            first_day=_today(found) - timedelta(days=METER_DAYS - 1),
        ),
        "meter_days": METER_DAYS,
        "backfills": [
            (job, backfills.progress(job))
            for job in backfills.of_connection(connection_id=found.id)
        ],
        "past_days_form": PastDaysForm(),
        "last_notice_at": events.last_notice_at(connection_id=found.id),
    }


def start_past_days(form: PastDaysForm, found: Connection, *, actor: str) -> Backfill | None:
    """Begin what a valid form asks for; None after putting the refusal beside its field."""
    try:
        return backfills.start(
            connection=found, today=_today(found), actor=actor, **form.cleaned_data
        )
    except NotPossible as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None


def _today(found: Connection) -> date:
    return timezone.now().astimezone(ZoneInfo(_zone(found))).date()


def _zone(found: Connection) -> str:
    return str(found.settings["zone"])
