"""Requests that nobody sends by accident, generated: bodies, headers, tokens, lengths, methods."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.events.relay import FORM, JSON, Relay, notice

LIMIT = 256 * 1024


@dataclass(frozen=True)
class Request:
    """One request to an address below `/hooks/`, and what is odd about it."""

    why: str
    path: str
    body: bytes = b""
    method: str = "POST"
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, Any] = field(default_factory=dict)


class Cut(io.RawIOBase):
    """A body whose sender hangs up in the middle."""

    def read(self, size: int = -1, /) -> bytes:
        raise OSError("Connection reset by peer")


def bodies() -> dict[str, bytes]:
    """Odd bodies by what is odd. All of them fit the limit."""
    good = notice()
    deep = 100_000
    return {
        "empty": b"",
        "blank": b" \n\t" * 100,
        "null": b"null",
        "true": b"true",
        "a number": b"42",
        "a text": b'"text"',
        "a list": b"[]",
        "a list of notices": b"[" + good + b"]",
        "no field": b"{}",
        "exactly the limit": good[:-1] + b" " * (LIMIT - len(good)) + b"}",
        "gzip": gzip.compress(good),
        "a gzip bomb's head": gzip.compress(b"0" * 20_000_000)[:60_000],
        "gzip magic only": b"\x1f\x8b\x08\x00",
        "zip magic": b"PK\x03\x04" + bytes(100),
        "UTF-16": good.decode().encode("utf-16"),
        "UTF-16 without mark": good.decode().encode("utf-16-le"),
        "UTF-32": good.decode().encode("utf-32"),
        "UTF-7": b"+AHs-" + good,
        "a byte order mark": b"\xef\xbb\xbf" + good,
        "two byte order marks": b"\xef\xbb\xbf" * 2 + good,
        "NUL": good.replace(b"MID", b"M\x00D"),
        "an escaped NUL": good.replace(b"MID", b"M\\u0000D"),
        "only NULs": bytes(1000),
        "a lone surrogate": good.replace(b"MID", b"\\ud800"),
        "a raw surrogate": good.replace(b"MID", b"\xed\xa0\x80"),
        "surrogates the wrong way": good.replace(b"MID", b"\\udc00\\ud800"),
        "no UTF-8": good.replace(b"MID", b"\xff\xfe\xfd"),
        "overlong UTF-8": good.replace(b"MID", b"\xc0\xaf"),
        "every byte": bytes(range(256)) * 4,
        "100,000 lists": b"[" * deep,
        "100,000 closed lists": b"[" * deep + b"]" * deep,
        "50,000 objects": b'{"a":' * 50_000 + b"1" + b"}" * 5,
        "brackets in a text": b'{"a":"' + b"[" * deep + b'"}',
        "duplicate keys": b'{"transaction_id":"1","transaction_id":"2"}',
        "duplicate keys, one escaped": b'{"type":"a","\\u0074ype":"b"}',
        "NaN": good.replace(b'"79388123"', b"NaN"),
        "Infinity": good.replace(b'"79388123"', b"-Infinity"),
        "1e400": good.replace(b'"79388123"', b"1e400"),
        "a 4,000-digit number": good.replace(b'"79388123"', b"9" * 4000),
        "a 200,000-digit number": b'{"a":' + b"9" * 200_000 + b"}",
        "a decimal without end": b'{"a":0.' + b"3" * 100_000 + b"}",
        "-0": good.replace(b'"79388123"', b"-0"),
        "a hexadecimal number": good.replace(b'"79388123"', b"0x10"),
        "Arabic digits": good.replace(b"79388123", "١٢".encode()),
        "an id of 300 characters": notice("9" * 300),
        "an id with separators": notice("1|2~3&4%5"),
        "an id with a line break": notice("1\n2026-11-20 INFO all is well"),
        "an id with quotes": notice("1' OR '1'='1"),
        "an id that climbs": notice("../../etc/passwd"),
        "an empty id": notice(""),
        "an id of nothing": good.replace(b'"79388123"', b"null"),
        "an id of a list": good.replace(b'"79388123"', b'["79388123"]'),
        "an id of an object": good.replace(b'"79388123"', b'{"$ne":null}'),
        "right to left": notice("\u202e12345"),
        "an emoji": notice(name="😀"),
        "a formula": notice(name="=cmd|' /C calc'!A0"),
        "a template": notice(name="{{7*7}} ${7*7} #{7*7} <%= 7*7 %>"),
        "a script": notice(name="<script>alert(1)</script>"),
        "a prototype": b'{"__proto__":{"admin":true}}',
        "an unclosed text": b'{"type":"payment',
        "quotes only": b'"' * 100_000,
        "backslashes only": b"\\" * 100_000,
        "colons only": b":" * 100_000,
        "half a notice": good[: len(good) // 2],
        "a notice and more": good + good,
        "a comment": b"/* hello */" + good,
        "a trailing comma": good[:-1] + b",}",
        "single quotes": good.replace(b'"', b"'"),
        "XML with an entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "HTML": b"<html><body>502 Bad Gateway</body></html>",
        "YAML": b"!!python/object/apply:os.system ['true']",
        "a pickle": b"cos\nsystem\n(S'true'\ntR.",
        "multipart": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
        "multipart without end": b"--x\r\n" * 1000,
        "a form": b"RESPONSE=101&TRANSACTIONID=79388123",
        "a form with equal names": b"a=1&a=2&a=3&TRANSACTIONID=1&TRANSACTIONID=2",
        "a form of 50,000 fields": b"&".join(b"a%d=1" % n for n in range(25_000)),
        "a form of percent signs": b"%" * 100_000,
        "a form with NUL": b"TRANSACTIONID=%00&AMOUNT=1",
        "a form that is no UTF-8": b"NAME=%ff%fe&AMOUNT=1",
        "PayTrace's parameter list": b"parmlist=RESPONSE~101|RESPONSE~102|AMOUNT~1|",
        "ampersands only": b"&" * 100_000,
        "a second request": good + b"\r\n\r\nGET /admin/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "many card numbers": b" ".join([b"4012888888881881"] * 10_000),
        "digits only": b"4" * 200_000,
    }


def content_types() -> tuple[str, ...]:
    return (
        "", "application/json; charset=utf-16", "application/json; charset=nonsense",
        "application/json, application/json", "APPLICATION/JSON", "text/plain", "text/html",
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=" + "x" * 5000, "application/xml", "image/png", ";", "/",
        "application/json;" * 500, "application/octet-stream", "application/json\t", "a" * 10_000,
        "application/json; charset=\xff", "message/http", "*/*", "application/x-gzip",
    )  # fmt: skip


def form_types() -> tuple[str, ...]:
    """What is still a form, and so a silent post."""
    return (
        FORM, FORM.upper(), f"{FORM}; charset=utf-16", f"{FORM}; charset=nonsense",
        f" {FORM} ; x", f"{FORM};{'x' * 5000}", f"{FORM}; charset=\xff", f"{FORM}; a=\x00",
    )  # fmt: skip


def lengths() -> tuple[str, ...]:
    """What stands in Content-Length and is not the length."""
    return (
        "", "0", "10", "1", "-5", "-1", "abc", "1e3", "0x10", " 12", "12, 12", "+5", "²", "٣",
        "9" * 18, "9" * 5000, str(LIMIT), "12.5", "\x00", "00000000000000000012",
    )  # fmt: skip


def signatures() -> Iterator[dict[str, str]]:
    """Signature headers that no secret made."""
    now = str(int(datetime.now(UTC).timestamp()))
    good = {"webhook-id": "evt_1", "webhook-timestamp": now, "webhook-signature": "v1,AAAA"}
    for name, value in good.items():
        yield {other: kept for other, kept in good.items() if other != name}
        for odd in ("", " ", "\x00", "a,a", f"{value},{value}", "\xff\xfe", "'; DROP--",
                    "../../etc/passwd", "%s%s%n", "{0}", "x" * 10_000, "\x85\x1f"):  # fmt: skip
            yield {**good, name: odd}
    for text in ("v1", "v1,", "v1,,", ",", ",,,", "v1,=", "v1,A", "v1,A===", "v2,AAAA", "v1a,AAAA",
                 "v1,AAAA " * 17, "v1," + "A" * 2100, "V1,AAAA", "v1,é", "AAAA", "sha256=00",
                 "v1, AAAA", "v1,AAAA\tv1,BBBB", "t=1,v1=00"):  # fmt: skip
        yield {**good, "webhook-signature": text}
    for text in ("0", "-1", "1", f"{now}.9", f" {now} ", f"{now[:3]}_{now[3:]}", "1e9", "٣" * 10,
                 "9" * 12, "9" * 13, "9" * 5000, "NaN", "inf", f"0{now}", f"+{now}", "0x5f000000",
                 str(int(now) - 400), str(int(now) + 400)):  # fmt: skip
        yield {**good, "webhook-timestamp": text.encode().decode("latin-1")}
    for text in ("a.b", "a b", "évt", "x" * 201, "\n", "evt_1\r\nX: y"):
        yield {**good, "webhook-id": text.encode().decode("latin-1")}


def tokens(known: str) -> tuple[str, ...]:
    """Paths below /hooks/ that lead nowhere. PEP 3333: bytes written as latin-1."""
    return (
        "/hooks/", "/hooks//", "/hooks/a", f"{known}x", known[:-1],
        f"/hooks/{known[7:].swapcase()}", f"/hooks/x{known[7:]}", f"{known}/extra",
        f"/hooks/../hooks{known[6:]}x", f"{known}\x00",
        f"{known}\n", f"{known} ", f"{known}%00", f"{known}?x", f"{known};a=b", f"{known}.json",
        "/hooks/../../etc/passwd", "/hooks/%2e%2e%2fadmin", "/hooks/\xff\xfe", "/hooks/\xc0\xaf",
        "/hooks/\xed\xa0\x80", "/hooks/\x00", "/hooks/" + "a" * 100_000, "/hooks/" + "/" * 5000,
        "/hooks/' OR 1=1 --", "/hooks/${jndi:ldap://x}", "/hooks/{{7*7}}", "/hooks/null",
        "/hooks/\xf0\x9f\x98\x80", "/hooks/*", "/hooks/%", "/hooks/.", "/hooks/..",
    )  # fmt: skip


METHODS = (
    "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW",
    "", "P\x00ST", "PO ST", "\xff",
)  # fmt: skip


def unsigned(relay: Relay) -> list[Request]:
    """Everything that nobody vouches for: none of it may be kept."""
    return [*_bodies(relay), *_headers(relay), *_paths(relay), *_odd_requests(relay)]


def _bodies(relay: Relay) -> Iterator[Request]:
    for why, body in bodies().items():
        yield Request(f"{why}, unsigned", relay.path, body)
        wrong = {**relay.signed(b"something else"), "webhook-id": "evt_2"}
        yield Request(f"{why}, signed for other bytes", relay.path, body, headers=wrong)


def _headers(relay: Relay) -> Iterator[Request]:
    for content_type in content_types():
        yield Request(
            f"type {content_type[:30]!r}", relay.path, notice(), content_type=content_type
        )
    for number, headers in enumerate(signatures()):
        yield Request(f"signature {number}", relay.path, notice(), headers=headers)
    for length in lengths():
        yield Request(
            f"length {length[:20]!r}", relay.path, notice(), environ={"CONTENT_LENGTH": length}
        )


def _paths(relay: Relay) -> Iterator[Request]:
    for path in tokens(relay.path):
        yield Request(f"path {path[:40]!r}", path, notice(), headers=relay.signed(notice()))
        yield Request(f"silently at {path[:40]!r}", path, b"A=1", content_type=FORM)
    for method in METHODS:
        good = relay.signed(notice())
        yield Request(f"method {method!r}", relay.path, notice(), method=method, headers=good)
        yield Request(f"method {method!r} nowhere", "/hooks/x", notice(), method=method)


def _odd_requests(relay: Relay) -> Iterator[Request]:
    good = relay.signed(notice())
    too_much = notice(name="x" * LIMIT)
    yield Request("one byte too many", relay.path, b" " * (LIMIT + 1), headers=good)
    yield Request("too much", relay.path, too_much, headers=relay.signed(too_much))
    yield Request("too much, a form", relay.path, b"a" * (LIMIT + 1), content_type=FORM)
    yield Request(
        "too much, a smaller length", relay.path, too_much, headers=relay.signed(too_much),
        environ={"CONTENT_LENGTH": "12"},
    )  # fmt: skip
    for name, value in (
        ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"), ("Host", "evil.example"),
        ("Host", ""), ("X-HTTP-Method-Override", "DELETE"), ("X-Forwarded-For", "' OR 1=1"),
        ("X-Forwarded-Host", "evil.example"), ("Cookie", "tieout_session=" + "x" * 8000),
        ("Authorization", "Bearer \xff"), ("Expect", "100-continue"), ("Range", "bytes=0-"),
        ("Accept", "\x00"), ("Referer", "http://evil.example/"), ("Origin", "null"),
        ("Accept-Encoding", "gzip;q=\xff"), ("X-Request-Id", "\r\nX: y"), ("Content-MD5", "x"),
    ):  # fmt: skip
        yield Request(f"{name}: {value[:20]!r}", relay.path, notice(), headers={name: value})
    yield Request("the sender hangs up", relay.path, environ={"wsgi.input": Cut()})
    yield Request(
        "the sender of a form hangs up", relay.path, content_type="text/plain",
        environ={"wsgi.input": Cut(), "CONTENT_LENGTH": "100"},
    )  # fmt: skip
