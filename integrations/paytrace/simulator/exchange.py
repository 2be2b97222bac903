"""A request as the simulator reads it, an answer as it gives it, and what both versions share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from integrations.paytrace import wire
from integrations.paytrace.simulator.state import PACIFIC
from integrations.paytrace.simulator.world import LoginRefusedError, World

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes
    is_local: bool

    def fields(self) -> Json:
        """The body as an object, JSON or form. Raises ValueError for anything else."""
        if not self.content:
            return {}
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.content.decode()))
        value = wire.loads(self.content)
        if not isinstance(value, dict):
            raise ValueError("Not an object")
        return value

    @property
    def token(self) -> str:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""


@dataclass(frozen=True)
class Answer:
    """`is_cut` closes the connection instead of answering."""

    status: int
    content: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False


class BadFieldError(Exception):
    """A field of the request that cannot be read."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def json_answer(body: Json, *, status: int = 200) -> Answer:
    return Answer(status, wire.dumps(body).encode())


def log_in(world: World, username: str, password: str, *, body: str, status: int) -> Answer:
    """One login, counted. `body` is where the version puts the token: top level or `data`."""
    try:
        with world.turn():
            token = world.log_in(username, password)
    except LoginRefusedError as refused:
        with world.turn():
            world.refuse_login(username)
        return login_refused(is_locked=refused.is_locked)
    said: Json = {"access_token": token, "token_type": "bearer", "expires_in": 7200}
    return json_answer({"data": said} if body == "data" else said, status=status)


def login_refused(*, is_locked: bool) -> Answer:
    """OAuth's `invalid_grant` (ActiveMerchant); the wording for a locked user is ours."""
    text = "The user is locked." if is_locked else "The grant is invalid, expired or revoked."
    return json_answer({"error": "invalid_grant", "error_description": text}, status=400)


def token_refused() -> Answer:
    text = "The access token is invalid or has expired."
    return json_answer({"error": "invalid_token", "error_description": text}, status=401)


def amount_of(fields: Json, *, name: str = "amount", may_be_zero: bool = False) -> Decimal:
    """Two decimals, above zero, sent as text or number. Raises BadFieldError."""
    try:
        amount = Decimal(str(fields[name]))
    except (KeyError, InvalidOperation) as error:
        raise BadFieldError(name) from error
    is_large_enough = amount.is_finite() and (amount > 0 or (may_be_zero and not amount))
    if not is_large_enough or amount != round(amount, 2):
        raise BadFieldError(name)
    return amount


def amount_or_none(fields: Json) -> Decimal | None:
    """The amount, or None when the request names none: all of it."""
    return amount_of(fields) if "amount" in fields else None


def object_of(fields: Json, name: str) -> Json:
    """An object of the request; an empty one when it is missing. Raises BadFieldError."""
    value = fields.get(name, {})
    if not isinstance(value, dict):
        raise BadFieldError(name)
    return value


def text_of(fields: Json, name: str) -> str:
    value = fields.get(name)
    return "" if value is None else str(value)


def number_of(fields: Json, *, name: str) -> int:
    """An id or batch number, as number or digits; 0 when missing or not one."""
    text = str(fields.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def days_of(fields: Json) -> tuple[datetime, datetime]:
    """From the first moment of `start_date` to the last of `end_date`, Pacific days."""
    start, end = _day(fields, "start_date"), _day(fields, "end_date")
    return _midnight(start), _midnight(end + timedelta(days=1))


def _day(fields: Json, name: str) -> date:
    try:
        return datetime.strptime(str(fields[name]), "%m/%d/%Y").replace(tzinfo=UTC).date()
    except (KeyError, ValueError) as error:
        raise BadFieldError(name) from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=PACIFIC)
