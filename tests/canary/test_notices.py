"""A card number in any part of a notice, whatever its form, is kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest

from tests.canary.cards import CODE_NAMES, Cards
from tests.canary.headers import read_headers
from tests.canary.kept import leaks, leaks_in_database
from tests.canary.logbook import Logbook
from tests.canary.portal_door import leaves, replaced
from tests.events.relay import FORM, JSON, Relay, notice, relay_of, rows, send
from tests.paytrace.payloads import payload


@pytest.fixture
def relay(db: None) -> Relay:
    return relay_of("Canary Supply", email="canary@acme.example")


def _documents(cards: Cards) -> Iterator[dict[str, Any]]:
    """The relay's notice with a card number at each place, its ids no exception."""
    whole = json.loads(notice(order="10432", buyer={"name": "Mark", "notes": ["a", 7]}))
    for place in leaves(whole):
        name = ".".join(map(str, place))
        yield replaced(whole, place, cards.text(name))
        yield replaced(whole, place, cards.card(f"{name} alone"))
        yield replaced(whole, place, int(cards.card(f"{name} as a number")))
    yield {**whole, cards.text("a name"): 1}
    yield {**whole, "data": {name: cards.code() for name in CODE_NAMES}}
    yield {**whole, "data": {"card": {"number": cards.card("card.number"), "cvv": cards.code()}}}


def _bodies(cards: Cards) -> Iterator[tuple[str, bytes]]:
    for one in _documents(cards):
        told = json.dumps(one)
        yield JSON, told.encode()
        yield JSON, json.dumps(json.dumps(one)).encode()
        yield JSON, "".join(f"\\u{ord(c):04x}" if c.isdigit() else c for c in told).encode()
        yield "text/plain", told.encode()
    yield from _forms(cards)


def _forms(cards: Cards) -> Iterator[tuple[str, bytes]]:
    """PayTrace's own form, NAME~VALUE inside it, and fields of any other."""
    for name in ("silent_post_approved", "silent_post_customer"):
        sent = dict(parse_qsl(payload(name)))
        pairs = [pair.split("~") for pair in sent["parmList"].split("|") if pair]
        for number, (field, *_) in enumerate(pairs):
            for text in (cards.text(field), cards.card(f"{field} alone")):
                changed = [*pairs[:number], [field, text], *pairs[number + 1 :]]
                told = "|".join("~".join(pair) for pair in changed) + "|"
                yield FORM, urlencode({"parmList": told}).encode()
                yield FORM, f"parmList={told}".encode()
                yield FORM, urlencode({"parmList": told, "memo": cards.text("memo")}).encode()
        codes = "".join(f"{name}~{cards.code()}|" for name in CODE_NAMES)
        yield FORM, urlencode({"parmList": sent["parmList"] + codes}).encode()
    yield FORM, urlencode({name: cards.code() for name in CODE_NAMES}).encode()
    for name in ("memo", "card[number]", "a=b&c", cards.text("a form's name")):
        yield FORM, urlencode({name: cards.text(name)}).encode()
        percent = "".join(f"%{ord(digit):02X}" for digit in cards.card(name))
        yield FORM, f"{quote(name)}={percent}".encode()
    url = f"https://shop.example/?{urlencode({'q': cards.text('query')})}"
    yield FORM, urlencode({"u": url}).encode()


def test_no_notice_brings_one_in(relay: Relay, cards: Cards, superuser_url: str) -> None:
    with Logbook() as logbook:
        wrong, sent = [], 0
        for sent, (kind, body) in enumerate(_bodies(cards), start=1):
            if kind == FORM:
                answer = relay.post_silently(body)
            else:
                answer = relay.deliver(body, event_id=f"evt_{sent}", content_type=kind)
            assert answer.status in {202, 401}, (kind, answer.body)
            wrong += leaks("an answer", answer.body, cards)
        for name in read_headers():
            for path in (relay.path, "/hooks/nobody"):
                query = {"QUERY_STRING": urlencode({"q": cards.text("query")})}
                told = {**relay.signed(b"{}"), name: cards.text(name)}
                answer = send(path, b"{}", headers=told, environ=query)
                wrong += leaks("an answer", answer.body, cards)
        odd = f"{FORM}; note={cards.card('content type')}"
        assert relay.post_silently(b"parmList=a", content_type=odd).status == 202
        wrong += leaks("the log", logbook.read(), cards)
        assert wrong + leaks_in_database(superuser_url, cards) == []
        assert cards.planted > 120
        assert len(rows(superuser_url, "events_inboundnotice")) > 100
        assert "[PAN" in rows(superuser_url, "events_inboundnotice")[-1]["content_type"]


def test_the_headers_that_the_code_reads_are_found() -> None:
    assert {
        "Authorization", "Content-Length", "Content-Type", "HX-Request", "Idempotency-Key",
        "webhook-id", "webhook-signature", "webhook-timestamp",
    } <= set(read_headers())  # fmt: skip
