"""Take secrets and card data out of what is kept or shown of a call."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.canonical.redaction import redact_mapping

REDACTED = "[removed]"

# Who calls is kept out too, as ActiveMerchant does in its PayTrace transcripts; `clientKey` opens
# the hosted card form (PayTrace Protect.js), `silent_post` is a secret address of ours. Everything
# else secret is known to the shared gate.
_KEYS = frozenset({"username", "client_id", "integrator_id", "clientkey", "silent_post"})


def redact(value: object) -> object:
    """A copy of a JSON value with secrets, card numbers and the caller's identity removed."""
    return redact_mapping(_without_identity(value))


def _without_identity(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            key: REDACTED if str(key).lower() in _KEYS else _without_identity(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_identity(item) for item in value]
    return value
