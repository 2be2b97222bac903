"""Middleware of our own: the short way for notices, a bound on bodies, one log line per request."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from portal.api.v1.errors import refused_size
from portal.web.errors import too_large
from tenants.ids import new_id

log = structlog.get_logger("portal.request")
Respond = Callable[[HttpRequest], HttpResponse]
# A file of chargebacks, the largest thing a person uploads, has at most 1 MB.
MOST_BYTES = 4 * 1024 * 1024


class HookShortcut:
    """Answers `/hooks/…` and `/agent/v1/…` before sessions, cookies and CSRF: notices and agents
    need none of them, and they cost more than storing a notice."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/hooks/"):
            from portal.webhooks import receive  # noqa: PLC0415 models load after middleware

            return receive(request, request.path_info.removeprefix("/hooks/").strip("/"))
        if request.path_info.startswith("/agent/v1/"):
            from portal.agent.views import answer  # noqa: PLC0415 models load after middleware

            return answer(request)
        return self.get_response(request)


class BodyBound:
    """Refuses a body by its declared length, before anybody reads, stores or scans a byte of it.

    Django bounds the fields of a form but not its files, and reads both before it looks whose
    form it is. A body without a declared length is read as empty.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _declared(request) <= MOST_BYTES:
            return self.get_response(request)
        is_api = request.path_info.startswith("/api/")
        return refused_size(MOST_BYTES) if is_api else too_large(MOST_BYTES)


def _declared(request: HttpRequest) -> int:
    """Bytes; 0 for what is no number, which Django reads as nothing, too."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class RequestLog:
    """Binds a request id for every log line below, and writes one line per request.

    The path is logged as its URL pattern, so that no token or id of a person gets in.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=str(new_id()))
        response = self.get_response(request)
        match = request.resolver_match
        log.info(
            "request.answered",
            method=request.method,
            route=match.route if match else "unmatched",
            status=response.status_code,
            milliseconds=round((time.monotonic() - started) * 1000),
        )
        return response
