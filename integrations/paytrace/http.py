"""One guarded HTTP session: time-outs, limits, no redirects, every failure one of four kinds.

nothing left this machine (refused, no such host)      → TryLater
left, answer missing or unreadable: a read             → TryLater
left, answer missing or unreadable: money may move     → OutcomeUnknown
the address or the certificate is wrong                → FixConfiguration
"""

from __future__ import annotations

import http.cookiejar
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ssl import SSLCertVerificationError
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    OutcomeUnknown,
    TryLater,
)
from integrations.canonical.redaction import contains_card_number, without_card_numbers
from integrations.paytrace import wire
from integrations.paytrace.redaction import redact
from integrations.paytrace.streaming import rows_of_stream

# Bytes. PayTrace documents no page size for exports, and a record takes about one kB: a day of
# fifty thousand transactions fits, and what does not is no day of one merchant.
MAX_BODY = 96 * 1024 * 1024
_CHUNK = 64 * 1024
_MAX_RETRY_AFTER = 86_400  # seconds we are willing to believe


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, between two reads, and for the whole reply."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 90.0


@dataclass(frozen=True)
class Call:
    """One request. `moves_money` decides what a missing answer means."""

    method: str
    path: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    moves_money: bool = False


@dataclass(frozen=True)
class Reply:
    """A JSON object PayTrace answered, with a status below 500."""

    status: int
    body: Mapping[str, Any] = field(repr=False)

    @property
    def is_token_refused(self) -> bool:
        """An expired or unknown token: 401, or OAuth's `invalid_token` (ActiveMerchant)."""
        return self.status == 401 or self.body.get("error") == "invalid_token"


@dataclass(frozen=True)
class CallRecord:
    """One exchange as it may be kept: redacted, with its duration in seconds."""

    method: str
    path: str
    status: int | None
    seconds: float
    request: Any
    response: Any
    error_code: str = ""


Observer = Callable[[CallRecord], None]


class Transport:
    """Sends calls to one base URL. Never retries, never follows a redirect, keeps no cookie."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeouts: Timeouts | None = None,
        observe: Observer | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeouts = timeouts or Timeouts()
        self._observe = observe
        self._session = session or requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"Accept": "application/json", **(headers or {})})

    def send(self, call: Call, *, token: str = "") -> Reply:
        """The reply, whatever it says, when it is JSON below 500. Raises as drawn above."""
        started = time.monotonic()
        outcome = self._exchange(call, token, deadline=started + self._timeouts.total)
        self._tell(call, outcome, time.monotonic() - started)
        if isinstance(outcome, IntegrationError):
            raise outcome
        return outcome

    def stream(self, call: Call, *, token: str = "") -> Generator[Any, None, Reply]:
        """The rows of the lists in the answer, as they arrive; then the reply without them.

        For reads. Only time spent waiting for PayTrace counts towards the whole reply's limit.
        Raises as drawn above, at the place where the answer breaks off.
        """
        started = time.monotonic()
        outcome = yield from self._streamed(call, token)
        self._tell(call, outcome, time.monotonic() - started)
        if isinstance(outcome, IntegrationError):
            raise outcome
        return outcome

    def _streamed(self, call: Call, token: str) -> Generator[Any, None, Reply | IntegrationError]:
        try:
            with self._request(call, token) as response:
                chunks = _chunks(response, seconds=self._timeouts.total)
                if response.status_code >= 300:
                    content = b"".join(chunks)
                    return read_reply(call, response.status_code, response.headers, content)
                try:
                    rest = yield from rows_of_stream(chunks)
                except (ValueError, RecursionError):
                    return unanswered(call, "paytrace.unreadable_reply")
                return Reply(response.status_code, rest)
        except _TooLargeError:
            return unanswered(call, "paytrace.reply_too_large")
        except requests.RequestException as error:
            return _failure(call, error)

    def close(self) -> None:
        """Close the sockets kept open; a later call opens new ones."""
        self._session.close()

    def _exchange(self, call: Call, token: str, *, deadline: float) -> Reply | IntegrationError:
        # Failures are returned, then raised outside the except block: a requests exception holds
        # the request, and with it the password, and must not travel along as __context__.
        try:
            with self._request(call, token) as response:
                content = _content(response, deadline)
                return read_reply(call, response.status_code, response.headers, content)
        except requests.RequestException as error:
            return _failure(call, error)

    def _request(self, call: Call, token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data: str | Mapping[str, str] | None = call.form
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            data = wire.dumps(call.body)
        return self._session.request(
            call.method,
            self._base_url + call.path,
            params=call.query,
            data=data,
            headers=headers,
            timeout=(self._timeouts.connect, self._timeouts.read),
            allow_redirects=False,
            stream=True,
        )

    def _tell(self, call: Call, outcome: Reply | IntegrationError, seconds: float) -> None:
        if self._observe is None:
            return
        reply = outcome if isinstance(outcome, Reply) else None
        self._observe(
            CallRecord(
                method=call.method,
                path=call.path,
                status=reply.status if reply else None,
                seconds=seconds,
                request=redact(call.body if call.body is not None else call.form),
                response=redact(reply.body) if reply else None,
                error_code="" if isinstance(outcome, Reply) else outcome.code,
            )
        )


class _TooLargeError(Exception):
    """The body is larger than we read."""


def _content(response: requests.Response, deadline: float) -> bytes | None:
    """The body, or None when it is larger than we read. Raises Timeout past the deadline."""
    try:
        return b"".join(_chunks(response, seconds=deadline - time.monotonic()))
    except _TooLargeError:
        return None


def _chunks(response: requests.Response, *, seconds: float) -> Iterator[bytes]:
    """The body as it arrives. Raises Timeout once that many seconds were spent waiting for it."""
    size, waited, began = 0, 0.0, time.monotonic()
    for chunk in response.iter_content(_CHUNK):
        waited += time.monotonic() - began
        size += len(chunk)
        if size > MAX_BODY:
            raise _TooLargeError
        if waited > seconds:
            raise requests.exceptions.ReadTimeout("The whole reply took too long")
        yield chunk
        began = time.monotonic()


def read_reply(
    call: Call, status: int, headers: Mapping[str, str], content: bytes | None
) -> Reply | IntegrationError:
    """Sort a raw answer: a JSON object below 500, or the failure it stands for. Pure."""
    if status >= 500 or status == 429:
        return unanswered(call, "paytrace.unavailable", after=_retry_after(headers))
    if content is None:
        return unanswered(call, "paytrace.reply_too_large")
    if 300 <= status < 400:
        return unanswered(call, "paytrace.redirected")
    try:
        body = wire.loads(content)
    except (ValueError, RecursionError):
        return unanswered(call, "paytrace.unreadable_reply")
    if not isinstance(body, dict):
        return unanswered(call, "paytrace.unreadable_reply")
    # Texts in it were written by people: a description, a name, a bank's message.
    return Reply(status, without_card_numbers(body) if contains_card_number(content) else body)


_WHY = {
    "paytrace.unavailable": "PayTrace is busy or down.",
    "paytrace.reply_too_large": "PayTrace's answer is too large; ask for fewer days.",
    "paytrace.redirected": "The PayTrace address points elsewhere; check it in the connection.",
    "paytrace.unreadable_reply": "PayTrace answered with something that cannot be read.",
    "paytrace.no_answer": "PayTrace did not answer in time.",
}


def unanswered(call: Call, code: str, *, after: timedelta | None = None) -> IntegrationError:
    """The call left this machine and its answer is missing or unreadable."""
    if call.moves_money:
        return OutcomeUnknown(
            f"{_WHY[code]} The request may or may not have taken effect.",
            code=code,
            remedy="Look the transaction up before doing anything again.",
        )
    return TryLater(_WHY[code], code=code, after=after)


def _failure(call: Call, error: requests.RequestException) -> IntegrationError:
    if _never_left(error):
        return TryLater("PayTrace cannot be reached.", code="paytrace.unreachable")
    if _holds(error, SSLCertVerificationError):
        return FixConfiguration(
            "The secure connection to PayTrace could not be verified.",
            code="paytrace.certificate_refused",
            field="base_url",
            remedy="Check the address, and any proxy that opens secure connections.",
        )
    if isinstance(error, ValueError):  # requests' invalid URL, schema and header errors
        return FixConfiguration(
            "The PayTrace address in the connection is not usable.",
            code="paytrace.settings_invalid",
            field="base_url",
        )
    return unanswered(call, "paytrace.no_answer")


def _never_left(error: requests.RequestException) -> bool:
    """Refused, unknown host or no connection in time: not one byte of the request was sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _holds(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    text = headers.get("Retry-After", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return timedelta(seconds=min(int(text), _MAX_RETRY_AFTER))
