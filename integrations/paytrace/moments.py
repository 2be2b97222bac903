"""PayTrace's dates and times: US order, no zone. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# PayTrace help: json-export-tranx-date shows created.at as "4/10/2015 4:06:30 PM".
# Read by hand: an export has many, and `strptime` is slow.
_MOMENT = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) ([AP])M", re.ASCII | re.IGNORECASE
)


def parse_moment(text: str, *, zone: ZoneInfo) -> datetime:
    """An aware time in `zone`. Also reads ISO 8601, which v3 uses for ACH. Raises ValueError."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    month, day, year, hour, minute, second = map(int, found.groups()[:6])
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} is not an hour of a twelve-hour clock")
    afternoon = 12 if found[7] in "Pp" else 0
    return datetime(year, month, day, hour % 12 + afternoon, minute, second, tzinfo=zone)


def parse_day(text: str) -> date:
    """`MM/DD/YYYY`. Raises ValueError for anything else."""
    return datetime.strptime(text.strip(), "%m/%d/%Y").replace(tzinfo=UTC).date()


def write_iso(day: date, *, at_end: bool = False) -> str:
    """`2023-04-19T00:00:00`, as v3's ACH list takes its limits (ACHTransactionRecords page)."""
    return f"{day.isoformat()}T{'23:59:59' if at_end else '00:00:00'}"


def write_date(day: date) -> str:
    """`MM/DD/YYYY`, as both versions take export limits (PayTrace help: json-export-tranx-date)."""
    return f"{day:%m/%d/%Y}"
