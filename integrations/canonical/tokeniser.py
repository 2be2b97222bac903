"""Reads raw bytes as JSON, form or text, whichever they look like, and says what to redact."""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import quote_plus

from integrations.canonical.edits import REMOVED, Edit, Walk, merge
from integrations.canonical.escapes import FORM_ESCAPE, decode
from integrations.canonical.everyday import is_everyday
from integrations.canonical.field_names import is_secret
from integrations.canonical.json_fields import read_json
from integrations.canonical.text_fields import WORTH_READING, read_text

_BOM = b"\xef\xbb\xbf"
_PAIR = re.compile(rb"([^&=]*+)(=?)([^&]*+)&?")
_FORM = re.compile(rb"[\w.\-\[\]%+]++=[^&\s\"<>{}]*+(?:&[\w.\-\[\]%+]*+(?:=[^&\s\"<>{}]*+)?)*\s*")


class Kind(StrEnum):
    JSON = "json"
    FORM = "form"
    TEXT = "text"
    UNKNOWN = ""


def find_edits(data: bytes, *, kind: Kind = Kind.UNKNOWN) -> list[Edit]:
    """What to replace in `data`, in order. Raises CannotTokenise when it is not safely read."""
    if WORTH_READING.search(data) is None:
        return []
    walk = Walk(reader=_read_part)
    if kind is not Kind.JSON and _looks_like_json(data):
        kind = Kind.JSON
    if kind is Kind.JSON:
        if is_everyday(data):
            return []
        return merge(data, read_json(data, walk))
    if kind is Kind.FORM or (kind is Kind.UNKNOWN and _FORM.fullmatch(data)):
        return merge(data, _read_form(data, walk))
    return _read_part(data, walk)


def _looks_like_json(data: bytes) -> bool:
    return data.removeprefix(_BOM)[:64].lstrip()[:1] in (b"{", b"[")


def _read_part(data: bytes, walk: Walk) -> list[Edit]:
    reader = read_json if _looks_like_json(data) else read_text
    return merge(data, reader(data, walk))


def _read_form(data: bytes, walk: Walk) -> list[Edit]:
    edits: list[Edit] = []
    for pair in _PAIR.finditer(data):
        walk.spend()
        name, value = _form_name(pair[1]), pair[3]
        if value and is_secret(name):
            edits.append(Edit(*pair.span(3), _encode(REMOVED)))
        else:
            edits += _read_form_part(value, pair.start(3), walk)
        edits += _read_form_part(pair[1], pair.start(1), walk)
    return edits


def _form_name(raw: bytes) -> bytes:
    decoded = decode(raw, escapes=FORM_ESCAPE).text if b"%" in raw or b"+" in raw else raw
    return decoded.rpartition(b"?")[2]


def _read_form_part(part: bytes, offset: int, walk: Walk) -> list[Edit]:
    if WORTH_READING.search(part) is None:
        return []
    return walk.read_decoded(part, offset=offset, escapes=FORM_ESCAPE, encode=_encode)


def _encode(text: bytes) -> bytes:
    return quote_plus(text).encode()
