"""Who asks: an API key of one environment, and what its scopes allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from integrations.instructions.policies import Who
from portal.api.v1.errors import Refusal
from tenants.models import ApiKey
from tenants.operations import maker_may_still

if TYPE_CHECKING:
    # DRF's settings import this module while its views are still loading.
    from rest_framework.views import APIView


class ApiKeyAuthentication(BaseAuthentication):
    """Reads the key that `keyed` found; a key that is unknown or revoked is refused."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        key: ApiKey | None = getattr(request._request, "api_key", None)  # noqa: SLF001 set by keyed
        if key is not None:
            return None, key
        if request.headers.get("Authorization"):
            raise AuthenticationFailed("This API key is not known, or it has been revoked.")
        return None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 DRF's signature
        return 'Bearer realm="tieout"'


class HasScope(BasePermission):
    """The view names the scope of each method in `scopes`; a method it does not name is 405.
    A key decides no more than whoever made it may decide now."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        method = "GET" if request.method == "HEAD" else str(request.method)
        scope = getattr(view, "scopes", {}).get(method)
        if scope is None:
            raise MethodNotAllowed(method)
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        if scope not in key.scopes:
            raise Refusal(
                status=403,
                code="missing_scope",
                message=f"This key does not have the scope {scope}.",
                remedy="Make a key with this scope in Settings, API keys.",
            )
        if not maker_may_still(key, scope):
            raise Refusal(
                status=403,
                code="maker_not_allowed",
                message="Whoever made this API key may not do this in the company any more.",
                remedy="Somebody who may has to make a new key in Settings, API keys.",
            )
        return True


class PerKey(BaseThrottle):
    """Refuses what `keyed` counted as one request too many."""

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        self._wait: int = getattr(request._request, "wait_seconds", 0)  # noqa: SLF001
        return self._wait == 0

    def wait(self) -> float:
        return float(self._wait)


def key_of(request: Request) -> ApiKey:
    """The key a permitted request came with."""
    key = request.auth
    assert isinstance(key, ApiKey)  # noqa: S101 HasScope said so; this tells the type
    return key


def actor_of(request: Request) -> str:
    """The name written beside what a program does."""
    key = key_of(request)
    return f"API key {key.name} …{key.last_four}"


def who_of(request: Request) -> Who:
    """The program and the person who made its key, as instructions name them."""
    key = key_of(request)
    return Who(actor_of(request), key.created_by_id, key.id)
