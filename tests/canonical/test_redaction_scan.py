"""The scanner finds what is planted, in every form it claims, and nothing else."""

from __future__ import annotations

import base64
import gzip
import os
from collections.abc import Callable
from random import Random
from urllib.parse import quote
from uuid import UUID

import pytest

from integrations.canonical.card_scan import Finding, contains_card_number, find_card_numbers
from integrations.canonical.redaction import redact_bytes
from tests.canonical.card_samples import PUBLISHED, grouped, make_card

FULL_WIDTH = str.maketrans("0123456789", "".join(map(chr, range(0xFF10, 0xFF1A))))
FORMS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda card: card.encode(),
    "spaced": lambda card: grouped(card, " ").encode(),
    "dashed": lambda card: grouped(card, "-").encode(),
    "dotted": lambda card: grouped(card, ".").encode(),
    "wide gaps": lambda card: grouped(card, "  ").encode(),
    "cells": lambda card: grouped(card, "\t").encode(),
    "percent": lambda card: "".join(f"%{ord(digit):02X}" for digit in card).encode(),
    "percent spaces": lambda card: quote(grouped(card, " ")).encode(),
    "json escapes": lambda card: "".join(f"\\u{ord(digit):04x}" for digit in card).encode(),
    "entities": lambda card: "".join(f"&#{ord(digit)};" for digit in card).encode(),
    "xml": lambda card: f"<n>{card}</n>".encode(),
    "full width": lambda card: card.translate(FULL_WIDTH).encode(),
    "utf-16": lambda card: f" {card} ".encode("utf-16-le"),
    "hex": lambda card: card.encode().hex().encode(),
    "base64": lambda card: base64.b64encode(card.encode()),
    "base64url": lambda card: base64.urlsafe_b64encode(f"ÿ {card} ÿ".encode()),
    "gzip": lambda card: gzip.compress(card.encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_thousand_planted_numbers_are_all_found(form: str) -> None:
    random = Random(form)
    cards = [make_card(random) for _ in range(1000)]
    found = 0
    for card in cards:
        data = b"\xff noise: [" + FORMS[form](card) + b"] more noise\n"
        found += any(finding.last_four == card[-4:] for finding in find_card_numbers(data))
    assert found == 1000


@pytest.mark.parametrize(
    "form", ["plain", "spaced", "dashed", "dotted", "wide gaps", "percent", "json escapes"]
)
def test_a_thousand_planted_numbers_do_not_survive_redaction(form: str) -> None:
    random = Random(form)
    for _ in range(1000):
        planted = b'{"a":"x ' + FORMS[form](make_card(random)) + b' y","b":1}'
        assert contains_card_number(planted)
        assert find_card_numbers(redact_bytes(planted).body) == []


def test_a_finding_says_where_and_never_the_number() -> None:
    data = b"one 4111111111111111, two 3782-822463-10005 three %34012000098765439"
    assert find_card_numbers(data) == [
        Finding(4, "Visa", "1111", "plain"),
        Finding(26, "American Express", "0005", "plain"),
        Finding(50, "Visa", "5439", "escaped"),
    ]


@pytest.mark.parametrize("card", PUBLISHED)
def test_a_wrong_check_digit_is_no_card_number(card: str) -> None:
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert not contains_card_number(wrong.encode())


def test_digits_of_uuids_and_digests_are_not_reported() -> None:
    random = Random(7)
    ids = "\n".join(
        str(UUID(int=random.getrandbits(128), version=4)) for _ in range(20_000)
    ) + "\n".join(f"{random.getrandbits(256):064x}" for _ in range(5_000))
    assert not contains_card_number(ids.encode())


def test_other_numbers_with_dots_are_let_through() -> None:
    text = b"4111.11 1111.11 1111.11 192.168.111.111 4111.1111.1111.1111.1111 1.4111.1111.1111.1111"
    assert find_card_numbers(text + b" 2026.11.29 4111.111111.11 41111111.11111111") == []
    assert [each.offset for each in find_card_numbers(b"3782.822463.10005.")] == [0]


def test_any_bytes_can_be_scanned() -> None:
    assert isinstance(find_card_numbers(os.urandom(200_000)), list)
    assert find_card_numbers(b"\x1f\x8b\x08broken" + b"%" * 50) == []
