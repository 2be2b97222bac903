"""The short way for everyday JSON: it may only pass what reading token by token passes too."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.canonical.edits import Walk, merge
from integrations.canonical.everyday import is_everyday
from integrations.canonical.json_fields import read_json
from integrations.canonical.text_fields import read_text
from tests.bench.load import notice

CARD = "4012000098765439"
KEYS = st.sampled_from(
    [
        "amount",
        "transaction_id",
        "cvv",
        ":cvv",
        "card",
        "number",
        "note",
        ", ",
        ":",
        "pin",
        "csc_response",
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        [CARD, f"no {CARD}", "2026-11-21T05:41:31Z", "cvv: 123", ":", ", ", "", "a=b&cvv=123",
         f'{{"cvv": {CARD}}}', "[1]", "Bearer abcdefgh1234", "42"]
    ),
    st.integers(),
    st.just(int(CARD)),
    st.none(),
)  # fmt: skip
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(
    DOCUMENTS,
    st.sampled_from([None, 1]),
    st.sampled_from([(", ", ": "), (",", ":"), (" , ", " : ")]),
)
def test_nothing_passes_that_would_be_redacted(
    document: object, indent: int | None, separators: tuple[str, str]
) -> None:
    data = json.dumps(document, indent=indent, separators=separators).encode()
    if is_everyday(data):
        assert merge(data, read_json(data, Walk(reader=read_text))) == []


def test_a_notice_as_a_relay_sends_it_is_everyday() -> None:
    assert is_everyday(notice("392483066"))


@pytest.mark.parametrize(
    "data",
    [
        b'{"cvv": "123"}',
        b'{"a": ":", ":cvv": "123"}',
        b'{"note": "4012000098765439"}',
        b'{"note": 4012000098765439}',
        b'{"card": {"number": "1"}}',
        b'{"note": "\\u0034012000098765439"}',
        b'{"note": "cvv=123"}',
        b'{"cvv": "123"',
        b'{cvv: "123"}',
        b"[" * 5000,
        b'{"note": "' + b"x" * 16_384 + b'"}',
    ],
)
def test_the_least_unusual_is_read_in_full(data: bytes) -> None:
    assert not is_everyday(data)
