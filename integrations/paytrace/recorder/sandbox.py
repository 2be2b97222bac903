"""The sandbox account the recorder speaks to, from the environment.

PAYTRACE_API_VERSION     v1 or v3
PAYTRACE_USERNAME        the API user; the client id for v3
PAYTRACE_PASSWORD        its password; the client secret for v3
PAYTRACE_MERCHANT_ID     a number, needed for v3
PAYTRACE_INTEGRATOR_ID   at most 12 characters
PAYTRACE_CUSTOMER_ID     a stored customer with a card: the merchant's id (v1), the number (v3)
PAYTRACE_BASE_URL        PayTrace's sandbox when left out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.canonical.errors import FixConfiguration
from integrations.paytrace.settings import (
    ApiVersion,
    PayTraceSettings,
    Secret,
    default_base_url,
)

_VERSIONS: dict[str, ApiVersion] = {"v1": "v1", "v3": "v3"}
_NEEDED = (
    "PAYTRACE_API_VERSION",
    "PAYTRACE_USERNAME",
    "PAYTRACE_PASSWORD",
    "PAYTRACE_INTEGRATOR_ID",
    "PAYTRACE_CUSTOMER_ID",
)


@dataclass(frozen=True)
class Sandbox:
    settings: PayTraceSettings
    customer_id: str


def from_environment(given: Mapping[str, str]) -> Sandbox:
    """The account. Raises FixConfiguration naming what is missing, and for the production host:
    the recorder charges."""
    missing = [name for name in _NEEDED if not given.get(name)]
    if missing:
        raise _wrong(f"Set {', '.join(missing)} in the environment.")
    version = _VERSIONS.get(given["PAYTRACE_API_VERSION"])
    if version is None:
        raise _wrong("PAYTRACE_API_VERSION is v1 or v3.")
    url = given.get("PAYTRACE_BASE_URL") or default_base_url("sandbox")
    if urlsplit(url).hostname == urlsplit(default_base_url("production")).hostname:
        raise _wrong("The recorder makes payments, so it never speaks to PayTrace's production.")
    settings = PayTraceSettings(
        api_version=version,
        environment="sandbox",
        base_url=url,
        username=given["PAYTRACE_USERNAME"],
        password=Secret(given["PAYTRACE_PASSWORD"]),
        merchant_id=given.get("PAYTRACE_MERCHANT_ID", ""),
        integrator_id=given["PAYTRACE_INTEGRATOR_ID"],
    )
    return Sandbox(settings, given["PAYTRACE_CUSTOMER_ID"])


def _wrong(sentence: str) -> FixConfiguration:
    return FixConfiguration(sentence, code="paytrace.settings_invalid")
