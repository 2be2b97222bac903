"""Intake: the raw bytes of a notice in, 2xx out, one call.

2xx only after commit. A duplicate is a 2xx. A bad signature and an unknown address get the
same bytes in the same time; neither leaves more than a count.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError

from integrations import pipeline
from integrations.connections import clients
from integrations.connections.queries import NoticeTarget, distrust, known_target
from integrations.events import inbox
from integrations.events.inbox import Delivery
from integrations.events.models import InboundNotice
from integrations.events.signatures import BadSignature, verify
from tenants.crypto import Secret

log = structlog.get_logger("portal.webhooks")
MOST_BYTES = 256 * 1024
_MOST_DIGITS = len(str(MOST_BYTES))
FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_STORED = b'{"status": "stored"}'
_KNOWN = b'{"status": "already stored"}'
# What an unknown address is checked against, so that it takes as long as a known one.
_NOBODY = Secret("whsec_bm9ib2R5IGhhcyB0aGlzIHNlY3JldCwgaXQgb25seSB0YWtlcyB0aW1l")


def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Answer one delivery to `/hooks/<token>`."""
    if request.method != "POST":
        return _answer(405, "Send notices with POST.", {"Allow": "POST"})
    body = _body(request)
    if body is None:
        return _answer(413, "A notice has at most 256 kB.")
    try:
        return _take(request, token, body)
    except DatabaseError:
        log.exception("notice.not_stored")
        return _answer(503, "Not stored. Send it again.", {"Retry-After": "30"})


def _take(request: HttpRequest, token: str, body: bytes) -> HttpResponse:
    target = known_target(token)
    content_type = request.headers.get("Content-Type", "")
    if content_type.split(";")[0].strip().lower() == FORM:
        if target is None:
            inbox.count_unknown_address()
            return _refused()
        return _store(target, Delivery(InboundNotice.Source.SILENT_POST, content_type, body))
    secrets: Sequence[Secret] = [_NOBODY]
    if target is not None:
        secrets = clients.notice_secrets(
            tenant_id=target.tenant_id, connection_id=target.connection_id
        )
    try:
        verified = verify(
            headers=request.headers, body=body, secrets=secrets, now=datetime.now(UTC)
        )
    except BadSignature as error:
        distrust(token)
        _count(target, error.reason)
        return _refused()
    if target is None:
        _count(target, "unknown")
        return _refused()
    delivery = Delivery(InboundNotice.Source.SIGNED, content_type, body, verified.event_id)
    return _store(target, delivery)


def _store(target: NoticeTarget, delivery: Delivery) -> HttpResponse:
    is_new = pipeline.receive(
        delivery, tenant_id=target.tenant_id, connection_id=target.connection_id
    )
    return _reply(202, _STORED if is_new else _KNOWN)


def _body(request: HttpRequest) -> bytes | None:
    """The raw bytes, or None when there are too many of them."""
    declared = request.headers.get("Content-Length") or "0"
    if _is_too_large(declared):
        return None
    try:
        body = request.read(MOST_BYTES + 1)
    except (UnreadablePostError, RawPostDataException):
        return b""
    return None if len(body) > MOST_BYTES else body


def _is_too_large(declared: str) -> bool:
    """`²` is a digit that is no number, and thousands of digits are one nobody converts."""
    if not (declared.isascii() and declared.isdigit()):
        return False
    digits = declared.lstrip("0")
    return len(digits) > _MOST_DIGITS or int(digits or "0") > MOST_BYTES


def _count(target: NoticeTarget | None, reason: str) -> None:
    if target is None:
        inbox.count_unknown_address()
        return
    inbox.refuse(tenant_id=target.tenant_id, connection_id=target.connection_id, reason=reason)


def _refused() -> HttpResponse:
    return _answer(401, "Not accepted.")


def _answer(status: int, sentence: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return _reply(status, json.dumps({"message": sentence}).encode(), headers)


def _reply(status: int, body: bytes, headers: dict[str, str] | None = None) -> HttpResponse:
    """An answer of known length: one of unknown length leaves in pieces, each waiting for the
    other side's acknowledgement of the last."""
    told = {"Content-Length": str(len(body)), **(headers or {})}
    return HttpResponse(body, status=status, content_type=_JSON, headers=told)
