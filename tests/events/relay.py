"""A company's relay: it delivers to the portal's WSGI application as a web server would."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from wsgiref.util import setup_testing_defaults

import psycopg
from django.core.handlers.wsgi import WSGIHandler

from integrations.connections.notices import new_notice_address
from integrations.events.signatures import sign
from tenants.scope import tenant_transaction
from tests import factories

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """The whole of an answer: nothing else reaches the sender."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Relay:
    """Where one company's notices go, and what they are signed with."""

    tenant_id: UUID
    connection_id: UUID
    path: str
    secret: str = field(repr=False)

    def signed(self, body: bytes, *, event_id: str = "evt_1") -> dict[str, str]:
        """The headers of a good signature, sent now."""
        return sign(body=body, secret=self.secret, event_id=event_id, sent_at=datetime.now(UTC))

    def deliver(self, body: bytes, *, event_id: str = "evt_1", content_type: str = JSON) -> Answer:
        """A signed notice."""
        headers = self.signed(body, event_id=event_id)
        return send(self.path, body, headers=headers, content_type=content_type)

    def post_silently(self, body: bytes, *, content_type: str = FORM) -> Answer:
        return send(self.path, body, content_type=content_type)


def relay_of(name: str, *, email: str) -> Relay:
    """A company with a PayTrace connection that takes notices."""
    books = factories.company(name, owner=factories.person(email))
    with tenant_transaction(books.tenant.id):
        address = new_notice_address(connection_id=books.paytrace.id, actor=email)
    return Relay(books.tenant.id, books.paytrace.id, address.path, address.secret)


def notice(transaction_id: str = "79388123", **data: Any) -> bytes:
    """A notice in the relay's form."""
    return json.dumps(
        {
            "type": "payment.approved",
            "account": "MID-4417",
            "transaction_id": transaction_id,
            "occurred_at": "2026-11-20T20:00:00Z",
            "data": data,
        }
    ).encode()


def send(
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    content_type: str = JSON,
    headers: Mapping[str, str] | None = None,
    environ: Mapping[str, Any] | None = None,
) -> Answer:
    """One request to the WSGI application; `environ` has the last word, lies included.

    `path` holds bytes as latin-1, as WSGI wants them (PEP 3333).
    """
    given: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name.upper().replace('-', '_')}": v for name, v in (headers or {}).items()},
        **(environ or {}),
    }
    setup_testing_defaults(given)
    told: dict[str, Any] = {}

    def start(status: str, response_headers: list[tuple[str, str]], *_: Any) -> None:
        told.update(status=int(status.split(maxsplit=1)[0]), headers=tuple(response_headers))

    result = _application()(given, start)
    content = b"".join(result)
    result.close()
    return Answer(told["status"], told["headers"], content)


_APPLICATIONS: list[WSGIHandler] = []


def _application() -> Any:
    if not _APPLICATIONS:
        _APPLICATIONS.append(WSGIHandler())
    return _APPLICATIONS[0]


def rows(url: str, table: str) -> list[dict[str, Any]]:
    """Every row of a table as text, across the walls."""
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
        return connection.execute(f"SELECT * FROM {table}".encode()).fetchall()


def refusals(url: str) -> dict[str, int]:
    """How many notices were refused per reason; `unknown address` where nobody lives."""
    counted = {row["reason"]: row["count"] for row in rows(url, "events_noticerefusal")}
    unknown = sum(row["count"] for row in rows(url, "tenants_unknowntokencount"))
    return {**counted, "unknown address": unknown} if unknown else counted
