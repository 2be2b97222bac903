"""The gate that no card number and no secret passes, on the way to a row, a file or a log.

PCI DSS 4.0.1: 3.3.1 (codes, tracks and PINs are never kept), 3.4.1 (at most the last four
digits are shown), 3.5.1 (numbers are unreadable wherever stored, logs included).
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from integrations.canonical.card_scan import contains_card_number
from integrations.canonical.edits import apply
from integrations.canonical.escapes import CannotTokenise
from integrations.canonical.field_names import is_secret
from integrations.canonical.identifiers import is_identifier
from integrations.canonical.plain_text import is_plain_text
from integrations.canonical.tokeniser import Kind, find_edits

__all__ = [
    "Redacted",
    "contains_card_number",
    "redact_bytes",
    "redact_event",
    "redact_mapping",
    "redact_text",
    "without_card_numbers",
]

REMOVED_TEXT = "[removed]"
UNREADABLE_TEXT = "[removed: this text could not be checked for card numbers]"
# What its ProcessorFormatter hands on to the processors behind it, and takes out itself.
_OF_STRUCTLOG = frozenset({"_record", "_from_structlog", "_logger", "_name"})
_MAX_DEPTH = 20
_MAX_PASSES = 6


@dataclass(frozen=True)
class Redacted:
    """A body that may be stored, and how many places were replaced in it.

    Where `was_understood` is false, `body` is empty: keep only the length and an HMAC of the
    original.
    """

    body: bytes
    count: int
    was_understood: bool


def redact_bytes(body: bytes, *, content_type: str = "") -> Redacted:
    """Replace card numbers by `[PAN …1234]` and secret fields by `[removed]`, on raw bytes.

    JSON and forms stay well-formed; everything else stays byte for byte. Never raises;
    linear in the length. Redacting twice changes nothing more. Not understood: a charset that
    is not ASCII-based, compressed or binary data, multipart, and bodies nested or cut up
    beyond the tokeniser's limits.
    """
    if not is_plain_text(body, content_type=content_type):
        return Redacted(b"", 0, was_understood=False)
    try:
        redacted, count = _redact_until_clean(body, kind=_kind(content_type))
    except CannotTokenise:
        return Redacted(b"", 0, was_understood=False)
    return Redacted(redacted, count, was_understood=True)


def _redact_until_clean(data: bytes, *, kind: Kind) -> tuple[bytes, int]:
    """Reads again what it changed: taking one number out of escaped text may uncover another."""
    count = 0
    for _ in range(_MAX_PASSES):
        edits = find_edits(data, kind=kind)
        if not edits:
            return data, count
        data = apply(data, edits)
        count += len(edits)
    raise CannotTokenise


def _kind(content_type: str) -> Kind:
    lowered = content_type.lower()
    if "json" in lowered:
        return Kind.JSON
    return Kind.FORM if "urlencoded" in lowered else Kind.UNKNOWN


def redact_text(text: str) -> str:
    """The text without card numbers and named secrets. Never raises."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        redacted, count = _redact_until_clean(data, kind=Kind.TEXT)
    except CannotTokenise:
        return UNREADABLE_TEXT
    return redacted.decode("utf-8", "surrogatepass") if count else text


def redact_mapping(value: object) -> object:
    """A copy of headers or a nested structure that may be logged or stored.

    Values of secret names become `[removed]`, text is redacted, numbers that are card numbers
    become text, tuples and sets become lists, other objects their redacted `repr`. Never
    changes its argument, never raises.
    """
    return _redact(value, depth=0)


def without_card_numbers(value: Any) -> Any:
    """A JSON value with the card numbers in its texts, numbers and names replaced.

    For what is kept field by field of an answer that we asked for: a name makes nothing secret
    here, ids of a known shape stay (`identifiers.py`), and what holds no card number is given
    back as it is. Never raises.
    """
    if isinstance(value, Mapping):
        return {
            without_card_numbers(name): inner
            if is_identifier(str(name), inner)
            else without_card_numbers(inner)
            for name, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [without_card_numbers(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return value
    text = str(value)
    return redact_text(text) if contains_card_number(text.encode("utf-8", "replace")) else value


def redact_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor; put it last before the renderer.

    Turns `exc_info` into redacted `exception` text, as nobody behind it looks any more. What
    structlog itself put in passes untouched.
    """
    own = {key: value for key, value in event.items() if key in _OF_STRUCTLOG}
    exception = _format_exception(event.pop("exc_info", None))
    if exception:
        event["exception"] = exception
    redacted = _redact({key: event[key] for key in event if key not in own}, depth=0)
    return {**redacted, **own} if isinstance(redacted, dict) else own


def _format_exception(exc_info: object) -> str:
    if isinstance(exc_info, BaseException):
        error: object = exc_info
    elif isinstance(exc_info, tuple):
        error = exc_info[1] if len(exc_info) > 1 else None
    else:
        error = sys.exc_info()[1] if exc_info else None
    return "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else ""


def _redact(value: object, *, depth: int) -> object:
    if depth > _MAX_DEPTH:
        return REMOVED_TEXT
    if isinstance(value, Mapping):
        return {
            redact_text(_shown(key)): _redact_member(_shown(key), member, depth=depth)
            for key, member in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redact(member, depth=depth + 1) for member in value]
    return _redact_scalar(value)


def _redact_member(key: str, value: object, *, depth: int) -> object:
    name = key.encode("utf-8", "surrogatepass")
    if value is None or isinstance(value, bool):
        return value
    if is_secret(name):
        return REMOVED_TEXT
    return _redact(value, depth=depth + 1)


def _redact_scalar(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, (bytes, bytearray)):
        redacted = redact_bytes(bytes(value))
        return redacted.body.decode("utf-8", "replace") if redacted.was_understood else REMOVED_TEXT
    shown = _shown(value)
    safe = redact_text(shown)
    is_plain = isinstance(value, (int, float, Decimal, date, time, timedelta, UUID))
    return value if is_plain and safe == shown else safe


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return f"{value:.0f}" if isinstance(value, float) else repr(value)
    except Exception:  # noqa: BLE001  a log line must not fail because of what it tells
        return f"<{type(value).__name__} without a repr>"
