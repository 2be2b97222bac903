"""Middleware of our own: the short way for notices, and one log line per request."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from tenants.ids import new_id

log = structlog.get_logger("portal.request")
Respond = Callable[[HttpRequest], HttpResponse]


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
