"""Intake: what is signed is kept once, redacted; everything else is refused, counted, forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connections

from integrations.connections.notices import forget_cached, new_notice_address
from integrations.events import hints, inbox
from integrations.events.signatures import sign
from tenants.scope import tenant_transaction
from tests.events import hostile
from tests.events.relay import FORM, JSON, Answer, Relay, notice, refusals, relay_of, rows, send

NOTICES = "events_inboundnotice"
CARD = "4012888888881881"


@pytest.fixture
def relay(db: None) -> Iterator[Relay]:
    yield relay_of("Acme Supply", email="alice@acme.example")
    forget_cached()


def told(answer: Answer) -> tuple[int, Any]:
    return answer.status, json.loads(answer.body)


def kept(url: str) -> list[dict[str, Any]]:
    """What stands in the inbox, without ids and times."""
    told_apart = ("id", "tenant_id", "connection_id", "received_at", "read_at", "body_hmac")
    return [
        {name: value for name, value in row.items() if name not in told_apart}
        for row in rows(url, NOTICES)
    ]


def test_a_signed_notice_is_kept_as_it_came(relay: Relay, superuser_url: str) -> None:
    body = notice(note="café")
    assert told(relay.deliver(body)) == (202, {"status": "stored"})
    assert kept(superuser_url) == [
        {
            "source": "signed",
            "content_type": "application/json",
            "body": body,
            "body_length": len(body),
            "redactions": 0,
            "state": "received",
            "transaction_id": "",
            "sentence": "",
        }
    ]
    (row,) = rows(superuser_url, NOTICES)
    assert (row["tenant_id"], row["connection_id"]) == (relay.tenant_id, relay.connection_id)
    (due,) = rows(superuser_url, "tenants_duenotice")
    assert due["notice_id"] == row["id"]
    assert refusals(superuser_url) == {}


def test_the_same_notice_again_is_kept_once(relay: Relay, superuser_url: str) -> None:
    assert told(relay.deliver(notice())) == (202, {"status": "stored"})
    assert told(relay.deliver(notice())) == (202, {"status": "already stored"})
    # The sender's event id decides, whatever else of it changed.
    assert told(relay.deliver(notice(tries=2))) == (202, {"status": "already stored"})
    assert told(relay.deliver(notice(), event_id="evt_2")) == (202, {"status": "stored"})
    assert len(kept(superuser_url)) == len(rows(superuser_url, "tenants_duenotice")) == 2


def test_two_companies_may_use_the_same_event_id(relay: Relay, superuser_url: str) -> None:
    other = relay_of("Brightwater Supply", email="bob@brightwater.example")
    for each in (relay, other):
        assert told(each.deliver(notice())) == (202, {"status": "stored"})
    tenants = {row["tenant_id"] for row in rows(superuser_url, NOTICES)}
    assert tenants == {relay.tenant_id, other.tenant_id}


def test_a_bad_signature_is_counted_and_nothing_is_kept(relay: Relay, superuser_url: str) -> None:
    headers = relay.signed(b"other bytes")
    for _ in range(2):
        assert told(send(relay.path, notice(), headers=headers)) == (
            401,
            {"message": "Not accepted."},
        )
    assert refusals(superuser_url) == {"no_match": 2}
    assert kept(superuser_url) == []


def test_a_signature_of_another_company_is_a_bad_one(relay: Relay, superuser_url: str) -> None:
    other = relay_of("Brightwater Supply", email="bob@brightwater.example")
    answer = send(relay.path, notice(), headers=other.signed(notice()))
    assert answer.status == 401
    assert refusals(superuser_url) == {"no_match": 1}
    assert kept(superuser_url) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_posts_are_taken(method: str, relay: Relay, superuser_url: str) -> None:
    answer = send(relay.path, notice(), method=method, headers=relay.signed(notice()))
    assert answer.status == 405
    assert ("Allow", "POST") in answer.headers
    assert kept(superuser_url) == []


def test_256_kb_is_the_limit(relay: Relay, superuser_url: str) -> None:
    body = hostile.bodies()["exactly the limit"]
    assert len(body) == 262_144
    assert relay.deliver(body).status == 202
    assert relay.deliver(body + b" ", event_id="evt_2").status == 413
    length = {"CONTENT_LENGTH": "262145"}
    assert send(relay.path, b"", environ=length).status == 413
    assert len(kept(superuser_url)) == 1


def test_a_silent_post_is_kept_as_a_hint(relay: Relay, superuser_url: str) -> None:
    body = b"RESPONSE=101.+Approved&TRANSACTIONID=79388123&AMOUNT=7.40"
    assert told(relay.post_silently(body)) == (202, {"status": "stored"})
    assert told(relay.post_silently(body)) == (202, {"status": "already stored"})
    (row,) = kept(superuser_url)
    assert (row["source"], row["content_type"], row["body"]) == ("silent_post", FORM, body)


def test_card_numbers_never_reach_the_database(relay: Relay, superuser_url: str) -> None:
    # No real code is this long; three digits would also stand in some random id or moment.
    csc = "csc-of-alice-999"
    relay.deliver(notice(card=CARD, csc=csc, password="hunter22"))
    relay.post_silently(f"TRANSACTIONID=1&CARD={CARD}&CSC={csc}&PASSWORD=hunter22".encode())
    of_notice, of_form = kept(superuser_url)
    assert json.loads(of_notice["body"])["data"] == {
        "card": "[PAN …1881]",
        "csc": "[removed]",
        "password": "[removed]",
    }
    assert parse_qs(of_form["body"].decode()) == {
        "TRANSACTIONID": ["1"],
        "CARD": ["[PAN …1881]"],
        "CSC": ["[removed]"],
        "PASSWORD": ["[removed]"],
    }
    assert (of_notice["redactions"], of_form["redactions"]) == (3, 3)
    stored = _everything(superuser_url)
    assert [secret for secret in (CARD, CARD[:12], "hunter22", csc) if secret in stored] == []


@pytest.mark.parametrize("form", [JSON, FORM])
@pytest.mark.parametrize("number", ["4111111111111111", "4222222222222", "6200000000000000000"])
def test_a_card_number_as_the_transaction_id_is_taken_out_and_asked_of_nobody(
    relay: Relay, superuser_url: str, form: str, number: str
) -> None:
    if form == JSON:
        relay.deliver(notice(number))
    else:
        relay.post_silently(f"parmList=ORDERID~5|TRANSACTIONID~{number}|".encode())
    assert number not in _everything(superuser_url)
    with tenant_transaction(relay.tenant_id):
        (kept_notice,) = inbox.unread(connection_id=relay.connection_id, limit=9)
        with pytest.raises(hints.Unreadable, match="held a card number, which was taken out"):
            hints.transaction_id(kept_notice)


@pytest.mark.parametrize("number", ["392483066", "411111111111", "4111111111111112"])
def test_an_id_that_is_no_card_number_is_looked_up(relay: Relay, number: str) -> None:
    relay.deliver(notice(number))
    with tenant_transaction(relay.tenant_id):
        (kept_notice,) = inbox.unread(connection_id=relay.connection_id, limit=9)
        assert hints.transaction_id(kept_notice) == number


@pytest.mark.parametrize("why", ["UTF-16", "gzip", "NUL", "every byte", "multipart"])
def test_of_what_cannot_be_checked_only_length_and_hash_are_kept(
    why: str, relay: Relay, superuser_url: str
) -> None:
    body = hostile.bodies()[why]
    kind = "multipart/form-data; boundary=x" if why == "multipart" else "application/json"
    assert relay.deliver(body, content_type=kind).status == 202
    (row,) = rows(superuser_url, NOTICES)
    assert (row["body"], row["body_length"]) == (b"", len(body))
    assert len(row["body_hmac"]) == 32


def test_after_a_rotation_both_addresses_and_secrets_are_good(
    relay: Relay, superuser_url: str
) -> None:
    relay.deliver(notice())
    with tenant_transaction(relay.tenant_id):
        made = new_notice_address(connection_id=relay.connection_id, actor="alice")
    forget_cached()
    headers = sign(body=notice(), secret=made.secret, event_id="evt_2", sent_at=datetime.now(UTC))
    assert send(made.path, notice(), headers=headers).status == 202
    assert relay.deliver(notice(), event_id="evt_3").status == 202
    assert len(kept(superuser_url)) == 3


def test_while_the_database_is_away_the_sender_is_asked_to_come_again(
    relay: Relay, superuser_url: str, tmp_path: Path
) -> None:
    settings = connections["default"].settings_dict
    connections["default"].close()
    before, settings["HOST"] = settings["HOST"], str(tmp_path)
    try:
        answer = relay.deliver(notice())
        unknown = send("/hooks/nobody", notice())
    finally:
        connections["default"].close()
        settings["HOST"] = before
    assert told(answer) == (503, {"message": "Not stored. Send it again."})
    assert ("Retry-After", "30") in answer.headers
    assert answer == unknown
    assert kept(superuser_url) == []
    assert relay.deliver(notice()).status == 202


def test_a_bad_signature_and_an_unknown_address_look_the_same(
    relay: Relay, superuser_url: str
) -> None:
    headers = relay.signed(b"other bytes")
    at_home = send(relay.path, notice(), headers=headers)
    nowhere = send("/hooks/nobody", notice(), headers=headers)
    silent = send("/hooks/nobody", b"A=1", content_type=FORM)
    assert at_home == nowhere == silent
    assert dict(at_home.headers) == {"Content-Type": "application/json", "Content-Length": "28"}
    assert refusals(superuser_url) == {"no_match": 1, "unknown address": 2}


def test_hostile_requests_are_refused_alike_and_leave_only_a_count(
    relay: Relay, superuser_url: str
) -> None:
    requests = hostile.unsigned(relay)
    assert len(requests) >= 300
    reference = send("/hooks/nobody", b"")
    wrong, counted = [], 0
    for each in requests:
        answer = send(
            each.path,
            each.body,
            method=each.method,
            content_type=each.content_type,
            headers=each.headers,
            environ=each.environ,
        )
        if answer.status not in {401, 405, 413}:
            wrong.append(f"{each.why}: {answer.status} {answer.body[:80]!r}")
        elif answer.status == 401:
            counted += 1
            wrong += [] if answer == reference else [f"{each.why}: told apart"]
    assert wrong == []
    assert kept(superuser_url) == []
    assert rows(superuser_url, "tenants_duenotice") == []
    assert sum(refusals(superuser_url).values()) == counted + 1
    assert counted >= 250


def test_signed_oddities_are_kept_and_never_an_error(relay: Relay, superuser_url: str) -> None:
    bodies = hostile.bodies()
    answers = {
        why: relay.deliver(body, event_id=f"evt_{number}").status
        for number, (why, body) in enumerate(bodies.items())
    }
    assert answers == dict.fromkeys(bodies, 202)
    stored = kept(superuser_url)
    assert len(stored) == len(bodies)
    assert CARD not in _everything(superuser_url)


def test_silent_oddities_are_kept_and_never_an_error(relay: Relay, superuser_url: str) -> None:
    bodies = hostile.bodies()
    answers = {why: relay.post_silently(body).status for why, body in bodies.items()}
    assert answers == dict.fromkeys(bodies, 202)
    for number, kind in enumerate(hostile.form_types()):
        assert relay.post_silently(b"A=%d" % number, content_type=kind).status == 202
    assert len(kept(superuser_url)) == len(bodies) + len(hostile.form_types())
    assert CARD not in _everything(superuser_url)


def _everything(url: str) -> str:
    """Every stored notice, all of its columns, as one text."""
    return "".join(
        value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for row in rows(url, NOTICES)
        for name, value in row.items()
        if name != "body_hmac"
    )
