"""One login attempt, in either version. Four failures in a row lock the user, so never a retry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from integrations.canonical.errors import TryLater
from integrations.paytrace.http import Call, Transport
from integrations.paytrace.refusals import login_refusal
from integrations.paytrace.results import Token

# v1 documents 7200 s (help.paytrace.com/authentication). v3's lifetime is not published; the
# solution25 Shopware plugin caches it for 900 s, so that is what we trust when it is not said.
_UNSAID_LIFETIME = 900
_LONGEST = 7200


def log_in(transport: Transport, call: Call) -> Token:
    """A new token. Raises FixConfiguration (`paytrace.login_refused`, `paytrace.user_locked`)
    when PayTrace says no, TryLater when it says nothing."""
    reply = transport.send(call)
    value = _find(reply.body, "access_token")
    if reply.status < 300 and isinstance(value, str) and value:
        return Token(value=value, lifetime=_lifetime(_find(reply.body, "expires_in")))
    if reply.status < 300:
        raise TryLater("PayTrace answered a login without a token.", code="paytrace.no_token")
    raise login_refusal(reply.body)


def _find(body: Mapping[str, Any], name: str) -> Any:
    """v3 clients disagree on where the token is: top level or inside `data`. Read both."""
    data = body.get("data")
    return body.get(name) or (data.get(name) if isinstance(data, Mapping) else None)


def _lifetime(value: Any) -> timedelta:
    text = str(value)
    seconds = int(text) if text.isascii() and text.isdigit() else _UNSAID_LIFETIME
    return timedelta(seconds=min(seconds, _LONGEST))
