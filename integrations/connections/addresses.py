"""Which addresses a customer may have us call: public ones, by name or number.

Names are looked up by workers only, outside of transactions; the form checks what can be seen
without asking anybody. An installation for one company on its own network sets
ALLOW_LOOPBACK_CONNECTIONS, and then local addresses are allowed too.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.connections.guarded_http import IpAddress, is_public
from integrations.paytrace.settings import default_base_url

DOCUMENTED_HOSTS = frozenset(
    urlsplit(default_base_url(environment)).hostname or ""
    for environment in ("sandbox", "production")
)
# Names that never leave a machine or a local network (RFC 6761, RFC 6762, RFC 8375).
_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "lan", "localdomain")


def check_web_address(url: str, *, whose: str = "PayTrace") -> None:
    """Refuse an address that is not a plain http(s) host, or visibly a local one.

    Raises FixConfiguration. Asks no name server.
    """
    parts = _split(url)
    if parts is None:
        raise _refused(f"The {whose} address is not usable; write it as https://host.", "base_url")
    host, scheme = parts
    may_be_plain = settings.ALLOW_LOOPBACK_CONNECTIONS and is_local_host(host)
    if scheme != "https" and not may_be_plain:
        name = whose if whose == "PayTrace" else f"A {whose}"
        raise _refused(f"{name} is only reached over https.", "base_url")
    check_host(host, field="base_url")


def host_of(url: str) -> str:
    """The host of a checked address, in lower case, with its port when one is written."""
    parts = urlsplit(url)
    return (parts.hostname or "") + (f":{parts.port}" if parts.port else "")


def name_of(url: str) -> str:
    """The host of a checked address, without its port."""
    return urlsplit(url).hostname or ""


def is_local_address(url: str) -> bool:
    """Whether this address visibly stays on this machine or network: a simulator's."""
    return is_local_host(urlsplit(url).hostname or "")


def check_host(host: str, *, field: str) -> None:
    """Refuse a host that is visibly on this machine or a private network.

    Raises FixConfiguration naming `field`. Asks no name server.
    """
    if not settings.ALLOW_LOOPBACK_CONNECTIONS and (not host or is_local_host(host)):
        raise _refused(_LOCAL_SENTENCE, field)


def is_local_host(host: str) -> bool:
    """Whether a host is local by its name, or by the number it is written as."""
    number = _number(host)
    if number is not None:
        return not is_public(number)
    name = host.rstrip(".").lower()
    return "." not in name or name.endswith(tuple(f".{local}" for local in _LOCAL_NAMES))


def resolve_public(host: str, *, field: str) -> str:
    """One public number of this host, when all of its numbers are public. Asks a name server.

    Raises FixConfiguration when one is not, TryLater when the name cannot be looked up.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TryLater(
            f"The name {host} cannot be found.", code="connection.host_unknown", field=field
        ) from None
    numbers = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not all(is_public(ipaddress.ip_address(number)) for number in numbers):
        raise _refused(_LOCAL_SENTENCE, field)
    return numbers[0]


_LOCAL_SENTENCE = (
    "This address is on a local or private network, which Tieout does not call. "
    "Use the server's public address."
)


def _split(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return None
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not (host and is_plain and has_port):
        return None
    return host, parts.scheme


def _number(host: str) -> IpAddress | None:
    """The number a host is written as, in any way the system's resolver would understand."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        # Also `127.1`, `2130706433` and `0x7f.1`, which ipaddress does not read.
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def _refused(sentence: str, field: str) -> FixConfiguration:
    return FixConfiguration(sentence, code="connection.address_refused", field=field)
