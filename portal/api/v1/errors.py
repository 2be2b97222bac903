"""Every refusal in one shape, with a sentence a person can act on.

    {"error": {"code", "message", "field", "remedy", "request_id", "problems": [...]}}

`problems` holds one entry per thing to repair, each with its `field`, `message` and `remedy`;
it is empty where `message` says everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response

from integrations.canonical.problems import Problem
from integrations.instructions.errors import BadWish, KeyReused
from portal.card_words import remedy_of
from tenants.errors import NotPossible

log = structlog.get_logger("portal.api")
IDEMPOTENCY_HEADER = "Idempotency-Key"


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 the trade's word
    """A request that is refused, told to its sender."""

    status: int
    code: str
    message: str
    field: str = ""
    remedy: str = ""
    problems: Sequence[Problem] = ()
    headers: Mapping[str, str] | None = None


_CODES: Mapping[type[drf.APIException], str] = {
    drf.ParseError: "malformed",
    drf.NotAuthenticated: "not_authenticated",
    drf.AuthenticationFailed: "key_refused",
    drf.PermissionDenied: "not_allowed",
    drf.NotFound: "not_found",
    drf.MethodNotAllowed: "method_not_allowed",
    drf.NotAcceptable: "not_acceptable",
    drf.UnsupportedMediaType: "unsupported_media_type",
    drf.Throttled: "too_many_requests",
}
_REMEDIES: Mapping[str, str] = {
    "not_authenticated": "Send `Authorization: Bearer <key>`.",
    "key_refused": "Make a new key in Settings, API keys.",
    "not_acceptable": "Send `Accept: application/json`.",
    "unsupported_media_type": "Send `Content-Type: application/json`.",
}


def one_shape(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any exception of a view; DRF's EXCEPTION_HANDLER."""
    del context
    refusal = _refusal_of(error)
    if refusal.status >= 500:
        log.error("api.failed", exc_info=error)
    return response_of(refusal)


def response_of(refusal: Refusal) -> Response:
    """The refusal as a response, not rendered yet."""
    return Response(shape_of(refusal), status=refusal.status, headers=dict(refusal.headers or {}))


def shape_of(refusal: Refusal) -> dict[str, Any]:
    """The refusal as the one JSON shape."""
    bound = structlog.contextvars.get_contextvars()
    return {
        "error": {
            "code": refusal.code,
            "message": refusal.message,
            "field": refusal.field,
            "remedy": refusal.remedy,
            "request_id": str(bound.get("request_id", "")),
            "problems": [
                {"field": each.field, "message": each.sentence, "remedy": each.remedy}
                for each in refusal.problems
            ],
        }
    }


def refused_card_number(field: str) -> HttpResponse:
    """The answer to a query that holds a card number, which is not shown again."""
    refusal = holds_card_number(field)
    return JsonResponse(shape_of(refusal), status=refusal.status)


def refused_size(most_bytes: int) -> HttpResponse:
    """The answer to a body of which nothing was read."""
    refusal = Refusal(413, "too_large", f"A request has at most {most_bytes // 1024} kB.")
    return JsonResponse(shape_of(refusal), status=refusal.status)


def holds_card_number(field: str) -> Refusal:
    """400 for a card number, wherever it stood. `field` may be empty."""
    return Refusal(
        400,
        "card_number",
        "This holds what looks like a card number, and those never enter Tieout.",
        field=field,
        remedy="Leave it out; to name a card, its last four digits are enough. Is it no card? "
        + remedy_of(field),
    )


def _refusal_of(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, NotPossible):
        return _not_possible(error)
    if isinstance(error, Http404):
        return Refusal(404, "not_found", "There is nothing at this address.")
    if isinstance(error, drf.APIException):
        return _from_framework(error)
    return Refusal(
        500,
        "unexpected",
        "Something went wrong on our side; nothing was changed.",
        remedy="Try again later; tell us the request_id if it stays.",
    )


def invalid(problems: Sequence[Problem]) -> Refusal:
    """400 with every field that has to be repaired, the first one on top."""
    first = problems[0] if problems else Problem("", "The request is not valid.")
    return Refusal(400, "invalid", first.sentence, first.field, first.remedy, problems)


def _not_possible(error: NotPossible) -> Refusal:
    if isinstance(error, BadWish):
        return invalid(error.problems)
    if isinstance(error, KeyReused):
        return key_reused(error.sentence)
    return Refusal(409, "not_possible", error.sentence, field=error.field)


def key_reused(sentence: str) -> Refusal:
    """409: the idempotency key stands for something else already."""
    remedy = "Use a new key for something new."
    return Refusal(409, "idempotency_key_reused", sentence, IDEMPOTENCY_HEADER, remedy)


def _from_framework(error: drf.APIException) -> Refusal:
    if isinstance(error, drf.ValidationError):
        return invalid(list(_problems(error.detail)))
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "refused")
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    message = str(error.detail)
    return Refusal(
        error.status_code, code, message, remedy=_REMEDIES.get(code, ""), headers=headers
    )


def _problems(detail: Any, path: str = "") -> Iterator[Problem]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _problems(inner, _inside(path, name))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            is_text = isinstance(inner, str)
            yield from _problems(inner, path if is_text else f"{path}[{number}]")
    else:
        yield Problem(path, str(detail))


def _inside(path: str, name: object) -> str:
    """`rows[2].steps[0].name`: rows by number, as people count lines in code, from 0."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    key = "" if name == "non_field_errors" else str(name)
    return ".".join(part for part in (path, key) if part)
