"""Requests in this process through every middleware, as somebody of the scene would send them.

Not Django's test client: it copies the context of every template it sees rendered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.test import RequestFactory
from django.test.client import ClientHandler

from tests.canary.places import Place
from tests.isolation.scene import Scene

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """All that the sender can see."""

    status: int
    content: bytes
    headers: bytes


class Sender:
    """Sends as the owner, as support staff or with the company's key, whichever a place needs."""

    def __init__(self, scene: Scene) -> None:
        self._handler = ClientHandler(enforce_csrf_checks=False)
        self._requests = RequestFactory()
        self._owner = scene.person("owner A").session
        self._staff = scene.person("support staff").session
        self._key = scene.program("key A everything").key

    def get(
        self,
        place: Place,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A page; `headers` in the words of WSGI."""
        path = f"{place.path}?{urlencode(query)}" if query else place.path
        told: dict[str, Any] = {**self._who(place), **(headers or {})}
        return self._send(self._requests.get(path, **told))

    def post(self, place: Place, body: Mapping[str, Any]) -> Answer:
        """A form, or JSON where the API is."""
        if place.address.is_api:
            data, kind = json.dumps(body), _JSON
        else:
            data, kind = urlencode(body, doseq=True), _FORM
        request = self._requests.post(place.path, data, content_type=kind, **self._who(place))
        return self._send(request)

    def upload(self, place: Place, body: Mapping[str, Any]) -> Answer:
        """A form with files in it."""
        return self._send(self._requests.post(place.path, body, **self._who(place)))

    def _who(self, place: Place) -> dict[str, Any]:
        if place.address.is_api:
            return {"HTTP_AUTHORIZATION": f"Bearer {self._key}"}
        session = self._staff if place.address.is_admin else self._owner
        return {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session}"}

    def _send(self, request: Any) -> Answer:
        answer: Any = self._handler(request.environ)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told = f"{answer.headers!r} {answer.cookies.output()}".encode()
        return Answer(answer.status_code, bytes(content), told)
