"""What can be said of a PayTrace user's password without showing it: its end, its characters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from integrations.connections.models import Connection
from integrations.connections.secrets import secret_fields
from integrations.paytrace.account import UserKind
from tenants.audit import record
from tenants.errors import NotPossible

USER_KIND = "user_kind"
"""Of an account's settings: what a person said of its user."""

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
    is_certain: bool = True
    """Not where nobody said whether it is a web user: then this is the latest day it can be."""

    @property
    def is_near(self) -> bool:
        return self.days_left <= WARN_BEFORE.days

    @property
    def sentence(self) -> str:
        """`The password of this PayTrace user ends on April 15, 2026, in 9 days.`"""
        if not self.is_certain:
            return (
                "PayTrace does not say whether this is a web user. If it is one, its password ends "
                f"by {_said(self.ends_on)} at the latest{self._wait()}."
            )
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
    """The end of a web user's password, and where nobody said that it is none, the latest end
    it can have, once that is near. None for an API user."""
    if connection.kind != Connection.Kind.PAYTRACE:
        return None
    told = _user(connection).get("ends_on", "")
    kind = kind_of(connection)
    if told:
        return _end(date.fromisoformat(told), connection, now=now)
    entered_at = secret_fields(connection_id=connection.id).get("password")
    if kind is UserKind.API or not connection.capabilities or entered_at is None:
        return None
    ends_on = (entered_at + WEB_PASSWORD_LASTS).astimezone(_zone(connection)).date()
    end = _end(ends_on, connection, now=now, is_certain=kind is UserKind.WEB)
    return end if end.is_certain or (end.is_near and not _has_outlived(connection, end)) else None


def kind_of(connection: Connection) -> UserKind:
    """What PayTrace said in the last passed test, else what a person said, else unknown."""
    is_api = _user(connection).get("available")
    if is_api is not None:
        return UserKind.API if is_api else UserKind.WEB
    return kind_said(connection)


def kind_said(connection: Connection) -> UserKind:
    """What a person said, where PayTrace does not tell: it can be said otherwise. Else unknown."""
    if _user(connection).get("available") is not None:
        return UserKind.UNKNOWN
    return UserKind(connection.settings.get(USER_KIND) or UserKind.UNKNOWN)


def say_kind(*, connection_id: UUID, kind: str, actor: str) -> Connection:
    """A person has looked in PayTrace under User Profiles. Raises NotPossible where PayTrace
    itself tells, and for no kind of user."""
    connection = Connection.objects.select_for_update(no_key=True).get(id=connection_id)
    if kind not in {UserKind.API, UserKind.WEB}:
        raise NotPossible("Say whether it is an API user or a web user.")
    if connection.kind != Connection.Kind.PAYTRACE or _user(connection).get("available") is not (
        None
    ):
        raise NotPossible("PayTrace itself tells which kind of user this is.")
    connection.settings = {**connection.settings, USER_KIND: kind}
    connection.save(update_fields=["settings"])
    record(
        "connection.user_kind_said", actor=actor, subject=connection.name,
        subject_id=connection.id, details={"kind": kind},
    )  # fmt: skip
    return connection


def _user(connection: Connection) -> dict[str, Any]:
    told = connection.capabilities.get("user", {}) if connection.capabilities else {}
    return told if isinstance(told, dict) else {}


def _end(
    ends_on: date, connection: Connection, *, now: datetime, is_certain: bool = True
) -> PasswordEnd:
    today = now.astimezone(_zone(connection)).date()
    return PasswordEnd(ends_on, (ends_on - today).days, is_certain)


def _has_outlived(connection: Connection, end: PasswordEnd) -> bool:
    """It answered after the day on which a web user's password would have ended."""
    answered = connection.last_ok_at
    return answered is not None and answered.astimezone(_zone(connection)).date() > end.ends_on


def _zone(connection: Connection) -> ZoneInfo:
    return ZoneInfo(str(connection.settings.get("zone", "America/Los_Angeles")))


def latest_end(entered_at: datetime, *, zone: str) -> str:
    """The last day a password entered then can last if it is a web user's, in words."""
    return _said((entered_at + WEB_PASSWORD_LASTS).astimezone(ZoneInfo(zone)).date())


def has_special_characters(password: str) -> bool:
    """Whether it holds anything but letters and digits. PayTrace advises against them in API
    users' passwords, which are known to break (PayTrace wiki, User Profiles): a warning only."""
    return not (password.isascii() and password.isalnum())


def _said(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
