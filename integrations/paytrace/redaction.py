"""Take secrets and card data out of what is kept or shown of a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"

# The names PayTrace uses for secrets and card data in v1 and v3 requests and replies; the same
# set ActiveMerchant scrubs from its PayTrace transcripts, plus the OAuth and bank names.
_SECRET_KEYS = frozenset(
    {
        "password", "new_password", "username", "client_id", "client_secret", "access_token",
        "refresh_token", "authorization", "integrator_id", "x-integrator-id", "csc",
        "encrypted_csc", "number", "encrypted_number", "account_number", "routing_number",
        "hpf_token", "enc_key", "clientkey",
    }
)  # fmt: skip
_DIGITS = re.compile(r"(?<!\d)\d{13,19}(?!\d)")


def redact(value: Any) -> Any:
    """The same JSON value with secrets and card numbers replaced by `[redacted]`."""
    if isinstance(value, Mapping):
        return {
            key: REDACTED if str(key).lower() in _SECRET_KEYS and item else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    if isinstance(value, str):
        return _DIGITS.sub(lambda run: REDACTED if _is_card(run[0]) else run[0], value)
    return value


def _is_card(digits: str) -> bool:
    """Luhn's check: what a card number passes and most other numbers do not."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
