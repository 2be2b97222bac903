"""Standard Webhooks signatures over raw bytes: HMAC-SHA256 of `id.timestamp.body`.

Written here in a few lines over `hmac`, not taken from the `standardwebhooks` library. Its
1.1.0 decodes the body as UTF-8, reads its own clock, takes float, spaced and underscored
timestamps, and lets five kinds of exception out on hostile headers (a signature without a
comma or with two, bad padding, non-ASCII, a body that is no UTF-8). Wrapping all that is
longer than doing it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"
_MOST_SIGNATURES = 16
_LONGEST_SIGNATURES = 2048
# No dot: it separates id, time and body, and one inside would let them be cut differently.
_ID = re.compile(r"[!-\-/-~]{1,200}")
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+")
# Our headers, and what the lack of one is called.
_MISSING = {
    "webhook-id": "no_id",
    "webhook-timestamp": "no_timestamp",
    "webhook-signature": "no_signature",
}


class Revealing(Protocol):
    """A secret that shows itself only when asked."""

    def reveal(self) -> str: ...


AnySecret = Revealing | str


class BadSignature(Exception):  # noqa: N818  (what the caller answers with 401)
    """The notice is not accepted. `reason` is a short word for counting, never for the sender.

    `no_id`, `no_timestamp`, `no_signature`, `repeated_header`, `bad_id`, `bad_timestamp`,
    `too_old`, `too_new`, `too_many_signatures`, `no_secret`, `no_match`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Verified:
    """Who sent which message when: proven by the signature. `sent_at` is UTC, whole seconds."""

    event_id: str
    sent_at: datetime


def verify(
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[AnySecret],
    now: datetime,
) -> Verified:
    """Check that one of `secrets` signed these bytes within five minutes of `now` (aware).

    Several secrets serve a rotation; all are tried against all signatures, in constant time.
    Says nothing about the contents of `body`, which may be any bytes. Raises BadSignature and
    nothing else, whatever was sent.
    """
    event_id, timestamp, signatures = _read(headers)
    _check_time(timestamp, now)
    keys = [key for secret in secrets if (key := _key_of(secret))]
    if not keys:
        raise BadSignature("no_secret")
    is_good = False
    for key in keys:
        expected = _signature(key, event_id, timestamp, body)
        for given in signatures:
            is_good |= hmac.compare_digest(expected, given)
    if not is_good:
        raise BadSignature("no_match")
    return Verified(event_id, datetime.fromtimestamp(int(timestamp), UTC))


def sign(*, body: bytes, secret: AnySecret, event_id: str, sent_at: datetime) -> dict[str, str]:
    """The three headers that `verify` accepts. Raises ValueError for an unusable secret or id."""
    key = _key_of(secret)
    if not key:
        raise ValueError("The signing secret is empty or not base64")
    if not _ID.fullmatch(event_id):
        raise ValueError("An event id is 1 to 200 visible ASCII characters without a dot")
    timestamp = str(int(sent_at.timestamp()))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + _signature(key, event_id, timestamp, body).decode(),
    }


def _signature(key: bytes, event_id: str, timestamp: str, body: bytes) -> bytes:
    digest = hmac.new(key, f"{event_id}.{timestamp}.".encode(), hashlib.sha256)
    digest.update(body)
    return base64.b64encode(digest.digest())


def _key_of(secret: AnySecret) -> bytes:
    """The key bytes; none for a secret that is empty or not base64: HMAC would take that."""
    text = secret if isinstance(secret, str) else secret.reveal()
    encoded = text.removeprefix(_PREFIX).rstrip("=")
    if not _BASE64.fullmatch(encoded):
        return b""
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    except binascii.Error:
        return b""


def _read(headers: Mapping[str, str]) -> tuple[str, str, list[bytes]]:
    found: dict[str, list[str]] = {name: [] for name in _MISSING}
    for key, value in headers.items():
        if (name := str(key).lower()) in found:
            found[name].append(value)
    event_id, timestamp, signatures = (_only(found[name], name) for name in _MISSING)
    if not _ID.fullmatch(event_id):
        raise BadSignature("bad_id")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("bad_timestamp")
    return event_id, timestamp, _version_1(signatures)


def _only(values: list[str], name: str) -> str:
    if len(values) > 1:
        raise BadSignature("repeated_header")
    if not values or not isinstance(values[0], str) or not values[0]:
        raise BadSignature(_MISSING[name])
    return values[0]


def _version_1(header: str) -> list[bytes]:
    """The `v1` signatures as sent. Ones of other versions or shapes simply do not count."""
    entries = header.split(" ")
    if len(header) > _LONGEST_SIGNATURES or len(entries) > _MOST_SIGNATURES:
        raise BadSignature("too_many_signatures")
    pairs = [entry.split(",") for entry in entries if entry.isascii()]
    return [pair[1].encode() for pair in pairs if len(pair) == 2 and pair[0] == "v1"]


def _check_time(timestamp: str, now: datetime) -> None:
    age = now.timestamp() - int(timestamp)
    if age > TOLERANCE_SECONDS:
        raise BadSignature("too_old")
    if age < -TOLERANCE_SECONDS:
        raise BadSignature("too_new")
