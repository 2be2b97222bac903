"""Where to report a weakness (RFC 9116)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

# RFC 9116 2.5.5 recommends less than a year; computed, so that it never runs out unseen.
_VALID_FOR = timedelta(days=180)


@require_safe
def security_txt(_request: HttpRequest) -> HttpResponse:
    """`/.well-known/security.txt`; 404 while SECURITY_CONTACT is not set."""
    if not settings.SECURITY_CONTACT:
        return HttpResponse("Not found\n", status=404, content_type="text/plain; charset=utf-8")
    expires = (timezone.now() + _VALID_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"Canonical: {settings.PORTAL_URL.rstrip('/')}/.well-known/security.txt",
        "Preferred-Languages: en",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
