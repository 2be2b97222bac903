"""A notice is accepted for one of our secrets within five minutes, and for nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from integrations.events.signatures import AnySecret, BadSignature, Verified, sign, verify
from tenants.crypto import Secret

# The reference vector of the Standard Webhooks repository (libraries/python/tests).
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EVENT = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
STAMP = "1614265330"
GOLDEN = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
NOW = datetime.fromtimestamp(int(STAMP), UTC)
GOOD = {"webhook-id": EVENT, "webhook-timestamp": STAMP, "webhook-signature": GOLDEN}
VERIFIED = Verified(EVENT, NOW)
SECOND = "whsec_" + base64.b64encode(b"the second secret of 24+").decode()


def check(
    headers: Mapping[str, Any] = GOOD,
    *,
    body: bytes = BODY,
    secrets: list[AnySecret] | None = None,
    now: datetime = NOW,
) -> Verified:
    chosen: list[AnySecret] = [KEY] if secrets is None else secrets
    return verify(headers=headers, body=body, secrets=chosen, now=now)


def reason(headers: Mapping[str, Any] = GOOD, **changes: Any) -> str:
    with pytest.raises(BadSignature) as caught:
        check(headers, **changes)
    assert caught.value.__cause__ is None
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


def signed(text: str) -> str:
    """A right signature over any text, by other means than the code under test."""
    key = base64.b64decode(KEY.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


# The 15 cases of the reference suite.


def test_golden_vector() -> None:
    assert sign(body=BODY, secret=KEY, event_id=EVENT, sent_at=NOW) == GOOD
    assert check() == VERIFIED


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_=="])
def test_an_empty_secret_never_verifies(secret: str) -> None:
    assert reason(secrets=[secret]) == "no_secret"
    empty = base64.b64encode(hmac.new(b"", f"{EVENT}.{STAMP}.".encode() + BODY, "sha256").digest())
    forged = {**GOOD, "webhook-signature": f"v1,{empty.decode()}"}
    assert reason(forged, secrets=[secret]) == "no_secret"
    assert reason(forged, secrets=[secret, KEY]) == "no_match"
    with pytest.raises(ValueError, match="empty or not base64"):
        sign(body=BODY, secret=secret, event_id=EVENT, sent_at=NOW)


MISSING = {
    "webhook-id": "no_id",
    "webhook-timestamp": "no_timestamp",
    "webhook-signature": "no_signature",
}


@pytest.mark.parametrize("name", MISSING)
def test_each_header_is_needed(name: str) -> None:
    assert reason({key: value for key, value in GOOD.items() if key != name}) == MISSING[name]
    assert reason({**GOOD, name: ""}) == MISSING[name]
    assert reason({**GOOD, name: None}) == MISSING[name]
    assert reason({**GOOD, name: 5}) == MISSING[name]


def test_a_word_is_no_timestamp() -> None:
    assert reason({**GOOD, "webhook-timestamp": "hello"}) == "bad_timestamp"


def test_a_wrong_signature() -> None:
    wrong = GOLDEN.replace("1OE=", "1OA=")
    assert reason({**GOOD, "webhook-signature": wrong}) == "no_match"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(300, ""), (300.5, "too_old"), (301, "too_old"), (-300, ""), (-301, "too_new")],
)
def test_five_minutes_both_ways(seconds: float, told: str) -> None:
    now = NOW + timedelta(seconds=seconds)
    if told:
        assert reason(now=now) == told
    else:
        assert check(now=now) == VERIFIED


def test_several_signatures_of_several_versions() -> None:
    several = f"{OTHER} {OTHER.replace('v1', 'v2')} {GOLDEN} {OTHER}"
    assert check({**GOOD, "webhook-signature": several}) == VERIFIED


def test_a_secret_with_and_without_its_prefix() -> None:
    assert check(secrets=[KEY.removeprefix("whsec_")]) == VERIFIED


@pytest.mark.parametrize("length", [24, 25, 26])
def test_an_unpadded_secret(length: int) -> None:
    padded = base64.b64encode(bytes(range(1, length + 1))).decode()
    headers = sign(body=BODY, secret=padded, event_id=EVENT, sent_at=NOW)
    assert check(headers, secrets=[padded.rstrip("=")]) == VERIFIED


# Our own.

TIMESTAMPS = [
    f"{STAMP}.0", f"{STAMP}.9", f" {STAMP}", f"{STAMP} ", "161_4265330", f"+{STAMP}", f"-{STAMP}",
    f"0{STAMP}", "1.614265330e9", "1614265330L", "0x6037BD72", "nan", "inf", "-inf", "1" * 13,
    "9" * 4300, "١٦١٤٢٦٥٣٣٠", f"{STAMP}\n", f"{STAMP}\x00", f"{STAMP},{STAMP}",
    "2021-02-25T15:02:10Z", "0", "²",
]  # fmt: skip


@pytest.mark.parametrize("stamp", TIMESTAMPS, ids=ascii)
def test_only_plain_whole_seconds_are_a_timestamp(stamp: str) -> None:
    """Signed rightly over the odd text, so that only the strictness refuses it."""
    headers = {
        "webhook-id": EVENT,
        "webhook-timestamp": stamp,
        "webhook-signature": signed(f"{EVENT}.{stamp}.{BODY.decode()}"),
    }
    assert reason(headers) == "bad_timestamp"


@pytest.mark.parametrize("stamp", ["1", "999999999999", "1614265031", "161426533"])
def test_a_right_signature_of_another_time(stamp: str) -> None:
    headers = {
        "webhook-id": EVENT,
        "webhook-timestamp": stamp,
        "webhook-signature": signed(f"{EVENT}.{stamp}.{BODY.decode()}"),
    }
    now = NOW + timedelta(seconds=2)
    assert reason(headers, now=now) == ("too_new" if len(stamp) == 12 else "too_old")


IDS = ["a b", "a\nb", "a\x00", "ä", "a.b", ".", "x" * 201, "\u202e", "\ud800", " "]


@pytest.mark.parametrize("event_id", IDS, ids=ascii)
def test_an_odd_event_id_is_refused(event_id: str) -> None:
    assert reason({**GOOD, "webhook-id": event_id}) == "bad_id"
    with pytest.raises(ValueError, match="event id"):
        sign(body=BODY, secret=KEY, event_id=event_id, sent_at=NOW)


def test_a_dot_cannot_move_bytes_between_id_time_and_body() -> None:
    text = f"{EVENT}.1.{STAMP}.rest"
    headers = {**GOOD, "webhook-id": f"{EVENT}.1", "webhook-signature": signed(text)}
    assert reason(headers, body=b"rest") == "bad_id"


BARE = GOLDEN.removeprefix("v1,")
SIGNATURES = [
    "v1", "v1,", ",", ",,", "v1,,", f"v1,{BARE},", f"v1,{BARE},{BARE}", BARE, f"v1{BARE}",
    f"v1:{BARE}", f"v2,{BARE}", f"v1a,{BARE}", f"V1,{BARE}", f" v1 ,{BARE}", f"v1, {BARE}",
    f"v1,{BARE[:-1]}", f"v1,{BARE}=", f"v1,{BARE.replace('+', '-').replace('/', '_')}",
    f"v1,{BARE[:20]}", "v1,!!!!", "v1,é", "é,é", f"v1,{BARE}é", "v1,\ud800", f"v1,{BARE}\n",
    f"\nv1,{BARE}", f"v1,{BARE}\x00", f"v1,\t{BARE}", f"\u00a0v1,{BARE}", " ", "  ",
    f"v1,{BARE.lower()}", f"v1,{base64.b64decode(BARE).hex()}", "v1,AAAA", "v1,====",
]  # fmt: skip


@pytest.mark.parametrize("signature", SIGNATURES, ids=ascii)
def test_odd_signatures_are_a_plain_refusal(signature: str) -> None:
    assert reason({**GOOD, "webhook-signature": signature}) == "no_match"


@pytest.mark.parametrize("signature", SIGNATURES, ids=ascii)
def test_an_odd_signature_does_not_spoil_a_good_one(signature: str) -> None:
    assert check({**GOOD, "webhook-signature": f"{signature} {GOLDEN}"}) == VERIFIED


def test_the_list_of_signatures_is_short() -> None:
    assert check({**GOOD, "webhook-signature": " ".join([OTHER] * 15 + [GOLDEN])}) == VERIFIED
    too_many = [" ".join([OTHER] * 16 + [GOLDEN]), GOLDEN + " " * 16, GOLDEN + " v1," + "A" * 2000]
    for signatures in too_many:
        assert reason({**GOOD, "webhook-signature": signatures}) == "too_many_signatures"


@pytest.mark.parametrize(
    "names",
    [
        ("Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"),
        ("WEBHOOK-ID", "WEBHOOK-TIMESTAMP", "WEBHOOK-SIGNATURE"),
    ],
)
def test_header_names_in_any_case(names: tuple[str, str, str]) -> None:
    assert check(dict(zip(names, (EVENT, STAMP, GOLDEN), strict=True))) == VERIFIED


@pytest.mark.parametrize("name", ["Webhook-Id", "WEBHOOK-TIMESTAMP", "Webhook-signature"])
def test_a_header_given_twice(name: str) -> None:
    assert reason({**GOOD, name: "other"}) == "repeated_header"


@pytest.mark.parametrize("name", ["svix-id", "webhook_id", "x-webhook-id", "webhook-id "])
def test_other_names_are_other_headers(name: str) -> None:
    headers = {key: value for key, value in GOOD.items() if key != "webhook-id"}
    assert reason({**headers, name: EVENT}) == "no_id"


BODIES = {
    "empty": b"",
    "not JSON": b"hello",
    "not UTF-8": b"\xff\xfe\x00\x80",
    "every byte": bytes(range(256)),
    "lone surrogate": b"\xed\xa0\x80",
    "form": b"parmList=ORDERID%7E1%7C",
    "256 kB": b"x" * 262_144,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_body_is_any_bytes(body: bytes) -> None:
    headers = sign(body=body, secret=KEY, event_id=EVENT, sent_at=NOW)
    assert check(headers, body=body) == VERIFIED
    assert reason(headers, body=body + b" ") == "no_match"


@pytest.mark.parametrize(
    "body", [b'{"test":2432232314}', BODY + b"\n", b"\xef\xbb\xbf" + BODY, b"", BODY[:-1]]
)
def test_equal_json_is_not_equal_bytes(body: bytes) -> None:
    assert reason(body=body) == "no_match"


def test_the_signature_covers_id_and_time() -> None:
    assert reason({**GOOD, "webhook-id": EVENT + "x"}) == "no_match"
    assert reason({**GOOD, "webhook-timestamp": "1614265331"}) == "no_match"


def test_rotation_takes_the_old_and_the_new_secret() -> None:
    new = sign(body=BODY, secret=SECOND, event_id=EVENT, sent_at=NOW)
    for secrets in ([SECOND, KEY], [KEY, SECOND]):
        assert check(GOOD, secrets=list(secrets)) == VERIFIED
        assert check(new, secrets=list(secrets)) == VERIFIED
    both = f"{new['webhook-signature']} {GOLDEN}"
    assert check({**GOOD, "webhook-signature": both}, secrets=[SECOND]) == VERIFIED
    assert reason(new, secrets=[KEY]) == "no_match"


def test_secrets_that_hide_themselves() -> None:
    assert check(secrets=[Secret(SECOND), Secret(KEY)]) == VERIFIED
    assert reason(secrets=[Secret(SECOND)]) == "no_match"
    assert sign(body=BODY, secret=Secret(KEY), event_id=EVENT, sent_at=NOW) == GOOD


@pytest.mark.parametrize(
    "secret", ["not base64!", "whsec_ä", "whsec_A", "A", "whsec_a b", "\ud800"]
)
def test_an_unusable_secret_is_passed_over(secret: str) -> None:
    assert reason(secrets=[secret]) == "no_secret"
    assert check(secrets=[secret, KEY]) == VERIFIED
    assert reason(secrets=[]) == "no_secret"


def test_any_zone_of_now_is_the_same_moment() -> None:
    zone = datetime.fromisoformat("2021-02-25T10:02:10-05:00")
    assert check(now=zone) == VERIFIED


def test_the_reference_library_signs_what_we_accept_and_the_reverse() -> None:
    now = datetime.now(UTC)
    theirs = Webhook(KEY).sign(msg_id=EVENT, timestamp=now, data="hä")
    headers = {
        "webhook-id": EVENT,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": theirs,
    }
    body = "hä".encode()
    assert check(headers, body=body, now=now).event_id == EVENT
    ours = sign(body=body, secret=KEY, event_id=EVENT, sent_at=now)
    Webhook(KEY).verify(body, ours, json_parse=False)


ODD = st.text(st.characters()) | st.sampled_from([EVENT, STAMP, GOLDEN, OTHER, "", " ", ","])


@given(event_id=ODD, stamp=ODD, signature=ODD, body=st.binary(), secrets=st.lists(ODD, max_size=3))
def test_nothing_but_a_refusal_whatever_is_sent(
    event_id: str, stamp: str, signature: str, body: bytes, secrets: list[AnySecret]
) -> None:
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": signature,
    }
    with pytest.raises(BadSignature):
        check(headers, body=body + b"x", secrets=secrets)
