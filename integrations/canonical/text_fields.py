"""Secrets and card numbers in text: NAME~VALUE lists, query strings, XML, headers, log lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

from integrations.canonical.card_numbers import find_in
from integrations.canonical.edits import REMOVED, Edit, Walk, card_text
from integrations.canonical.escapes import ANY_ESCAPE, decode
from integrations.canonical.field_names import compact, is_secret

# Text without any of these holds neither a named field nor a card number, however written.
WORTH_READING = re.compile(
    rb"[=~:<%&\\]|[0-9](?:[ +.\-/_\t]{0,3}[0-9]){12}|\xef\xbc|\xc2[\xa0\xad]|\xe2[\x80\x88]"
    rb"|[Bb]earer|whsec_"
)

# A name and what separates it from its value. The look-behind tries each word only once.
NAMED = re.compile(rb"(?<![\w.\-])([\w.\-][\w.\-\[\]]*+)[\"']?[ \t]{0,4}(~|=>?|:)[ \t]{0,4}")
_OPEN_TAG = re.compile(rb"<([A-Za-z_][\w.\-:]*+)(?:[ \t\r\n][^<>]*+)?>")
_CLOSE_TAG = re.compile(rb"</([A-Za-z_][\w.\-:]*+)")
_LOOSE_SECRET = re.compile(
    rb"[Bb]earer[ \t]+(?=[\w\-.~+/]{0,60}[0-9])([\w\-.~+/=]{8,})"
    rb"|(whsec_[A-Za-z0-9+/=]{8,})"
    rb"|://[^\s/:@\"']*+:([^\s/@\"']++)@"
)
# What follows the number on a magnetic stripe: expiry and secrets (ISO/IEC 7813). A track has
# at most 79 characters; without a bound each number could reach to the end of the text.
_STRIPE_REST = re.compile(
    rb"[=D][0-9]{7,80}[^\s\"&|<>,;]{0,80}|\^[^\^\r\n\"<>|]{1,40}\^[^\s\"<>|]{0,80}"
)

_TO_PIPE = re.compile(rb"[^|\r\n]*+")
_TO_LINE_END = re.compile(rb"[^\r\n\"']*+")
_TO_SPACE = re.compile(rb"[^\s\"'<>|&]*+")
_TO_QUOTE = {
    b'"': re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)', re.DOTALL),
    b"'": re.compile(rb"'([^'\\]*+(?:\\.[^'\\]*+)*+)", re.DOTALL),
}
_TO_TAG_OR_LINE_END = re.compile(rb"[^<\r\n]*+")
_BRACKET = re.compile(rb"[\[\]{}]")


def read_text(data: bytes, walk: Walk) -> list[Edit]:
    """Edits for text of no declared form. What is escaped in it is read unescaped too."""
    edits = [*_named_values(data, walk), *_loose_secrets(data)]
    if b"<" in data:
        edits += _tag_values(data, walk)
    cards = _card_edits(data, walk)
    if (escape := ANY_ESCAPE.search(data)) is None:
        return edits + cards
    if cards:
        cards = _widened(cards, data)
    encode = partial(_escape_like, escape[0][:1])
    return [
        *edits,
        *cards,
        *walk.read_decoded(data, offset=0, escapes=ANY_ESCAPE, encode=encode),
    ]


def _widened(cards: list[Edit], data: bytes) -> list[Edit]:
    """A number seen in escaped text must not cut an escape in two."""
    decoded = decode(data, escapes=ANY_ESCAPE)
    return [Edit(*decoded.whole_escapes(card.start, card.end), card.text) for card in cards]


def _escape_like(lead: bytes, text: bytes) -> bytes:
    """The replacement, escaped the way its surroundings are."""
    if lead == b"%":
        return quote(text, safe="").encode()
    if lead == b"\\":
        return text.replace(b'"', b'\\"')
    return text.replace(b'"', b"&quot;") if lead == b"&" else text


def _card_edits(data: bytes, walk: Walk) -> list[Edit]:
    edits = []
    for card in find_in(data, spend=walk.spend):
        rest = _STRIPE_REST.match(data, card.end)
        end = rest.end() if rest else card.end
        edits.append(Edit(card.start, end, card_text(card.last_four)))
    return edits


def _loose_secrets(data: bytes) -> Iterator[Edit]:
    for match in _LOOSE_SECRET.finditer(data):
        yield Edit(*match.span(match.lastindex or 0), REMOVED)


def _named_values(data: bytes, walk: Walk) -> Iterator[Edit]:
    position = 0
    while match := NAMED.search(data, position):
        walk.spend()
        position = match.end()
        if is_secret(match[1], in_list=match[2] == b"~"):
            start, position = _value_span(data, match, walk)
            yield Edit(start, position, REMOVED)


def _value_span(data: bytes, name: re.Match[bytes], walk: Walk) -> tuple[int, int]:
    start = name.end()
    if name[2] == b"~":
        return start, _end(_TO_PIPE, data, start)
    first = data[start : start + 1]
    if first in _TO_QUOTE and (quoted := _TO_QUOTE[first].match(data, start)):
        return quoted.span(1)
    after = start
    if first in (b"{", b"["):
        after = _bracket_end(data, start, walk)
    elif compact(name[1]).endswith((b"authorization", b"cookie")):
        return start, _end(_TO_LINE_END, data, start)
    value = data[start : _end(_TO_SPACE, data, after)]
    return start, max(after, start + len(value.rstrip(b",;)}]")))


def _end(pattern: re.Pattern[bytes], data: bytes, start: int) -> int:
    match = pattern.match(data, start)
    return match.end() if match else start


def _bracket_end(data: bytes, start: int, walk: Walk) -> int:
    depth = 0
    for bracket in _BRACKET.finditer(data, start):
        walk.spend()
        depth += 1 if bracket[0] in (b"{", b"[") else -1
        if depth == 0:
            return bracket.end()
    return len(data)


def _tag_values(data: bytes, walk: Walk) -> Iterator[Edit]:
    """Contents of secret elements, up to the closing tag or, without one, the line's end."""
    closers: dict[bytes, list[int]] = defaultdict(list)
    for close in _CLOSE_TAG.finditer(data):
        closers[close[1]].append(close.start())
    walk.spend(len(closers))
    for tag in _OPEN_TAG.finditer(data):
        walk.spend()
        name = tag[1].rpartition(b":")[2]
        if tag[0].endswith(b"/>") or not is_secret(name):
            continue
        places = closers[tag[1]]
        index = bisect_left(places, tag.end())
        has_closer = index < len(places)
        yield Edit(
            tag.end(),
            places[index] if has_closer else _end(_TO_TAG_OR_LINE_END, data, tag.end()),
            REMOVED,
        )
