"""The relay's notice: three texts out of it, or one sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.events.envelope import Hint, Unreadable, read

NOTICE: dict[str, Any] = {
    "type": "payment.approved",
    "account": "990001",
    "transaction_id": "105968532",
    "occurred_at": "2026-11-21T10:00:00Z",
    "data": {"amount": 740.00, "count": 3, "lines": [{"a": None}]},
}
HINT = Hint(kind="payment.approved", account="990001", transaction_id="105968532")


def body(**changes: object) -> bytes:
    return json.dumps({**NOTICE, **changes}).encode()


def told(raw: bytes) -> tuple[str, str]:
    with pytest.raises(Unreadable) as caught:
        read(raw)
    assert str(caught.value) == caught.value.sentence
    return caught.value.sentence, caught.value.field


def test_three_fields_are_read_and_the_rest_is_not_believed() -> None:
    assert read(body()) == HINT
    assert read(body(data="[removed]", occurred_at=5, more=True)) == HINT
    assert read(b"\xef\xbb\xbf" + body()) == HINT
    assert read(json.dumps(NOTICE, indent=2).encode()) == HINT


def test_a_long_document_and_the_longest_ids() -> None:
    longest = body(account="ä" * 64, transaction_id="9" * 64, data=["x" * 1000] * 200)
    assert read(longest) == Hint("payment.approved", "ä" * 64, "9" * 64)


FIELDS = ["type", "account", "transaction_id"]


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_needed(field: str) -> None:
    without = {key: value for key, value in NOTICE.items() if key != field}
    assert told(json.dumps(without).encode()) == (f"The notice has no {field}.", field)
    assert told(body(**{field: None})) == (f"The notice has no {field}.", field)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [105968532, 1.5, True, False, 0, [], {}, ["1"], {"a": "1"}])
def test_each_field_is_a_text(field: str, value: object) -> None:
    assert told(body(**{field: value})) == (f"The {field} of the notice is not a text.", field)


ODD_TEXTS = {
    "empty": "",
    "blank": " ",
    "65 characters": "1" * 65,
    "300 characters": "1" * 300,
    "line feed": "1\n2",
    "NUL": "1\x002",
    "escape": "\x1b[31m1",
    "right-to-left mark": "\u202e1",
    "zero-width space": "1\u200b",
    "lone surrogate": "\ud800",
    "C1 control": "1\x852",
    "space in front": " 1",
    "space behind": "1 ",
    "line separator": "1\u2028",
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_each_field_is_short_and_visible(field: str, value: str) -> None:
    sentence = f"The {field} of the notice is not 1 to 64 visible characters."
    assert told(body(**{field: value})) == (sentence, field)


@pytest.mark.parametrize("value", ["1|2", "1~2", "1&2", "1%32", "1'2", "../1", "1/2", "1 2", "١٢"])
def test_a_transaction_id_means_nothing_to_the_gateway(value: str) -> None:
    sentence = "The transaction_id of the notice holds more than letters, digits and - _ . :"
    assert told(body(transaction_id=value)) == (sentence, "transaction_id")


NOT_JSON = "The notice is not JSON."
TOO_DEEP = "The notice is nested too deep."
BROKEN = {
    "empty": (b"", NOT_JSON),
    "a word": (b"hello", NOT_JSON),
    "cut off": (body()[:-1], NOT_JSON),
    "two documents": (body() + body(), NOT_JSON),
    "single quotes": (b"{'type':'a'}", NOT_JSON),
    "a raw line feed in a text": (b'{"type":"a\nb"}', NOT_JSON),
    "an unclosed text of escapes": (b'{"' + b'\\"' * 50_000, NOT_JSON),
    "not UTF-8": (b'{"type":"\xff"}', "The notice is not UTF-8 text."),
    "UTF-16": (body().decode().encode("utf-16"), "The notice is not UTF-8 text."),
    "NUL bytes": (b"\x00" * 20, NOT_JSON),
    "a list": (b"[]", "The notice is not a JSON object."),
    "a number": (b"5", "The notice is not a JSON object."),
    "null": (b"null", "The notice is not a JSON object."),
    "a text": (b'"a"', "The notice is not a JSON object."),
    "NaN": (body(data=float("nan")), "The notice holds NaN, which is not JSON."),
    "Infinity": (body(data=float("inf")), "The notice holds Infinity, which is not JSON."),
    "-Infinity": (body(data=float("-inf")), "The notice holds -Infinity, which is not JSON."),
    "33 levels": (b"[" * 33 + b"]" * 33, TOO_DEEP),
    "100,000 arrays": (b"[" * 100_000, TOO_DEEP),
    "100,000 objects": (b'{"a":' * 100_000, TOO_DEEP),
    "a repeated name": (b'{"type":"a","type":"b"}', "The notice names a field twice."),
    "a repeated name inside": (b'{"a":{"b":1,"b":1}}', "The notice names a field twice."),
    "a repeated escaped name": (b'{"a":1,"\\u0061":2}', "The notice names a field twice."),
    "4,000 digits": (
        b'{"a":' + b"9" * 4_000 + b"}",
        "The notice holds a number of more than 40 digits.",
    ),
    "200,000 digits": (
        b'{"a":' + b"9" * 200_000 + b"}",
        "The notice holds a number of more than 40 digits.",
    ),
    "a long fraction": (
        b'{"a":0.' + b"9" * 100 + b"}",
        "The notice holds a number of more than 40 digits.",
    ),
}


@pytest.mark.parametrize(("raw", "sentence"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_notice_is_told_in_one_sentence(raw: bytes, sentence: str) -> None:
    assert told(raw) == (sentence, "")


def test_brackets_inside_texts_are_no_nesting() -> None:
    assert read(body(data="[" * 500 + '\\"{' * 100)) == HINT
    assert read(body(data={"a": [[["]"]]]})) == HINT


def test_a_huge_exponent_is_never_computed() -> None:
    assert read(body().replace(b"740.0", b"1e400000000")) == HINT


@given(raw=st.binary())
def test_any_bytes_are_a_hint_or_a_sentence(raw: bytes) -> None:
    assert told(raw)[0]


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
    )
)
def test_any_json_is_a_hint_or_a_sentence(value: object) -> None:
    raw = json.dumps(value).encode()
    try:
        hint = read(raw)
    except Unreadable:
        hint = HINT
    assert all(0 < len(text) <= 64 for text in (hint.kind, hint.account, hint.transaction_id))
