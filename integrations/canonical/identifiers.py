"""Which values are ids by their field and their shape, though by chance they read like a card.

A third of all 16-digit numbers begin like a card and one in ten passes Luhn, so about one id in
thirty does both. It is spared where the field is one of these and the value is written as its
giver writes it; free text has no such field, and nothing is spared in what strangers send.

| field | shape | who says so |
|---|---|---|
| transaction ids and our own | digits, 19 at most | PayTrace v1: integer; 8 and 9 are seen |
| merchant id | digits, 16 at most | PayTrace v3: integer |
| ACH trace number | 15 digits | Nacha operating rules, entry detail record, field 11 |
| telephone | `+` and 7 to 15 digits | ITU-T E.164 |
| access token, client key | 24 signs or more, a letter among them | RFC 6750, `b64token` |
| GL account | segments, not grouped like a card | Sage Pro: C24, segments joined by dashes |

Batch numbers have at most three digits and Sage's invoice, order and customer numbers at most
ten characters: none of them can be taken for a card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from integrations.canonical.field_names import compact, is_id

_DIGITS = re.compile(r"[0-9]{1,19}")
_MERCHANT = re.compile(r"[0-9]{1,16}")
_TRACE = re.compile(r"[0-9]{15}")
_TELEPHONE = re.compile(r"\+[0-9](?:[ ().\-]{0,2}[0-9]){6,14}")
_TOKEN = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[0-9A-Za-z._~+/:=\-]{24,}")
_SEGMENTS = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+){2,}")
# As the brands print them: fours with a shorter or equal end, and American Express, Diners Club.
_PRINTED = frozenset({(4, 6, 5), (4, 6, 4)})


def _is_account(value: str) -> bool:
    """`4000-100-200-000`: segments, unless they are the groups a card is printed in."""
    if not _SEGMENTS.fullmatch(value):
        return False
    groups = tuple(map(len, value.split("-")))
    return groups not in _PRINTED and any(length != 4 for length in groups[:-1])


_SHAPES: Mapping[bytes, Callable[[str], object]] = {
    b"merchantid": _MERCHANT.fullmatch,
    b"tracenumber": _TRACE.fullmatch,
    b"achtracenumber": _TRACE.fullmatch,
    b"phone": _TELEPHONE.fullmatch,
    b"billingphone": _TELEPHONE.fullmatch,
    b"telephone": _TELEPHONE.fullmatch,
    b"accesstoken": _TOKEN.fullmatch,
    b"clientkey": _TOKEN.fullmatch,
    b"account": _is_account,
    b"glaccount": _is_account,
    # A GL account of the chart; every other `number` of Sage is too short to be a card's.
    b"number": _is_account,
}


def is_identifier(name: str, value: object) -> bool:
    """Whether the field is one that holds an id, and the value is written as such an id is."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not name.isascii():
        return False
    field = name.encode()
    fits = _DIGITS.fullmatch if is_id(field) else _SHAPES.get(compact(field))
    return fits is not None and bool(fits(str(value)))


def without_identifiers(value: Any) -> Any:
    """A copy of a JSON value in which only what may hold a card number is left."""
    if isinstance(value, Mapping):
        return {
            name: without_identifiers(inner)
            for name, inner in value.items()
            if not is_identifier(str(name), inner)
        }
    if isinstance(value, (list, tuple)):
        return [without_identifiers(inner) for inner in value]
    return value
