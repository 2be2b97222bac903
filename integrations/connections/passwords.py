"""What can be said of a PayTrace user's password without showing it: its end, its characters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.connections.models import Connection

WEB_PASSWORD_LASTS = timedelta(days=90)
"""PayTrace wiki, User Profiles: web users' passwords end, API users' do not."""
WARN_BEFORE = timedelta(days=14)
"""When people are told that a password is about to end."""


@dataclass(frozen=True)
class PasswordEnd:
    """When a web user's password ends, as the last passed test told."""

    ends_on: date
    days_left: int
    """Below zero when the day has passed."""

    @property
    def is_near(self) -> bool:
        return self.days_left <= WARN_BEFORE.days

    @property
    def sentence(self) -> str:
        """`The password of this PayTrace user ends on April 15, 2026, in 9 days.`"""
        verb = "ended" if self.days_left < 0 else "ends"
        return (
            f"The password of this PayTrace user {verb} on {_said(self.ends_on)}{self._wait()}. "
            "It is a web user; an API user's password does not end."
        )

    def _wait(self) -> str:
        if self.days_left < 0:
            return ""
        if self.days_left == 0:
            return ", today"
        return f", in {self.days_left} day{'' if self.days_left == 1 else 's'}"


def password_end(connection: Connection, *, now: datetime) -> PasswordEnd | None:
    """The end of a web user's password; None for an API user and where PayTrace does not tell."""
    told = connection.capabilities.get("user", {}) if connection.capabilities else {}
    text = told.get("ends_on", "") if isinstance(told, dict) else ""
    if not text:
        return None
    ends_on = date.fromisoformat(text)
    zone = ZoneInfo(str(connection.settings.get("zone", "America/Los_Angeles")))
    return PasswordEnd(ends_on, (ends_on - now.astimezone(zone).date()).days)


def latest_end(entered_at: datetime, *, zone: str) -> str:
    """The last day a password entered then can last if it is a web user's, in words."""
    return _said((entered_at + WEB_PASSWORD_LASTS).astimezone(ZoneInfo(zone)).date())


def has_special_characters(password: str) -> bool:
    """Whether it holds anything but letters and digits. PayTrace advises against them in API
    users' passwords, which are known to break (PayTrace wiki, User Profiles): a warning only."""
    return not (password.isascii() and password.isalnum())


def _said(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
