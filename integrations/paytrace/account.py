"""The user we sign in as, and what the account allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from integrations.canonical.money import Money
from integrations.paytrace.results import Capabilities
from integrations.paytrace.settings import Secret


class UserKind(StrEnum):
    """An API user's password does not expire; a web user's does, every 90 days (PayTrace wiki,
    User Profiles)."""

    API = "api"
    WEB = "web"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class GatewayUser:
    """Who is signed in, as far as PayTrace says. None is what it does not say."""

    username: str = field(repr=False)
    kind: UserKind
    password_expires_on: date | None = None
    sale_ceiling: Money | None = None
    """The largest sale this user may make; a larger one is refused as not permitted (981)."""
    refund_ceiling: Money | None = None


class Account(Protocol):
    """What is asked about the account itself."""

    def capabilities(self) -> Capabilities:
        """What the account can do, asked by cheap reads; uses the token source."""

    def user(self) -> GatewayUser:
        """Who is signed in; v3 only."""

    def client_key(self) -> Secret:
        """A key for PayTrace's own card form, for one page view (Protect.js page)."""

    def change_password(self, new_password: Secret) -> None:
        """Give the user another password; v3 only. After OutcomeUnknown, one sign-in with the
        new one tells: never try both in turn, four failures lock the user."""
