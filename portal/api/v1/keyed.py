"""The door of the API: one key, one company, one environment, one transaction.

The whole request, rendering included, runs inside the company's `tenant_transaction`, so
that row-level security decides what exists. A refused request is rolled back whole. The few
that ask PayTrace within the request open their transactions themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from portal.api.v1.limits import count_request
from tenants.models import ApiKey
from tenants.operations import find_api_key
from tenants.scope import tenant_transaction

Answer = TypeVar("Answer", bound=Callable[..., Any])
_AT_ONCE: set[Callable[..., Any]] = set()
_SCHEME = "bearer "
# A key of ours has about 50 characters; longer texts are not worth hashing.
_LONGEST_KEY = 200


class KeyedRequest(HttpRequest):
    """A request through `keyed`."""

    api_key: ApiKey | None
    wait_seconds: int


def at_once(answer: Answer) -> Answer:
    """Mark a view's answer that asks PayTrace within the request: it runs outside of the company's
    transaction, and opens its own around that."""
    _AT_ONCE.add(answer)
    return answer


def keyed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a DRF view so that it runs inside the company of the key in `Authorization`.

    Without a live key the view runs outside of any company, where its authentication
    answers 401 before anything is read. So does an answer that is marked `at_once`.
    """

    @wraps(view)
    def inside(request: KeyedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.api_key = _key_of(request)
        request.wait_seconds = 0
        if request.api_key is None:
            return view(request, *args, **kwargs)
        request.wait_seconds = count_request(request.api_key.id)
        bind = structlog.contextvars.bind_contextvars
        bind(tenant_id=str(request.api_key.tenant_id), program=request.api_key.name)
        if _is_at_once(view, request):
            return view(request, *args, **kwargs)
        with tenant_transaction(request.api_key.tenant_id):
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    return inside


def _is_at_once(view: Callable[..., HttpResponse], request: HttpRequest) -> bool:
    shown_by: Any = getattr(view, "view_class", None)
    return getattr(shown_by, str(request.method).lower(), None) in _AT_ONCE


def _key_of(request: HttpRequest) -> ApiKey | None:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_SCHEME):
        return None
    plain = header[len(_SCHEME) :].strip()
    return find_api_key(plain) if 0 < len(plain) <= _LONGEST_KEY else None
