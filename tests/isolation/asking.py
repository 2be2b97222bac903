"""One request in this process through every middleware, and what may be compared of its answer."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.signals import got_request_exception
from django.test import RequestFactory
from django.test.client import ClientHandler

from tests.isolation.scene import Actor

# Different in every answer by design.
_NOISE = (
    (re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+'), rb"\1-"),
    (re.compile(rb'(name="key" value=")[0-9a-f]{32}'), rb"\1-"),
    (re.compile(rb'("X-CSRFToken": ")[^"]+'), rb"\1-"),
    (re.compile(rb'("request_id": ?")[^"]*'), rb"\1-"),
)
_NOISY_HEADERS = frozenset({"Content-Length"})
_FORMS = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What came back, with the noise taken out of `content` and `headers`."""

    status: int
    content: bytes
    headers: tuple[tuple[str, str], ...]
    failure: str = ""

    def without(self, told: Mapping[str, str]) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        """Comparable with an answer to other values: what the asker sent in the path is cut."""
        content, headers = self.content, self.headers
        for value in sorted(told.values(), key=len, reverse=True):
            content = content.replace(value.encode(), b"~")
            headers = tuple((name, text.replace(value, "~")) for name, text in headers)
        return self.status, content, headers

    @property
    def shown(self) -> str:
        """Everything an asker can read."""
        told = " ".join(f"{name}: {text}" for name, text in self.headers)
        return f"{self.content.decode(errors='replace')} {told}"


class Asker:
    """Sends requests as an actor, each with nothing but the actor's own cookie or key."""

    def __init__(self, *, enforce_csrf: bool = False) -> None:
        self._handler = _handler(enforce_csrf=enforce_csrf)
        self._requests = RequestFactory()
        self._failure = ""
        got_request_exception.connect(self._note_failure)

    def ask(
        self,
        actor: Actor,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        cookies: Mapping[str, str] | None = None,
    ) -> Answer:
        self._failure = ""
        extra = _cookie_header(actor, cookies or {})
        if actor.key:
            extra["HTTP_AUTHORIZATION"] = f"Bearer {actor.key}"
            # Needed where a program asks for money to move; everywhere else it may come along.
            extra["HTTP_IDEMPOTENCY_KEY"] = "isolation"
        data, kind = _encoded(path, body or {})
        request = self._requests.generic(method, path, data, content_type=kind, **extra)
        response: Any = self._handler(request.environ)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        return Answer(response.status_code, _quiet(content), _headers(response), self._failure)

    def _note_failure(self, **_: Any) -> None:
        kind, error, _trace = sys.exc_info()
        self._failure = f"{kind.__name__ if kind else ''}: {error}"


@lru_cache
def _handler(*, enforce_csrf: bool) -> ClientHandler:
    """Loading every middleware looks through all static files, so it is done once."""
    return ClientHandler(enforce_csrf_checks=enforce_csrf)


def _cookie_header(actor: Actor, cookies: Mapping[str, str]) -> dict[str, Any]:
    sent = dict(cookies)
    if actor.session:
        sent[settings.SESSION_COOKIE_NAME] = actor.session
    return {"HTTP_COOKIE": "; ".join(f"{k}={v}" for k, v in sent.items())} if sent else {}


def _encoded(path: str, body: Mapping[str, Any]) -> tuple[bytes, str]:
    if path.startswith("/api/"):
        return json.dumps(body).encode(), "application/json"
    return urlencode(body, doseq=True).encode(), _FORMS


def _quiet(content: bytes) -> bytes:
    for pattern, replacement in _NOISE:
        content = pattern.sub(replacement, content)
    return content


def _headers(response: Any) -> tuple[tuple[str, str], ...]:
    kept = [(name, text) for name, text in response.headers.items() if name not in _NOISY_HEADERS]
    cookies = [("Set-Cookie", name) for name in response.cookies]
    return tuple(sorted([*kept, *cookies]))
