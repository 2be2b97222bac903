"""What a PayTrace account needs to be spoken to; secrets stay out of every repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from integrations.canonical.errors import FixConfiguration

ApiVersion = Literal["v1", "v3"]
Environment = Literal["sandbox", "production"]

# PayTrace integration guide (developer.north.com/b2b/integration-guide): both versions, one host.
_HOSTS: dict[Environment, str] = {
    "sandbox": "https://api.sandbox.paytrace.com",
    "production": "https://api.paytrace.com",
}
# Same guide: the v3 X-Integrator-Id header takes at most 12 characters.
MAX_INTEGRATOR_ID = 12


class Secret:
    """A text that shows itself only through `reveal`: not in repr, str, pickles or copies."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not written down")


@dataclass(frozen=True)
class PayTraceSettings:
    """One account at one host. For v3 `username` / `password` are client id and secret.

    `zone` is the zone of the account's dates and times: PayTrace sends them without one and
    documents its settlement clock in Pacific time (help.paytrace.com/modify-auto-settle).
    Raises FixConfiguration when production would be reached without TLS from anywhere but this
    machine's own simulator, or when the integrator id is too long for PayTrace.
    """

    api_version: ApiVersion
    environment: Environment
    base_url: str
    username: str = field(repr=False)
    password: Secret = field(repr=False)
    merchant_id: str
    integrator_id: str = field(repr=False)
    zone: str = "America/Los_Angeles"
    currency: str = "USD"

    def __post_init__(self) -> None:
        is_safe = self.base_url.startswith("https://") or _is_loopback(self.base_url)
        if self.environment == "production" and not is_safe:
            raise FixConfiguration(
                "PayTrace in production is only reached over https.",
                code="paytrace.settings_invalid",
                field="base_url",
            )
        if len(self.integrator_id) > MAX_INTEGRATOR_ID:
            raise FixConfiguration(
                f"A PayTrace integrator id has at most {MAX_INTEGRATOR_ID} characters.",
                code="paytrace.settings_invalid",
                field="integrator_id",
            )

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def default_base_url(environment: Environment) -> str:
    """PayTrace's documented host for the environment, without a trailing slash."""
    return _HOSTS[environment]
