"""Whatever the bytes: never an exception, never a card number, nothing else touched."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from integrations.canonical.edits import Walk
from integrations.canonical.escapes import CannotTokenise
from integrations.canonical.redaction import (
    contains_card_number,
    redact_bytes,
    redact_mapping,
    redact_text,
)
from integrations.canonical.tokeniser import _read_part
from tests.canonical.card_samples import grouped, make_card
from tests.examples import examples

CONTENT_TYPES = st.sampled_from(
    ["", "application/json", "application/x-www-form-urlencoded", "text/xml", "charset=", ";;"]
)
PIECES = st.sampled_from(
    [b"4111111111111111", b"4111 1111-1111+1111", b"%34111111111111111", b"\\u0034", b"\\\\u0034",
     b"cvv", b"pin", b"token", b"transaction_id", b"password", b"authorization", b'"', b"'", b"{",
     b"}", b"[", b"]", b":", b"=", b"~", b"|", b"&", b",", b" ", b"\n", b"\\", b"%", b"%25", b"%22",
     b"+", b"<", b">", b"</pin>", b"<pin>", b"&lt;", b"&#52;", b"1", b"12", b"a", b"[removed]",
     b"\xef\xbc\x94", b"\xc2\xa0", b"bearer abc12345", b"whsec_abcdefgh1", b"://a:b@",
     b"credit_card",     b"number", b"^", b"?", b";", b"null", b"\xe2\x80\xa6"]
)  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=30).map(b"".join)
SEEDS = st.integers(min_value=0, max_value=2**32)


def check_body(body: bytes, content_type: str) -> None:
    first = redact_bytes(body, content_type=content_type)
    if not first.was_understood:
        assert first.body == b""
        return
    second = redact_bytes(first.body, content_type=content_type)
    assert (second.was_understood, second.body, second.count) == (True, first.body, 0)
    assert (first.count > 0) == (first.body != body)


@settings(max_examples=examples(200), deadline=None)
@given(body=st.binary(max_size=400), content_type=CONTENT_TYPES)
def test_any_bytes_are_redacted_once_and_for_all(body: bytes, content_type: str) -> None:
    check_body(body, content_type)


@settings(max_examples=examples(500), deadline=None)
@given(body=HOSTILE, content_type=CONTENT_TYPES)
@example(body=b"token=[4111111111111111", content_type="")
@example(body=b'{"a":"\\', content_type="application/json")
def test_hostile_bytes_are_redacted_once_and_for_all(body: bytes, content_type: str) -> None:
    check_body(body, content_type)


@settings(max_examples=examples(150), deadline=None)
@given(body=HOSTILE)
def test_no_card_number_is_left_in_any_field(body: bytes) -> None:
    redacted = redact_bytes(body)
    assert not contains_card_number(redacted.body)


@settings(max_examples=examples(150), deadline=None)
@given(text=st.text(alphabet=st.characters(), max_size=200))
def test_any_text_with_lone_surrogates_too(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


JSON_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
JSON_LEAVES = (
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | JSON_TEXT
)
PLANTED = st.sampled_from(["@string@", "paid @string@, ok", "@number@"])
JSON_VALUES = st.recursive(
    JSON_LEAVES | PLANTED,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_TEXT, inner, max_size=4),
    max_leaves=20,
)


def plant(template: str, random: Random) -> tuple[bytes, bytes]:
    """The JSON with card numbers in every marked place, and with the masks instead."""
    before, after = template, template
    for marker in ("@string@", '"@number@"'):
        while marker in before:
            card = make_card(random)
            written = card
            if marker == "@string@":
                written = random.choice(
                    [
                        card,
                        grouped(card, " "),
                        grouped(card, "-"),
                        f"\\u00{ord(card[0]):x}{card[1:]}",
                    ]
                )
            mask = f"[PAN …{card[-4:]}]"
            before = before.replace(marker, written, 1)
            after = after.replace(marker, mask if marker == "@string@" else f'"{mask}"', 1)
    return before.encode(), after.encode()


@settings(max_examples=examples(500), deadline=None)
@given(
    value=JSON_VALUES,
    seed=SEEDS,
    indent=st.sampled_from([None, 1]),
    ascii_only=st.sampled_from(["", "yes"]),
)
def test_planted_json(value: Any, seed: int, indent: int | None, ascii_only: str) -> None:
    """Every planted number is masked and every other byte of the document is the same."""
    template = json.dumps({"data": value}, indent=indent, ensure_ascii=bool(ascii_only))
    before, after = plant(template, Random(seed))
    assume(redact_bytes(after).body == after)
    assert redact_bytes(before, content_type="application/json").body == after
    json.loads(after)


@settings(max_examples=examples(150), deadline=None)
@given(
    fields=st.dictionaries(
        st.text("abcdefgh_", max_size=8).map("f_{}".format),
        st.text("xyz äß.", max_size=8),
        max_size=6,
    ),
    seed=SEEDS,
    separator=st.sampled_from(["", " ", "-"]),
)
def test_planted_form(fields: dict[str, str], seed: int, separator: str) -> None:
    card = make_card(Random(seed))
    before = urlencode({**fields, "q": grouped(card, separator)}).encode()
    mask = quote_plus(f"[PAN …{card[-4:]}]")
    after = (urlencode({**fields, "q": ""}) + mask).encode()
    assert redact_bytes(before).body == after


@settings(max_examples=examples(100), deadline=None)
@given(value=JSON_VALUES)
def test_a_mapping_is_copied_and_never_fails(value: Any) -> None:
    before = json.dumps(value)
    redact_mapping({"data": value, value if isinstance(value, str) else "k": value})
    assert json.dumps(value) == before


HOSTILE_SHAPES: dict[str, bytes] = {
    "digits": b"4",
    "spaced digits": b"4 1 ",
    "card numbers": b"4111111111111111 ",
    "almost cards": b"4111111111111112 ",
    "quotes": b'"',
    "backslashes": b"\\",
    "escaped quotes": b'\\"',
    "open objects": b'{"a":',
    "open arrays": b"[",
    "secret objects": b'{"pin":{',
    "card objects": b'"card":{',
    "secret brackets": b"pin=[",
    "secret quotes": b'pin="',
    "tags": b"<pin>",
    "tag starts": b"<a ",
    "close tags": b"</pin",
    "names": b"a:b ",
    "long name": b"a",
    "words": b"token ",
    "percent": b"%34",
    "percent of percent": b"%25",
    "unicode escapes": b"\\u0034",
    "entities": b"&#52;",
    "entity starts": b"&#5",
    "lists": b"A~1|",
    "pairs": b"a=b&",
    "carets": b"4111111111111111^a",
    "addresses": b"://a:",
    "bearers": b"bearer a",
    "hex": b"0123456789abcdef",
    "uuid starts": b"01234567-0123-",
}

# Of a quarter of a megabyte, these cost few enough tokens to be read; the others are refused.
READ_WHOLE = frozenset(
    {"digits", "almost cards", "quotes", "open arrays", "secret brackets", "tag starts",
     "close tags", "long name", "words", "entity starts", "bearers", "hex", "uuid starts"}
)  # fmt: skip


def fill(shape: bytes, size: int) -> bytes:
    return (shape * (size // len(shape) + 1))[:size]


def fastest(run: Callable[[], object], rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        started = time.process_time()
        run()
        times.append(time.process_time() - started)
    return min(times)


@pytest.mark.parametrize("name", HOSTILE_SHAPES)
def test_time_grows_with_the_bytes_and_not_with_their_square(name: str) -> None:
    """Growth, not seconds. Sixteen times the bytes: 16 when linear, 256 when quadratic."""
    small, large = (fill(HOSTILE_SHAPES[name], size) for size in (2_000, 32_000))
    redact_bytes(small)
    base = fastest(lambda: redact_bytes(small), rounds=8)
    assert fastest(lambda: redact_bytes(large)) < 64 * base + 0.005


@pytest.mark.parametrize("name", HOSTILE_SHAPES)
def test_work_is_counted_and_bounded(name: str) -> None:
    """Tokens spent grow with the bytes; a body that would cost too many is refused."""
    spent = []
    for size in (2_000, 8_000):
        walk = Walk(reader=_read_part, tokens_left=10**9)
        with suppress(CannotTokenise):
            _read_part(fill(HOSTILE_SHAPES[name], size), walk)
        spent.append(10**9 - walk.tokens_left)
    assert spent[1] <= 4 * spent[0] + 40
    whole = redact_bytes(fill(HOSTILE_SHAPES[name], 262_144))
    assert whole.was_understood == (name in READ_WHOLE)
