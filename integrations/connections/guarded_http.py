"""HTTP to an address that a customer typed: only to public hosts, briefly, and without trust.

On top of requests-hardened, which looks a name up once, checks the number it got and connects
to exactly that number, so a name server that changes its mind gains nothing. Added here: https
only, more ranges, no proxy or redirect whatever the caller or the environment says, a bound on
the answer and on the whole exchange.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from typing import Any

import requests
from requests_hardened.client import HTTPSession
from requests_hardened.config import Config
from requests_hardened.ip_filter import EXTRA_BLOCKED_NET_RANGES, InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 30.0
MOST_BYTES = 1_000_000
_CHUNK = 16_384

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# What Python calls global and the internet does not, beyond requests-hardened's own list.
_NOT_PUBLIC = (
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's host and metadata service
    ipaddress.ip_network("::/96"),  # IPv4 in IPv6, the oldest form
    ipaddress.ip_network("::ffff:0:0:0/96"),  # IPv4 translated (SIIT, RFC 2765)
    ipaddress.ip_network("fec0::/10"),  # site-local, deprecated but still routed inside
    *EXTRA_BLOCKED_NET_RANGES,
)


class AddressRefused(requests.RequestException):
    """Not an address Tieout calls. The text is for a person and tells no number looked up."""


class AnswerRefused(requests.exceptions.ContentDecodingError):
    """The answer was too long or compressed; none of it is kept."""


def guarded_session(
    *,
    allow_loopback: bool = False,
    ca_bundle: str = "",
    total_seconds: float = TOTAL_SECONDS,
    most_bytes: int = MOST_BYTES,
) -> requests.Session:
    """A session for addresses that customers type.

    https only, 5 s to connect, `total_seconds` for everything, answers of at most `most_bytes`
    read before it returns, no redirect followed (the 3xx is returned), no proxy, cookie or
    netrc. `allow_loopback` is for development: then this machine may be called, also by plain
    http. `ca_bundle` is a file of certificates to trust instead of the public ones.

    Raises AddressRefused before a byte is sent, AnswerRefused, and the exceptions of requests:
    `Timeout` also when the whole took too long.
    """
    return _GuardedSession(
        allow_loopback=allow_loopback,
        ca_bundle=ca_bundle,
        total_seconds=total_seconds,
        most_bytes=most_bytes,
    )


def is_public(address: IpAddress) -> bool:
    """Whether this number is on the public internet, in whatever way it is wrapped."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    number = mapped or address
    if any(number in network for network in _NOT_PUBLIC):
        return False
    return number.is_global and not number.is_multicast and not number.is_reserved


class _Deadline:
    """Shuts down the sockets of one exchange when its time is over.

    A timeout of requests starts anew with every byte, so a trickle would hold a worker for ever.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, opened: socket.socket) -> None:
        self._sockets.append(opened)
        if self.is_over:
            self._cut()

    def cancel(self) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.is_over = True
        for opened in self._sockets:
            try:
                # The plain socket under TLS: a farewell could block as long as the rest.
                socket.socket.shutdown(opened, socket.SHUT_RDWR)
            except OSError:
                continue


_CURRENT: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)


def _watch(opened: socket.socket | None) -> None:
    deadline = _CURRENT.get()
    if deadline is not None and opened is not None:
        deadline.watch(opened)


class _HTTPConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _watch(self.sock)


class _HTTPSConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _watch(self.sock)


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _Adapter(IPFilterAdapter):  # type: ignore[misc]  # the library has no types
    def __init__(self, *, is_https: bool, allow_loopback: bool) -> None:
        self._may_loop = allow_loopback
        self._is_https = is_https
        super().__init__(is_https_proto=is_https, allow_loopback=allow_loopback)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Where to connect to: the number that requests-hardened looked up, checked again."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        number = ipaddress.ip_address(host["host"].strip("[]").partition("%")[0])
        if self._may_loop and number.is_loopback:
            return host, pool
        if not self._is_https:
            raise AddressRefused("Write the address with https://; plain http is not called.")
        if not is_public(number):
            raise AddressRefused(_PRIVATE)
        if host["port"] not in (None, 443) and host["port"] < 1024:
            raise AddressRefused("Only port 443 and ports from 1024 up are called.")
        return host, pool


_PRIVATE = "This address is on a private or reserved network, which Tieout does not call."
_UNUSABLE = "This address cannot be used; write it as https://host/path."


class _GuardedSession(HTTPSession):  # type: ignore[misc]  # the library has no types
    def __init__(
        self, *, allow_loopback: bool, ca_bundle: str, total_seconds: float, most_bytes: int
    ) -> None:
        config = Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=allow_loopback,
            never_redirect=True,
            default_timeout=(CONNECT_SECONDS, total_seconds),
            user_agent_override="Tieout",
        )
        super().__init__(config)
        self.trust_env = False
        self.verify = ca_bundle or True
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Compressed answers could unfold to any size.
        self.headers["Accept-Encoding"] = "identity"
        self.mount("https://", _Adapter(is_https=True, allow_loopback=allow_loopback))
        self.mount("http://", _Adapter(is_https=False, allow_loopback=allow_loopback))
        self._seconds = total_seconds
        self._most_bytes = most_bytes

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """One exchange on a connection of its own. Raises as `guarded_session` says."""
        kwargs |= {
            "allow_redirects": False,
            "proxies": {},
            "stream": True,
            "timeout": (CONNECT_SECONDS, self._seconds),
            "verify": self.verify,
        }
        deadline = _Deadline(self._seconds)
        token = _CURRENT.set(deadline)
        try:
            response: requests.Response = super().send(request, **kwargs)
            _read_all(response, most_bytes=self._most_bytes)
        except requests.RequestException as error:
            raise _told(error, deadline) from None
        except HTTPError:
            raise _too_slow_or_broken(deadline) from None
        except (ValueError, AssertionError):
            raise AddressRefused(_UNUSABLE) from None
        finally:
            _CURRENT.reset(token)
            deadline.cancel()
            self.close()
        if deadline.is_over:
            raise _too_slow()
        return response


def _told(error: requests.RequestException, deadline: _Deadline) -> requests.RequestException:
    if isinstance(error, InvalidIPAddress):
        return AddressRefused(_PRIVATE)
    # On a busy machine the read's own time is over first.
    is_slow = deadline.is_over or isinstance(error, requests.ReadTimeout)
    return _too_slow() if is_slow else error


def _too_slow_or_broken(deadline: _Deadline) -> requests.RequestException:
    if deadline.is_over:
        return _too_slow()
    return requests.ConnectionError("The answer broke off.")


def _too_slow() -> requests.Timeout:
    return requests.Timeout("The other side took too long to answer.")


def _read_all(response: requests.Response, *, most_bytes: int) -> None:
    """Put the whole body into memory, or refuse it; the connection is done with either way."""
    try:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise AnswerRefused("The answer is compressed, which was not asked for.")
        body = bytearray()
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > most_bytes:
                raise AnswerRefused(f"The answer is longer than {most_bytes} bytes.")
    finally:
        response.close()
    response.raw = HTTPResponse(
        BytesIO(bytes(body)), response.headers, response.status_code, preload_content=False
    )
