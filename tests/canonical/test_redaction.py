"""What goes in and what may be stored, literally."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from integrations.canonical.redaction import (
    Redacted,
    contains_card_number,
    redact_bytes,
    redact_text,
)
from tests.canonical.card_samples import PUBLISHED, grouped

JSON_CASES = {
    "a string": ('{"a":"4111111111111111"}', '{"a":"[PAN …1111]"}'),
    "inside a sentence": ('{"a":"paid 4111 1111 1111 1111 ok"}', '{"a":"paid [PAN …1111] ok"}'),
    "a bare number becomes a string": ('{"a": 4111111111111111 }', '{"a": "[PAN …1111]" }'),
    "numbers in a list": (
        "[1,4111111111111111,-378282246310005, 4111111111111111.0]",
        '[1,"[PAN …1111]","[PAN …0005]", "[PAN …1111]"]',
    ),
    "a number alone": ("4111111111111111", '"[PAN …1111]"'),
    "escaped digits": (
        r'{"a":"\u0034111\u00201111\u002d1111\u00201111","b":"\u00e9"}',
        r'{"a":"[PAN …1111]","b":"\u00e9"}',
    ),
    "full-width digits": (
        '{"a":"\uff14\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11"}',
        '{"a":"[PAN …1111]"}',
    ),
    "a card number as a key": ('{"4111111111111111":1}', '{"[PAN …1111]":1}'),
    "never across two values": ("[41111111,11111111]", "[41111111,11111111]"),
    "never across two strings": ('["4111 1111","1111 1111"]', '["4111 1111","1111 1111"]'),
    "a year behind the number stays": (
        '{"a":"4111111111111111 2027"}',
        '{"a":"[PAN …1111] 2027"}',
    ),
    "card fields in an object": (
        '{"credit_card":{"number":"4111","expiration_month":"12"},"number":7}',
        '{"credit_card":{"number":"[removed]","expiration_month":"12"},"number":7}',
    ),
    "the mask the gateway shows stays": (
        '{"masked_card_number":"xxxxxxxxxxxx5454","csc_response":"Match"}',
        '{"masked_card_number":"xxxxxxxxxxxx5454","csc_response":"Match"}',
    ),
    "secrets of every JSON type": (
        '{"csc":"9","cvv2":9,"Password":{"a":["}",1]},"token":[{"b":2}],"pin":true}',
        '{"csc":"%","cvv2":"%","Password":"%","token":"%","pin":"%"}'.replace("%", "[removed]"),
    ),
    "no secret is there": ('{"csc":null,"pin":""}', '{"csc":null,"pin":""}'),
    "a secret name written in escapes": (r'{"\u0063sc":"999"}', r'{"\u0063sc":"[removed]"}'),
    "duplicate keys": ('{"csc":"1","csc":"2"}', '{"csc":"[removed]","csc":"[removed]"}'),
    "bank account": (
        '{"check":{"account_number":"1234567","routing_number":"325070760"}}',
        '{"check":{"account_number":"[removed]","routing_number":"[removed]"}}',
    ),
    "one-time tokens of the card frame": (
        '{"hpf_token":"ab","enc_key":"cd"}',
        '{"hpf_token":"[removed]","enc_key":"[removed]"}',
    ),
    "JSON in a JSON string": (
        r'{"a":"{\"cvv\":\"12\\\"3\",\"n\":4111111111111111,\"b\":[4111111111111111]}"}',
        r'{"a":"{\"cvv\":\"[removed]\",\"n\":\"[PAN …1111]\",\"b\":[\"[PAN …1111]\"]}"}',
    ),
    "a query string in a JSON string": (
        '{"u":"https://shop.test/?cvv=12&a=1&pan=4111"}',
        '{"u":"https://shop.test/?cvv=[removed]&a=1&pan=[removed]"}',
    ),
    "a list in a JSON string": (
        '{"m":"UN~a|PSWD~b c|AMOUNT~1.00|"}',
        '{"m":"UN~a|PSWD~[removed]|AMOUNT~1.00|"}',
    ),
    "a document cut off": ('{"a":1,"csc":"99', '{"a":1,"csc":"[removed]'),
    "an object cut off": ('{"a":1,"csc":{"b":"99', '{"a":1,"csc":"[removed]"'),
    "keys without quotes": (
        '{cvv: "123", pan: 4111111111111111}',
        '{cvv: "[removed]", pan: [removed]}',
    ),
    "no field is spared in what strangers send": (
        '{"transaction_id":4111111111111111,"original_transaction_id":"378282246310005"}',
        '{"transaction_id":"[PAN …1111]","original_transaction_id":"[PAN …0005]"}',
    ),
    "PayTrace's ids are shorter than any card number": (
        '{"transaction_id":392483066,"original_transaction_id":"79388123"}',
        '{"transaction_id":392483066,"original_transaction_id":"79388123"}',
    ),
    "many digits that are no card": (
        '{"a":4111111111111112,"b":"1234567890123456","c":"41111111111111111111111111111"}',
        '{"a":4111111111111112,"b":"1234567890123456","c":"41111111111111111111111111111"}',
    ),
    "digits inside a UUID or a digest": (
        '{"a":"55088400-e29b-41d4-a371-449635392376","b":"0a371449635392376' + "b" * 15 + '"}',
        '{"a":"55088400-e29b-41d4-a371-449635392376","b":"0a371449635392376' + "b" * 15 + '"}',
    ),
}


@pytest.mark.parametrize(("before", "after"), JSON_CASES.values(), ids=JSON_CASES)
def test_json(before: str, after: str) -> None:
    assert redact_bytes(before.encode(), content_type="application/json").body.decode() == after


@pytest.mark.parametrize("name", [name for name in JSON_CASES if "cut off" not in name])
def test_json_stays_json_with_or_without_a_declared_type(name: str) -> None:
    before, after = JSON_CASES[name]
    if not before.startswith("{cvv"):
        json.loads(redact_bytes(before.encode(), content_type="application/json").body)
    if before[0] in "{[":
        assert redact_bytes(before.encode()).body.decode() == after


FORM_CASES = {
    "plain": ("a=1&cc_number=4111&b=2", "a=1&cc_number=%5Bremoved%5D&b=2"),
    "a card in any field": ("memo=4111111111111111", "memo=%5BPAN+%E2%80%A61111%5D"),
    "plus, percent and dashes between digits": (
        "a=4111+1111+1111+1111&b=4111%201111%2D1111-1111",
        "a=%5BPAN+%E2%80%A61111%5D&b=%5BPAN+%E2%80%A61111%5D",
    ),
    "escaped digits and names": (
        "a=%34%31111111%31111%3111111&%63vv=123",
        "a=%34%31111111%31111%3111111&%63vv=%5Bremoved%5D",
    ),
    "escaped digits": ("a=%34%31%31%31111111111111", "a=%5BPAN+%E2%80%A61111%5D"),
    "bracket names": (
        "card[cvv]=1&card%5Bnumber%5D=2",
        "card[cvv]=%5Bremoved%5D&card%5Bnumber%5D=%5Bremoved%5D",
    ),
    "never across two fields": ("a=41111111&b=11111111", "a=41111111&b=11111111"),
    "a silent post": (
        "parmList=ORDERID%7E5%7CTRANSACTIONID%7E105968532%7CCSCRESPONSE%7EMatch%7CCSC%7E999%7C",
        "parmList=ORDERID%7E5%7CTRANSACTIONID%7E105968532%7CCSCRESPONSE%7EMatch%7CCSC%7E%5Bremoved%5D%7C",
    ),
    "JSON in a field": (
        "data=%7B%22n%22%3A4111111111111111%2C%22cvv%22%3A%2212%22%7D",
        "data=%7B%22n%22%3A%22%5BPAN+%E2%80%A61111%5D%22%2C%22cvv%22%3A%22%5Bremoved%5D%22%7D",
    ),
    "ids": ("transaction_id=4111111111111111&a=1", "transaction_id=%5BPAN+%E2%80%A61111%5D&a=1"),
    "no value": ("cvv=&pin&a=1", "cvv=&pin&a=1"),
    "a password with everything": ("password=a b;c,d|e~f&x=1", "password=%5Bremoved%5D&x=1"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), FORM_CASES.values(), ids=FORM_CASES)
def test_form(before: str, after: str) -> None:
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    redacted = redact_bytes(before.encode(), content_type=kind).body.decode()
    assert redacted == after
    assert list(parse_qs(redacted)) == list(parse_qs(before))


TEXT_CASES = {
    "a NAME~VALUE list": (
        "UN~bob|PSWD~a b=c|CC~4111111111111111|EXPMNTH~12|CSC~999|TR~325070760|DDA~12|",
        "UN~bob|PSWD~[removed]|CC~[removed]|EXPMNTH~12|CSC~[removed]|TR~[removed]|DDA~[removed]|",
    ),
    "a list with a card in another field": (
        "INVOICE~4111111111111111|TRANSACTIONID~4111111111111111|",
        "INVOICE~[PAN …1111]|TRANSACTIONID~[PAN …1111]|",
    ),
    "XML": (
        "<a><cvv>12</cvv><x:CardNo n='1'><b>4</b></x:CardNo><pin/>4111111111111111</a>",
        "<a><cvv>[removed]</cvv><x:CardNo n='1'>[removed]</x:CardNo><pin/>[PAN …1111]</a>",
    ),
    "XML attributes": (
        "<card cvv=\"12\" Pin='3' id=\"4\"/>",
        "<card cvv=\"[removed]\" Pin='[removed]' id=\"4\"/>",
    ),
    "XML left open": ("<password>abc\nnext", "<password>[removed]\nnext"),
    "XML in entities": ("&lt;cvv&gt;12&lt;/cvv&gt;", "&lt;cvv&gt;[removed]&lt;/cvv&gt;"),
    "a request head": (
        "GET /p?token=ab&x=1 HTTP/1.1\r\nAuthorization: Basic YWJj\r\nCookie: a=b; c=d\r\nHost: h",
        "GET /p?token=% HTTP/1.1\r\nAuthorization: %\r\nCookie: %\r\nHost: h".replace(
            "=%", "=%&x=1"
        ).replace("%", "[removed]"),
    ),
    "a bearer alone": ("sent Bearer abc123def456 to them", "sent Bearer [removed] to them"),
    "a bearer of news": ("the bearer certificate", "the bearer certificate"),
    "our own notice secret": ("got whsec_MfKQ9r8GKYqrTwjUPD8I.", "got [removed]."),
    "a database address": ("postgres://app:s3cr3t@db/x", "postgres://app:[removed]@db/x"),
    "a Python dictionary": ("{'cvv': '12', 'a': 1}", "{'cvv': '[removed]', 'a': 1}"),
    "a PHP dump": ("[cvv] => 123 [a] => 1", "[cvv] => [removed] [a] => 1"),
    "a command line": ("run --password=a,b --x=1", "run --password=[removed] --x=1"),
    "stripe data": (
        "x %B4111111111111111^DOE/J^25121010000012345? ;4111111111111111=25121010000012345? y",
        "x [PAN …1111] ;[PAN …1111] y",
    ),
    "escapes in text": ("a%204111111111111111%20b", "a%20%5BPAN%20%E2%80%A61111%5D%20b"),
    "no-break spaces": ("4111\u00a01111\u00a01111\u00a01111", "[PAN …1111]"),
    "prose about secrets stays readable": (
        "PayTrace refused the login: wrong user name or password",
        "PayTrace refused the login: wrong user name or password",
    ),
    "phone, date, amount, time": (
        "+1 555-123-4567 2026-11-21 10:30:00 1,234.56",
        "+1 555-123-4567 2026-11-21 10:30:00 1,234.56",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), TEXT_CASES.values(), ids=TEXT_CASES)
def test_text(before: str, after: str) -> None:
    assert redact_text(before) == after
    assert redact_bytes(before.encode(), content_type="text/plain").body.decode() == after


@pytest.mark.parametrize("card", PUBLISHED)
@pytest.mark.parametrize("separator", ["", " ", "-", "  ", "\t", " - ", "/", "\u2212"])
def test_every_brand_goes_and_only_the_last_four_stay(card: str, separator: str) -> None:
    text = f"card {grouped(card, separator)}, thanks"
    assert redact_text(text) == f"card [PAN …{card[-4:]}], thanks"
    assert contains_card_number(text.encode())
    assert not contains_card_number(redact_text(text).encode())


ALL_CASES = {**JSON_CASES, **FORM_CASES, **TEXT_CASES}


@pytest.mark.parametrize(("before", "after"), ALL_CASES.values(), ids=ALL_CASES)
def test_redacting_twice_changes_nothing_more(before: str, after: str) -> None:
    for kind in ("", "application/json", "application/x-www-form-urlencoded", "text/plain"):
        once = redact_bytes(before.encode(), content_type=kind).body
        assert redact_bytes(once, content_type=kind) == Redacted(once, 0, was_understood=True)
    assert redact_text(redact_text(before)) == redact_text(before)


def test_count_is_the_number_of_places() -> None:
    body = b'{"a":4111111111111111,"csc":"9","b":"4111111111111111 378282246310005"}'
    assert redact_bytes(body) == Redacted(
        '{"a":"[PAN …1111]","csc":"[removed]","b":"[PAN …1111] [PAN …0005]"}'.encode(),
        4,
        was_understood=True,
    )


CARD = "4111111111111111"
OPAQUE = {
    "UTF-16 with a mark": (CARD.encode("utf-16"), ""),
    "UTF-16 without one": (CARD.encode("utf-16-le"), ""),
    "UTF-16 declared": (CARD.encode(), "text/plain; charset=UTF-16"),
    "UTF-7 declared": (CARD.encode(), 'application/json; charset="utf-7"'),
    "UTF-7 marked": (b"+/v8-abc", ""),
    "EBCDIC": (f"card number {CARD}".encode("cp037"), ""),
    "gzip": (b"\x1f\x8b\x08\x00abc", "application/json"),
    "zlib": (b"x\x9cabc", ""),
    "gzip declared": (CARD.encode(), "application/gzip"),
    "multipart": (b"--x\r\nContent-Disposition: form-data\r\n", ""),
    "multipart declared": (CARD.encode(), "multipart/form-data; boundary=x"),
    "a NUL byte": (b'{"a":"\x00"}', "application/json"),
    "binary": (bytes(range(256)), ""),
    "nested too deep": (b"%" + b"25" * 12 + b"34111111111111111", ""),
    "cut up too far": (b"a=1&" * 60_000, ""),
}


@pytest.mark.parametrize(("body", "kind"), OPAQUE.values(), ids=OPAQUE)
def test_what_cannot_be_read_is_not_kept(body: bytes, kind: str) -> None:
    assert redact_bytes(body, content_type=kind) == Redacted(b"", 0, was_understood=False)


def test_a_western_single_byte_text_is_read() -> None:
    body = "name=Müller&csc=9".encode("latin-1")
    assert redact_bytes(body).body == "name=Müller&csc=%5Bremoved%5D".encode("latin-1")


def test_a_byte_order_mark_and_an_empty_body_are_text() -> None:
    assert redact_bytes(b"") == Redacted(b"", 0, was_understood=True)
    assert redact_bytes(b'\xef\xbb\xbf{"csc":1}').body == b'\xef\xbb\xbf{"csc":"[removed]"}'


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1234  4111  1111  1111  1111  9", "1234  [PAN …1111]  9"),
        ("10432\t4111\t1111\t1111\t1111\t740.00", "10432\t[PAN …1111]\t740.00"),
        ("3782 - 822463 - 10005", "[PAN …0005]"),
        # Columns of numbers, times and parts: no brand, no check digit, or not in such groups.
        ("4000  1200  5100  1300", "4000  1200  5100  1300"),
        ("411  1111  1111  1111  111", "411  1111  1111  1111  111"),
        ("2026-11-20  2026-11-21  1740", "2026-11-20  2026-11-21  1740"),
    ],
)
def test_wide_gaps_hide_no_card_number_and_columns_stay(text: str, left: str) -> None:
    assert redact_text(text) == left
    assert redact_text(left) == left
    assert contains_card_number(text.encode()) == (text != left)
