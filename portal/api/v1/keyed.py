"""The door of the API: one key, one company, one environment, one transaction.

The whole request, rendering included, runs inside the company's `tenant_transaction`, so
that row-level security decides what exists. A refused request is rolled back whole. The few
that ask PayTrace within the request open their transactions themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from portal.api.v1.limits import count_request
from tenants.models import ApiKey
from tenants.operations import find_api_key
from tenants.scope import tenant_transaction

_SCHEME = "bearer "
# A key of ours has about 50 characters; longer texts are not worth hashing.
_LONGEST_KEY = 200


class KeyedRequest(HttpRequest):
    """A request through `keyed`."""

    api_key: ApiKey | None
    wait_seconds: int


def keyed(
    view: Callable[..., HttpResponse], *, opens: Collection[str] = ()
) -> Callable[..., HttpResponse]:
    """Wrap a DRF view so that it runs inside the company of the key in `Authorization`.

    Without a live key the view runs outside of any company, where its authentication
    answers 401 before anything is read. So does a method named in `opens`: it asks PayTrace
    within the request, and opens the company's transactions itself, around that.
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
        if request.method in opens:
            return view(request, *args, **kwargs)
        with tenant_transaction(request.api_key.tenant_id):
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    return inside


def _key_of(request: HttpRequest) -> ApiKey | None:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_SCHEME):
        return None
    plain = header[len(_SCHEME) :].strip()
    return find_api_key(plain) if 0 < len(plain) <= _LONGEST_KEY else None
