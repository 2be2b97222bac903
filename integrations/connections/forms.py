"""What a person may enter for a connection, checked before anything is stored.

Every check raises NotPossible with a sentence and the field at fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from integrations.canonical.errors import FixConfiguration
from integrations.connections import addresses
from integrations.connections.models import Connection
from integrations.paytrace.settings import Environment as GatewayEnvironment
from integrations.paytrace.settings import default_base_url
from integrations.sagepro.profile import PostingProfile
from tenants.errors import NotPossible
from tenants.models import Environment

_MAX_SECRET = 200
_GATEWAYS: dict[str, GatewayEnvironment] = {"sandbox": "sandbox", "production": "production"}


@dataclass(frozen=True)
class GatewayAddress:
    """Which PayTrace is meant: generation, environment and host."""

    api_version: str
    gateway_environment: str
    base_url: str


def gateway_address(
    *, environment_id: UUID, api_version: str, gateway_environment: str, base_url: str
) -> GatewayAddress:
    """The address to use; an empty `base_url` is PayTrace's documented one."""
    if api_version not in {"v1", "v3"}:
        raise NotPossible("Choose API version v1 or v3.", field="api_version")
    if gateway_environment not in _GATEWAYS:
        raise NotPossible("Choose sandbox or production.", field="gateway_environment")
    documented = default_base_url(_GATEWAYS[gateway_environment])
    url = base_url.strip().rstrip("/") or documented
    try:
        addresses.check_web_address(url)
    except FixConfiguration as error:
        raise NotPossible(error.sentence, field=error.field) from None
    _check_gateway(gateway_environment, url)
    if gateway_environment == "sandbox":
        _check_not_real_books(environment_id, url)
    return GatewayAddress(api_version, gateway_environment, url)


def _check_gateway(gateway_environment: str, url: str) -> None:
    host = addresses.host_of(url)
    other = "sandbox" if gateway_environment == "production" else "production"
    if host == addresses.host_of(default_base_url(_GATEWAYS[other])):
        raise NotPossible(
            f"{host} is PayTrace's {other}, and you chose {gateway_environment}. "
            "User names and passwords of one do not work in the other.",
            field="gateway_environment",
        )


def _check_not_real_books(environment_id: UUID, url: str) -> None:
    """Sandbox payments are no money. Only a simulator on this machine may play production."""
    environment = Environment.objects.filter(pk=environment_id).first()
    is_production = environment is not None and environment.kind == Environment.Kind.PRODUCTION
    if is_production and not addresses.is_local_address(url):
        raise NotPossible(
            "Payments of PayTrace's sandbox are not real money, so they do not belong in your "
            "Production environment. Connect the sandbox in Dev, and a PayTrace production "
            "user here.",
            field="gateway_environment",
        )


def check_name(name: str, *, environment_id: UUID, kind: str, but: UUID | None = None) -> str:
    """The name to store: not empty, and no other connection of that kind has it."""
    cleaned = name.strip()
    if not cleaned or len(cleaned) > 80:
        raise NotPossible("Give the connection a name of at most 80 characters.", field="name")
    rows = Connection.objects.filter(environment_id=environment_id, kind=kind, name=cleaned)
    others = rows if but is None else rows.exclude(pk=but)
    if others.exists():
        raise NotPossible(f"There is already a connection called {cleaned}.", field="name")
    return cleaned


def check_merchant(
    merchant_id: str, *, environment_id: UUID, base_url: str, but: UUID | None = None
) -> str:
    """The merchant id to store: no other connection of the environment that is not paused reads
    the same merchant's payments, or each would be posted by both and given back by both."""
    cleaned = merchant_id.strip()
    rows = Connection.objects.filter(
        environment_id=environment_id,
        kind=Connection.Kind.PAYTRACE,
        settings__merchant_id=cleaned,
        settings__base_url=base_url,
        paused_at=None,
    )
    others = rows if but is None else rows.exclude(pk=but)
    other = others.first() if cleaned else None
    if other is not None:
        raise NotPossible(
            f"{other.name} is connected to merchant {cleaned} already, and its payments would come "
            "twice. Pause that connection first, or leave it as it is.",
            field="merchant_id",
        )
    return cleaned


def check_environment(environment_id: UUID) -> None:
    if not Environment.objects.filter(pk=environment_id).exists():
        raise NotPossible("This environment does not exist.", field="environment")


def check_zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (KeyError, OSError, ValueError):  # unknown, a folder's name, or a path outside
        raise NotPossible("Choose a time zone from the list.", field="zone") from None


def check_day(text: str, *, field: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise NotPossible("Enter a day, such as 2026-11-20, or leave it empty.", field=field) from (
            None
        )


def check_currency(currency: str) -> str:
    code = currency.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise NotPossible("A currency has three letters, such as USD.", field="currency")
    return code


def check_posts_to(company_id: UUID | None, *, environment_id: UUID) -> UUID | None:
    """A Sage company of the same environment, or none yet."""
    if company_id is None:
        return None
    rows = Connection.objects.filter(
        pk=company_id, environment_id=environment_id, kind=Connection.Kind.SAGEPRO
    )
    if not rows.exists():
        raise NotPossible("Choose a Sage Pro company of this environment.", field="posts_to")
    return company_id


def check_secret(value: str, *, field: str, label: str) -> str:
    """The secret as typed, without outer blanks. Never quoted in a sentence."""
    cleaned = value.strip()
    if not cleaned:
        raise NotPossible(f"Enter the {label}.", field=field)
    if len(cleaned) > _MAX_SECRET or not cleaned.isprintable():
        raise NotPossible(f"The {label} is too long or holds a control character.", field=field)
    return cleaned


@dataclass(frozen=True)
class SageAddress:
    """A checked database address: the secret itself, and what may be shown of it."""

    dsn: str
    product: str
    """`mssql` or `postgresql`."""
    server: str
    database: str

    @property
    def as_settings(self) -> dict[str, str]:
        """What may be shown of it."""
        return {"product": self.product, "server": self.server, "database": self.database}

    def __repr__(self) -> str:
        return f"SageAddress({self.database} on {self.server})"


def sage_address(dsn: str) -> SageAddress:
    """Read `mssql://user:password@host:port/database`, or the same with `postgresql`.

    The password shows in no sentence.
    """
    try:
        url = make_url(dsn.strip())
    except (ArgumentError, ValueError):
        raise _unreadable_dsn() from None
    product = url.get_backend_name()
    if product not in {"mssql", "postgresql", "postgres"} or not url.database:
        raise _unreadable_dsn()
    if product == "mssql":
        _check_sql_server(url)
    if not settings.ALLOW_LOOPBACK_CONNECTIONS:
        _check_public(url)
    shown = url.host or str(url.query.get("host", "")) or "this machine"
    return SageAddress(
        dsn.strip(),
        product="mssql" if product == "mssql" else "postgresql",
        server=shown[:200],
        database=url.database[:200],
    )


def _check_sql_server(url: URL) -> None:
    host = url.host or ""
    if "\\" in host or "," in host:
        raise NotPossible(
            "Write the server and its port instead of a named instance. Your administrator sees "
            "the port in SQL Server Configuration Manager, under TCP/IP.",
            field="dsn",
        )
    if not host or not url.username or url.password is None or url.query:
        raise _unreadable_dsn()


def _check_public(url: URL) -> None:
    # libpq takes hosts, files and service names from the query too; none of them is ours to open.
    if set(url.query) - {"sslmode"}:
        raise NotPossible("Only sslmode may follow the ? in the address.", field="dsn")
    try:
        addresses.check_host(url.host or "", field="dsn")
    except FixConfiguration as error:
        raise NotPossible(error.sentence, field="dsn") from None


def _unreadable_dsn() -> NotPossible:
    return NotPossible(
        "The address of the Sage Pro database cannot be read. "
        "Write it as mssql://user:password@host:port/database.",
        field="dsn",
    )


def check_profile(
    profile: Mapping[str, Any], *, edition: str, company_number: str
) -> dict[str, Any]:
    """The posting profile to store, for this edition and company."""
    if edition not in {"sql", "dbf"}:
        raise NotPossible("An edition is sql or dbf.", field="edition")
    number = company_number.strip()
    if not (number.isalnum() and number.isascii() and len(number) <= 10):
        raise NotPossible("A company number is letters and digits, such as 01.", field="company")
    wanted = {**profile, "edition": edition, "company_number": number}
    try:
        return PostingProfile.from_json(wanted).as_json()
    except FixConfiguration as error:
        raise NotPossible(error.sentence, field="profile") from None
