"""Where PayTrace's own card form comes from. Pure.

Seen in code (Invoice Ninja, PayTrace's sample): script and frame of production come from
`protect.paytrace.com`, of the sandbox from `protect.sandbox.paytrace.com`. A simulator serves its
own on the address of its API.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from integrations.canonical.errors import FixConfiguration

SCRIPT = "/js/protect.min.js"
_ORIGINS: Mapping[str, str] = {
    "api.paytrace.com": "https://protect.paytrace.com",
    "api.sandbox.paytrace.com": "https://protect.sandbox.paytrace.com",
}


def form_origin(*, base_url: str, environment: str) -> str:
    """Scheme, host and port of the form for an account's API address.

    Raises FixConfiguration for an account in production whose address is not PayTrace's: a page
    that takes cards loads nobody else's script.
    """
    parts = urlsplit(base_url)
    known = _ORIGINS.get(parts.hostname or "")
    if known is not None:
        return known
    if environment != "sandbox":
        raise FixConfiguration(
            "This account's address is not PayTrace's, so its card form cannot be shown.",
            code="paytrace.no_card_form",
            field="base_url",
        )
    return f"{parts.scheme}://{parts.netloc}"
