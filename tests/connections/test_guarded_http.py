"""No connection reaches a private address, and no answer holds a worker or fills its memory."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests

from integrations.connections.guarded_http import (
    MOST_BYTES,
    AddressRefused,
    AnswerRefused,
    guarded_session,
    is_public,
)
from tests.connections.loopback_servers import (
    Server,
    answering,
    make_certificate,
    page,
    serving,
)

# Ways to write this machine. PORT is where the canary listens.
LOOPBACKS = [
    "127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT",
    "127.1:PORT", "127.0.1:PORT", "127.255.255.254:PORT", "127.0.0.2:PORT", "0:PORT",
    "0.0.0.0:PORT", "00.00.00.00:PORT", "2130706433:PORT", "0x7f000001:PORT", "0x7F.1:PORT",
    "0x7f.0x0.0x0.0x1:PORT", "017700000001:PORT", "0177.0.0.1:PORT", "0177.1:PORT",
    "000000177.0.0.01:PORT", "127.000.000.001:PORT", "127.0x0.1:PORT", "①②⑦.⓪.⓪.①:PORT",
    "127。0。0。1:PORT", "127｡0｡0｡1:PORT",
    # Full-width digits, full stops and letters.
    "\uff11\uff12\uff17.\uff10.\uff10.\uff11:PORT", "127\uff0e0\uff0e0\uff0e1:PORT",
    "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54:PORT",
    "%31%32%37.0.0.1:PORT", "[::1]:PORT", "[::]:PORT",
    "[0:0:0:0:0:0:0:1]:PORT", "[0000::0001]:PORT", "[::ffff:127.0.0.1]:PORT",
    "[::ffff:7f00:1]:PORT", "[0:0:0:0:0:ffff:127.0.0.1]:PORT", "[::127.0.0.1]:PORT",
    "[::7f00:1]:PORT", "[::ffff:0:127.0.0.1]:PORT", "[64:ff9b::127.0.0.1]:PORT",
    "[64:ff9b::7f00:1]:PORT", "[64:ff9b:1::7f00:1]:PORT", "[2002:7f00:1::]:PORT",
    "[2002:7f00:0001::1]:PORT", "[2001:0:7f00:1::]:PORT",
    "user@127.0.0.1:PORT", "public.example@127.0.0.1:PORT", "a:b@localhost:PORT",
]  # fmt: skip

# Private, reserved and metadata addresses; nothing listens there for us to count.
PRIVATE = [
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.1",
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.170.2",
    "100.100.100.200", "100.64.0.1", "192.0.0.192", "192.0.0.8", "168.63.129.16", "192.88.99.1",
    "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "0.1.2.3", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]",
    "[fec0::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]",
    "[2001:20::1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a00:1]", "[2002:a9fe:a9fe::1]", "[2002:a00:1::]",
    "[2001:0:a9fe:a9fe::]", "[::ffff:0:a00:1]",
]  # fmt: skip

# No usable address at all.
NONSENSE = [
    "", ":443", "[]", "[::1", "]::1[", "[::g]", "[1.2.3.4]", "a" * 64 + ".test", ".", "..",
    "1.2.3.4:99999", "1.2.3.4:-1", "1.2.3.4:x", "\u202e.test", "[v1.x]",
]  # fmt: skip


@pytest.fixture(scope="module")
def canaries() -> Iterator[list[Server]]:
    """Listeners on both loopbacks that answer whoever reaches them."""
    with (
        serving(answering(page(b"reached"))) as four,
        serving(answering(page(b"reached")), host="::1") as six,
    ):
        yield [four, six]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ["localhost", "127.0.0.1"]
    return make_certificate(tmp_path_factory.mktemp("certificates"), names=names)


def visitors(canaries: list[Server]) -> int:
    return sum(canary.visitors for canary in canaries)


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", LOOPBACKS, ids=ascii)
def test_no_spelling_of_this_machine_is_called(
    canaries: list[Server], host: str, scheme: str
) -> None:
    before = visitors(canaries)
    for canary in canaries:
        address = f"{scheme}://{host.replace('PORT', str(canary.port))}/x"
        with pytest.raises(requests.RequestException) as caught:
            guarded_session().get(address)
        assert not isinstance(caught.value, requests.Timeout)
    assert visitors(canaries) == before


def test_the_canaries_do_count(canaries: list[Server]) -> None:
    """Otherwise the test above could not fail."""
    before = visitors(canaries)
    for canary, host in zip(canaries, ["127.0.0.1", "[::1]"], strict=True):
        answer = guarded_session(allow_loopback=True).get(f"http://{host}:{canary.port}/")
        assert answer.content == b"reached"
    assert visitors(canaries) == before + 2


@pytest.mark.parametrize("allow_loopback", [True, False])
@pytest.mark.parametrize("host", PRIVATE)
def test_no_private_address_is_called(host: str, allow_loopback: object) -> None:
    session = guarded_session(allow_loopback=bool(allow_loopback), total_seconds=2)
    with pytest.raises(AddressRefused, match="private or reserved network"):
        session.get(f"https://{host}/")
    with pytest.raises(AddressRefused):
        session.get(f"http://{host}/")


@pytest.mark.parametrize("host", NONSENSE, ids=ascii)
def test_no_nonsense_is_more_than_a_refusal(host: str) -> None:
    with pytest.raises(requests.RequestException):
        guarded_session().get(f"https://{host}/")


@pytest.mark.parametrize(
    "address", ["ftp://1.1.1.1/", "file:///etc/passwd", "gopher://1.1.1.1/", "//1.1.1.1", "x", ""]
)
def test_other_schemes_are_refused(address: str) -> None:
    with pytest.raises(requests.RequestException):
        guarded_session().get(address)


@pytest.mark.parametrize("allow_loopback", [True, False])
def test_plain_http_is_refused_for_public_addresses(allow_loopback: object) -> None:
    with pytest.raises(AddressRefused, match="Write the address with https://"):
        guarded_session(allow_loopback=bool(allow_loopback)).get("http://1.1.1.1/")


@pytest.mark.parametrize("port", [1, 22, 25, 80, 444, 1023])
def test_low_ports_are_refused(port: int) -> None:
    with pytest.raises(AddressRefused, match="Only port 443"):
        guarded_session().get(f"https://1.1.1.1:{port}/")


@pytest.mark.parametrize(
    "number", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"]
)
def test_public_numbers_are_public(number: str) -> None:
    assert is_public(ip_address(number))


def test_the_certificate_is_checked_for_the_name_that_was_typed(
    certificate: Path, tmp_path: Path
) -> None:
    with serving(answering(page(b"hello")), certificate=certificate) as server:
        address = f"https://localhost:{server.port}/path?q=1"
        session = guarded_session(allow_loopback=True, ca_bundle=str(certificate))
        answer = session.get(address)
        assert (answer.status_code, answer.text) == (200, "hello")
        head = server.requests[-1].decode()
        assert head.startswith("GET /path?q=1 HTTP/1.1\r\n")
        assert f"\r\nHost: localhost:{server.port}\r\n" in head
        assert "\r\nUser-Agent: Tieout\r\n" in head
        with pytest.raises(requests.exceptions.SSLError):
            guarded_session(allow_loopback=True).get(address)
        with pytest.raises(requests.exceptions.SSLError):
            # Nobody talks the session out of looking.
            guarded_session(allow_loopback=True).get(address, verify=False)

    other = make_certificate(tmp_path, names=["other.test"])
    with serving(answering(page(b"hello")), certificate=other) as server:
        session = guarded_session(allow_loopback=True, ca_bundle=str(other))
        with pytest.raises(requests.exceptions.SSLError):
            session.get(f"https://localhost:{server.port}/")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
def test_a_redirect_is_an_answer_and_not_followed(canaries: list[Server], status: str) -> None:
    before = visitors(canaries)
    target = f"Location: http://127.0.0.1:{canaries[0].port}/\r\n"
    with serving(answering(page(b"", status=status, headers=target))) as server:
        session = guarded_session(allow_loopback=True)
        answer = session.get(f"http://127.0.0.1:{server.port}/", allow_redirects=True)
        assert (answer.status_code, answer.history, server.visitors) == (int(status[:3]), [], 1)
    assert visitors(canaries) == before


def test_no_proxy_whoever_names_it(
    canaries: list[Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = visitors(canaries)
    proxy = f"http://127.0.0.1:{canaries[0].port}"
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password secret\n")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(answering(page(b"direct"))) as server:
        session = guarded_session(allow_loopback=True)
        session.proxies = {"http": proxy, "https": proxy}
        address = f"http://127.0.0.1:{server.port}/"
        assert session.get(address, proxies={"http": proxy}).text == "direct"
        assert b"authorization" not in server.requests[0].lower()
    with pytest.raises(AddressRefused):
        guarded_session().get("https://10.0.0.1/")
    assert visitors(canaries) == before


def test_cookies_are_not_kept_between_calls() -> None:
    with serving(answering(page(b"", headers="Set-Cookie: a=b\r\n"))) as server:
        session = guarded_session(allow_loopback=True)
        for _ in range(2):
            session.get(f"http://127.0.0.1:{server.port}/")
        assert b"cookie" not in server.requests[1].lower()


def test_each_call_has_a_connection_of_its_own() -> None:
    with serving(answering(page(b"x", headers="Connection: keep-alive\r\n"))) as server:
        session = guarded_session(allow_loopback=True)
        for _ in range(3):
            session.post(f"http://127.0.0.1:{server.port}/", json={"a": 1})
        assert server.visitors == 3


HEAD = b"HTTP/1.1 200 OK\r\n"
LONG = b"x" * (MOST_BYTES + 1)
TOO_LONG = {
    "with its length": page(LONG),
    "until it hangs up": HEAD + b"\r\n" + LONG,
    "in chunks": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"".join(b"10000\r\n" + b"x" * 65_536 + b"\r\n" for _ in range(20)),
    "endless length": HEAD + b"Content-Length: 99999999999\r\n\r\n" + LONG + LONG,
}


@pytest.mark.parametrize("raw", TOO_LONG.values(), ids=TOO_LONG)
def test_a_long_answer_is_refused(raw: bytes) -> None:
    with serving(answering(raw)) as server:
        session = guarded_session(allow_loopback=True)
        with pytest.raises(AnswerRefused, match="longer than 1000000 bytes"):
            session.get(f"http://127.0.0.1:{server.port}/")


def test_the_longest_answer_is_read_whole() -> None:
    with serving(answering(page(LONG[:-1]))) as server:
        answer = guarded_session(allow_loopback=True).get(f"http://127.0.0.1:{server.port}/")
        assert (len(answer.content), answer.text[:3]) == (MOST_BYTES, "xxx")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_compressed_answer_is_refused(encoding: str) -> None:
    bomb = page(gzip.compress(b"0" * 10_000_000), headers=f"Content-Encoding: {encoding}\r\n")
    with serving(answering(bomb)) as server:
        session = guarded_session(allow_loopback=True)
        with pytest.raises(AnswerRefused, match="compressed"):
            session.get(f"http://127.0.0.1:{server.port}/")
        assert b"accept-encoding: identity" in server.requests[0].lower()


def test_json_answers_are_read_as_usual() -> None:
    with serving(answering(page(b'{"a": "\xc3\xa9"}'))) as server:
        session = guarded_session(allow_loopback=True)
        assert session.get(f"http://127.0.0.1:{server.port}/").json() == {"a": "é"}


TRICKLES = {
    "in the headers": HEAD + b"X: ",
    "in a body of known length": HEAD + b"Content-Length: 900000\r\n\r\n",
    "in a body without end": HEAD + b"\r\n",
    "in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n",
    "before the first byte": b"",
}


@pytest.mark.parametrize("use_tls", [False, True])
@pytest.mark.parametrize("start", TRICKLES.values(), ids=TRICKLES)
def test_a_trickle_ends_with_the_whole_time(
    start: bytes, use_tls: object, certificate: Path
) -> None:
    def trickle(talk: socket.socket, stopped: threading.Event) -> None:
        talk.sendall(start)
        while not stopped.wait(0.02):
            talk.sendall(b"x" if start else b"H")

    chosen = certificate if use_tls else None
    with serving(trickle, certificate=chosen) as server:
        session = guarded_session(
            allow_loopback=True, ca_bundle=str(certificate), total_seconds=0.4
        )
        started = time.monotonic()
        with pytest.raises(requests.Timeout, match="too long to answer"):
            session.get(f"{'https' if use_tls else 'http'}://127.0.0.1:{server.port}/")
        # It never ends by itself; a busy machine may take its time.
        assert time.monotonic() - started < 60


def test_silence_ends_too_and_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())

    def wait(_talk: socket.socket, stopped: threading.Event) -> None:
        stopped.wait(10)

    with serving(wait) as server:
        session = guarded_session(allow_loopback=True, total_seconds=0.3)
        with pytest.raises(requests.Timeout, match="too long to answer"):
            session.get(f"http://127.0.0.1:{server.port}/", timeout=60)
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(60)
    assert [thread for thread in left if thread.is_alive()] == []


BROKEN = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-x\r\n",
    "cut off in the body": HEAD + b"Content-Length: 50\r\n\r\nabc",
    "a bad chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    "too many headers": HEAD + b"A: b\r\n" * 1000 + b"\r\n",
    "a line without end": HEAD + b"A: " + b"b" * 200_000,
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_a_connection_error(raw: bytes) -> None:
    with serving(answering(raw)) as server:
        session = guarded_session(allow_loopback=True)
        with pytest.raises(requests.ConnectionError):
            session.get(f"http://127.0.0.1:{server.port}/")
