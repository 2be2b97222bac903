"""Take secrets and card data out of what is kept or shown of a call."""

from __future__ import annotations

import re
from collections.abc import Mapping

from integrations.canonical.redaction import redact_mapping

REDACTED = "[removed]"

# Who calls is kept out too, as ActiveMerchant does in its PayTrace transcripts; `clientKey` opens
# the hosted card form (PayTrace Protect.js), `silent_post` is a secret address of ours. Everything
# else secret is known to the shared gate.
_KEYS = frozenset({"username", "client_id", "integrator_id", "clientkey", "silent_post"})


# A digit with four behind it: of a number that is called masked, at most its end is shown.
_BEFORE_LAST_FOUR = re.compile(r"\d(?=\d{4})")


def redact(value: object) -> object:
    """A copy of a JSON value with secrets, card numbers, bank accounts and the caller's identity
    removed."""
    return redact_mapping(_without_identity(value))


def _without_identity(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            key: REDACTED if str(key).lower() in _KEYS else _masked(str(key).lower(), item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_identity(item) for item in value]
    return value


def _masked(name: str, item: object) -> object:
    """A masked account number is believed to be masked by its digits, not by its name."""
    if "mask" in name and "account" in name and isinstance(item, str | int):
        return _BEFORE_LAST_FOUR.sub("*", str(item))
    return _without_identity(item)
