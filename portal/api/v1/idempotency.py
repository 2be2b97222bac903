"""A deciding request sent twice decides once.

The key is claimed by inserting a row in the request's own transaction. A second request with
the same key waits at the unique index until the first has committed, and is then answered
from its row; when the first was refused, its claim was rolled back with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from integrations.canonical.card_scan import contains_card_number
from integrations.instructions.own_keys import OURS
from portal.api.v1.authentication import key_of
from portal.api.v1.errors import IDEMPOTENCY_HEADER as HEADER
from portal.api.v1.errors import Refusal, holds_card_number, key_reused
from tenants.insert import insert_once
from tenants.models import ApiAnswer

_LONGEST = 200
_CAME_BEFORE = "This Idempotency-Key came before with another request."
Answer = dict[str, Any]
REPLAYED = {"Idempotent-Replayed": "true"}


def decide_once(request: Request, decide: Callable[[], Answer], *, status: int = 200) -> Response:
    """Run `decide` and answer with what it returns; with the former answer the second time.

    Without an `Idempotency-Key` it simply runs. Raises Refusal when the key came before with
    another request.
    """
    text = request.headers.get(HEADER, "")
    if not text:
        return Response(decide(), status=status)
    _check(text)
    another = Refusal(
        422, "idempotency_key_reused", _CAME_BEFORE, HEADER, "Use a new key for a new decision."
    )
    return _once(request, text, decide, status=status, another=another)


def ask_once(request: Request, ask: Callable[[str], Answer]) -> Response:
    """The same for asking PayTrace something, where the key is required: `ask` gets it, and a
    key that came before with another request is 409."""
    text = needed_key(request)
    return _once(request, text, lambda: ask(text), status=201, another=key_reused(_CAME_BEFORE))


def needed_key(request: Request) -> str:
    """The request's idempotency key. Raises Refusal where there is none, or none that is good."""
    text = request.headers.get(HEADER, "")
    if not text:
        raise Refusal(
            400,
            "invalid",
            "This request needs an Idempotency-Key, so that asking twice moves money once.",
            field=HEADER,
            remedy="Send a text of yours that is new for every new instruction.",
        )
    _check(text)
    return text


def _once(
    request: Request,
    text: str,
    decide: Callable[[], Answer],
    *,
    status: int,
    another: Refusal,
) -> Response:
    key, digest = key_of(request), _digest(request)
    claim = ApiAnswer(api_key=key, idempotency_key=text, request_hash=digest)
    if not insert_once(claim):
        return _former(text, request, another=another)
    answer = decide()
    ApiAnswer.objects.filter(pk=claim.pk).update(status=status, answer=answer)
    return Response(answer, status=status)


def _former(text: str, request: Request, *, another: Refusal) -> Response:
    former = ApiAnswer.objects.get(api_key=key_of(request), idempotency_key=text)
    if bytes(former.request_hash) != _digest(request):
        raise another
    return Response(former.answer, status=former.status, headers=REPLAYED)


def _check(text: str) -> None:
    if len(text) > _LONGEST or not (text.isascii() and text.isprintable()):
        message = f"An Idempotency-Key is 1 to {_LONGEST} printable ASCII characters."
        raise Refusal(400, "invalid", message, field=HEADER)
    if text.startswith(OURS):
        message = f"Keys that begin with {' or '.join(OURS)} are Tieout's own."
        raise Refusal(400, "invalid", message, field=HEADER, remedy="Begin yours otherwise.")
    if contains_card_number(text.encode()):
        raise holds_card_number(HEADER)


def _digest(request: Request) -> bytes:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).digest()
