"""Secrets and card numbers in JSON, found token by token: a broken document is read as well.

Nothing is parsed, so duplicate keys, huge numbers and 100,000 brackets are only bytes here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from integrations.canonical.card_numbers import find_in
from integrations.canonical.edits import REMOVED, Edit, Walk, card_text
from integrations.canonical.escapes import JSON_ESCAPE, decode
from integrations.canonical.field_names import CARD_OBJECTS, compact, is_secret
from integrations.canonical.text_fields import NAMED, WORTH_READING, read_text

_QUOTED = rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)("?)'
# A string, whether it is closed, and whether a colon makes it a key.
_STRING = re.compile(_QUOTED + rb"[ \t\r\n]*+(:?)[ \t\r\n]*+", re.DOTALL)
_STRING_OR_BRACKET = re.compile(_QUOTED + rb"|[\[\]{}]", re.DOTALL)
_BARE_VALUE = re.compile(rb'[^,}\]"\r\n]*+')
# `{cvv: "123"}`: a key that somebody forgot to quote, just before a string.
_BARE_KEY = re.compile(rb"(?<![\w.\-])([\w.\-]++)['\]]?[ \t]{0,4}(?:=>?|:)[ \t\r\n]{0,4}$")
_BETWEEN_STRINGS = re.compile(rb"(?:[\s\[\]{},:0-9eE+.\-]|true|false|null)*+")
_NUMBER = b"+-.0123456789eE"
# Senders choose their keys; what is remembered of them stays small.
_LONGEST_REMEMBERED = 64


def read_json(data: bytes, walk: Walk) -> list[Edit]:
    """Edits for `data`, which starts like a JSON object or array. Strings stay strings."""
    edits: list[Edit] = []
    position = card_object_end = 0
    while True:
        token = _STRING.search(data, position)
        gap_end = token.start() if token else len(data)
        if gap_end - position > 2:
            edits += _read_gap(data[position:gap_end], position, walk)
        if token is None:
            return edits
        walk.spend()
        start = token.start()
        if token[3] and start >= card_object_end and _is_everyday(token[1]):
            position = token.end()
        elif token[3]:
            name = _plain(token[1])
            inside_card = start < card_object_end
            parent = b"card" if inside_card else b""
            position, found = _read_member(data, token, name, parent, walk)
            edits += found
            if not inside_card and data[position : position + 1] == b"{":
                card_object_end = _object_end(data, position, name, walk)
        elif position < start and _follows_secret_key(data, position, start):
            edits.append(Edit(*token.span(1), REMOVED))
            position = token.end()
        else:
            edits += _read_string(token, walk)
            position = token.end()


def _is_everyday(content: bytes) -> bool:
    """Whether a key outside card objects needs no look at itself, nor at what follows it.

    Most keys of a notice are of this kind and come again in the next one.
    """
    return len(content) <= _LONGEST_REMEMBERED and _is_known_everyday(content)


@lru_cache(maxsize=4096)
def _is_known_everyday(content: bytes) -> bool:
    return (
        b"\\" not in content
        and WORTH_READING.search(content) is None
        and not is_secret(content)
        and compact(content) not in CARD_OBJECTS
    )


def _plain(content: bytes) -> bytes:
    return decode(content, escapes=JSON_ESCAPE).text if b"\\" in content else content


def _object_end(data: bytes, start: int, name: bytes, walk: Walk) -> int:
    return _balanced_end(data, start, walk) if compact(name) in CARD_OBJECTS else 0


def _read_member(
    data: bytes, key: re.Match[bytes], name: bytes, parent: bytes, walk: Walk
) -> tuple[int, list[Edit]]:
    """Where to read on after this key (and perhaps its value), and what to change."""
    value = key.end()
    if is_secret(name, parent=parent):
        return _drop_value(data, value, walk)
    return value, _read_string(key, walk)


def _drop_value(data: bytes, start: int, walk: Walk) -> tuple[int, list[Edit]]:
    first = data[start : start + 1]
    if first == b'"' and (string := _STRING.match(data, start)):
        return string.end(2), [Edit(*string.span(1), REMOVED)]
    if first in (b"{", b"["):
        end = _balanced_end(data, start, walk)
        return end, [Edit(start, end, b'"' + REMOVED + b'"')]
    bare = _BARE_VALUE.match(data, start)
    value = bare[0].rstrip() if bare else b""
    if value in (b"", b"null"):
        return start, []
    return start + len(value), [Edit(start, start + len(value), b'"' + REMOVED + b'"')]


def _balanced_end(data: bytes, start: int, walk: Walk) -> int:
    """Just after the bracket that closes the one at `start`; the end if none does."""
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(data, start):
        walk.spend()
        bracket = token[0]
        if bracket in (b"{", b"["):
            depth += 1
        elif bracket in (b"}", b"]"):
            depth -= 1
            if depth == 0:
                return token.end()
    return len(data)


def _read_string(token: re.Match[bytes], walk: Walk) -> list[Edit]:
    content = token[1]
    if WORTH_READING.search(content) is None:
        return []
    if b"\\" not in content:
        return walk.read(content, offset=token.start(1))
    return walk.read_decoded(
        content, offset=token.start(1), escapes=JSON_ESCAPE, encode=_escape_quotes
    )


def _escape_quotes(text: bytes) -> bytes:
    return text.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def _follows_secret_key(data: bytes, gap_start: int, gap_end: int) -> bool:
    gap = data[max(gap_start, gap_end - 200) : gap_end]
    if gap.rstrip()[-1:] not in (b":", b"=", b">"):
        return False
    key = _BARE_KEY.search(gap)
    return key is not None and is_secret(key[1])


def _read_gap(gap: bytes, offset: int, walk: Walk) -> list[Edit]:
    """What stands between strings: numbers and punctuation, unless it is no JSON at all."""
    if _BETWEEN_STRINGS.fullmatch(gap) is None or NAMED.search(gap):
        return [edit.moved(offset) for edit in read_text(gap, walk)]
    edits: list[Edit] = []
    for card in find_in(gap, spend=walk.spend):
        if edits and card.start < edits[-1].end - offset:
            continue
        start, end = card.start, card.end
        while start > 0 and gap[start - 1] in _NUMBER:
            start -= 1
        while end < len(gap) and gap[end] in _NUMBER:
            end += 1
        edits.append(Edit(start, end, b'"' + card_text(card.last_four) + b'"').moved(offset))
    return edits
