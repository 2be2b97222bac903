"""What the OpenAPI schema says beyond the serializers: keys, and the one shape of refusals."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from portal.api.v1.shapes import ErrorOut

# Any request can meet these.
_ALWAYS = (401, 403, 429)
_DECIDING = (400, 409, 413, 415, 422)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer <key>`"""

    target_class = "portal.api.v1.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key of one environment, made in Settings, API keys.",
        }


IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    required=False,
    description=(
        "Any text of yours, up to 200 printable ASCII characters. The same key with the same "
        "request is answered again and decides nothing twice."
    ),
)

REQUIRED_IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    required=True,
    description=(
        "A text of yours for this one instruction, up to 200 printable ASCII characters, new in "
        "the whole environment. The same key with the same request is answered with the same "
        "answer and moves no money twice, for ever; with another request it is 409."
    ),
)


def refusals(*statuses: int) -> dict[int, OpenApiResponse]:
    """The refusals an operation can answer, beside those every operation can."""
    return {status: _refusal(status) for status in (*statuses, *_ALWAYS)}


def deciding_refusals() -> dict[int, OpenApiResponse]:
    """The refusals of an operation with a body that decides something."""
    return refusals(*_DECIDING, 404)


def _refusal(status: int) -> OpenApiResponse:
    return OpenApiResponse(ErrorOut, description=HTTPStatus(status).phrase)
