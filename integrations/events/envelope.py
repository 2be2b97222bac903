"""Reading the relay's JSON notice: a hint at a transaction, and nothing else is believed.

The form is ours, not PayTrace's: {"type", "account", "transaction_id", "occurred_at", "data"}.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NoReturn

LONGEST = 64
_BOM = b"\xef\xbb\xbf"
# Depth is counted before parsing: the parser itself stops with a RecursionError.
_DEEPEST = 32
# An unclosed string runs to the end: looking for its end from each quote would be quadratic.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LONGEST_NUMBER = 40
# What redaction leaves where a card number stood.
_TAKEN_OUT = "[PAN"
# It goes into a request to the gateway, so it holds nothing that means something there.
_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,64}")


class Unreadable(Exception):  # noqa: N818  (told to a person as a sentence)
    """The notice points at nothing. `field` is where, when one field is at fault."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


@dataclass(frozen=True)
class Hint:
    """What to look up: nothing here is a fact until the gateway says it."""

    kind: str
    account: str
    transaction_id: str


def read(body: bytes) -> Hint:
    """The hint in a redacted body. Raises Unreadable, whatever the bytes are."""
    document = _parse(body.removeprefix(_BOM))
    if not isinstance(document, dict):
        raise Unreadable("The notice is not a JSON object.")
    hint = Hint(
        kind=_text(document, "type"),
        account=_text(document, "account"),
        transaction_id=_text(document, "transaction_id"),
    )
    if _TAKEN_OUT in hint.transaction_id:
        raise Unreadable(
            "The transaction_id of the notice held a card number, which was taken out. Ask its "
            "sender to put PayTrace's transaction id there; polling finds the payment meanwhile.",
            "transaction_id",
        )
    if not _ID.fullmatch(hint.transaction_id):
        raise Unreadable(
            "The transaction_id of the notice holds more than letters, digits and - _ . :",
            "transaction_id",
        )
    return hint


def _parse(body: bytes) -> object:
    if _depth(body) > _DEEPEST:
        raise Unreadable("The notice is nested too deep.")
    try:
        return json.loads(
            body.decode(),
            object_pairs_hook=_without_repeats,
            parse_int=_short_number,
            parse_float=_short_number,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError:
        raise Unreadable("The notice is not UTF-8 text.") from None
    except (ValueError, RecursionError):
        raise Unreadable("The notice is not JSON.") from None


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
        if deepest > _DEEPEST:
            break
    return deepest


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """JSON readers disagree on which of two equal names counts, so neither does."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise Unreadable("The notice names a field twice.")
    return document


def _short_number(text: str) -> int:
    """Any number becomes 0: none is used, and a huge one would take long to convert."""
    if len(text) > _LONGEST_NUMBER:
        raise Unreadable("The notice holds a number of more than 40 digits.")
    return 0


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"The notice holds {name}, which is not JSON.")


def _text(document: dict[str, object], field: str) -> str:
    value = document.get(field)
    if value is None:
        raise Unreadable(f"The notice has no {field}.", field)
    if not isinstance(value, str):
        raise Unreadable(f"The {field} of the notice is not a text.", field)
    if not value or len(value) > LONGEST or value != value.strip() or not value.isprintable():
        raise Unreadable(
            f"The {field} of the notice is not 1 to {LONGEST} visible characters.", field
        )
    return value
