"""The everyday notice: whole, small, with nothing in it to take out. Most are, so that is seen
at the speed of C; whatever is the least bit unusual is read token by token.

Sound because the JSON is proven whole and without escapes first: then a quotation mark begins
or ends a string and nothing else, and a match that began at a closing one holds punctuation,
which no everyday key does.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from integrations.canonical.card_numbers import CHAIN
from integrations.canonical.edits import Walk
from integrations.canonical.field_names import CARD_OBJECTS, compact, is_secret
from integrations.canonical.text_fields import WORTH_READING, read_text

_MOST_BYTES = 16 * 1024
_KEY = re.compile(rb'"([^"]*+)"[ \t\r\n]*+:')
_PLAIN_KEY = re.compile(rb"[\w.\-]{1,64}")
_STRING = re.compile(rb'"([^"]*+)"')


def is_everyday(data: bytes) -> bool:
    """Whether `data` is JSON in which reading token by token would find nothing to redact.

    False says nothing: read it. Never raises.
    """
    if len(data) > _MOST_BYTES or b"\\" in data or not data.isascii() or not _is_whole(data):
        return False
    if not all(map(_is_quiet_key, _KEY.findall(data))):
        return False
    values = _KEY.sub(b"", data)
    if CHAIN.search(_STRING.sub(b'""', values)) is not None:
        return False
    return all(map(_is_quiet_value, filter(WORTH_READING.search, _STRING.findall(values))))


def _is_whole(data: bytes) -> bool:
    try:
        json.loads(data, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True


@lru_cache(maxsize=4096)
def _is_quiet_key(content: bytes) -> bool:
    return (
        _PLAIN_KEY.fullmatch(content) is not None
        and CHAIN.search(content) is None
        and not is_secret(content)
        and compact(content) not in CARD_OBJECTS
    )


def _is_quiet_value(content: bytes) -> bool:
    """A value such as a time or an address, which has a colon and nothing to hide."""
    return content.lstrip()[:1] not in (b"{", b"[") and not read_text(
        content, Walk(reader=read_text)
    )
