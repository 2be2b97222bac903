"""PayTrace's dates and times: US order, no zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# PayTrace help: json-export-tranx-date shows created.at as "4/10/2015 4:06:30 PM".
_MOMENT = "%m/%d/%Y %I:%M:%S %p"


def parse_moment(text: str, *, zone: ZoneInfo) -> datetime:
    """An aware time in `zone`. Also reads ISO 8601, which v3 uses for ACH. Raises ValueError."""
    try:
        return datetime.strptime(text.strip(), _MOMENT).replace(tzinfo=zone)
    except ValueError:
        moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def parse_day(text: str) -> date:
    """`MM/DD/YYYY`. Raises ValueError for anything else."""
    return datetime.strptime(text.strip(), "%m/%d/%Y").replace(tzinfo=UTC).date()


def write_iso(day: date, *, at_end: bool = False) -> str:
    """`2023-04-19T00:00:00`, as v3's ACH list takes its limits (ACHTransactionRecords page)."""
    return f"{day.isoformat()}T{'23:59:59' if at_end else '00:00:00'}"


def write_date(day: date) -> str:
    """`MM/DD/YYYY`, as both versions take export limits (PayTrace help: json-export-tranx-date)."""
    return f"{day:%m/%d/%Y}"
