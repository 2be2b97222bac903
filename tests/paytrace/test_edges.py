"""The small parts at the edge: wire, settings, tokens, redaction, silent post."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.errors import FixConfiguration
from integrations.paytrace import wire
from integrations.paytrace.redaction import redact
from integrations.paytrace.results import Token
from integrations.paytrace.settings import PayTraceSettings, Secret, default_base_url
from integrations.paytrace.silent_post import SilentPost, parse_silent_post
from integrations.paytrace.tokens import MemoryTokens
from tests.paytrace.payloads import payload


def test_an_amount_crosses_the_wire_digit_for_digit() -> None:
    text = wire.dumps({"amount": Decimal("1100.10"), "items": [Decimal(3), None, True, "é"]})
    assert text == '{"amount": 1100.10, "items": [3, null, true, "\\u00e9"]}'
    assert wire.loads(text)["amount"] == Decimal("1100.10")
    with pytest.raises(TypeError):
        wire.dumps({"amount": 1.5})


def test_the_documented_hosts_are_known() -> None:
    assert default_base_url("sandbox") == "https://api.sandbox.paytrace.com"
    assert default_base_url("production") == "https://api.paytrace.com"


@pytest.mark.parametrize("copier", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_cannot_be_written_down(copier: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        copier(Secret("Kf83n"))


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("Kf83n")
    assert (repr(secret), str(secret), secret.reveal()) == ("Secret(…)", "Secret(…)", "Kf83n")
    assert secret == Secret("Kf83n")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"environment": "production", "base_url": "http://api.paytrace.com"}, "base_url"),
        ({"integrator_id": "thirteen-char"}, "integrator_id"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, str], field: str) -> None:
    plain: dict[str, Any] = {
        "api_version": "v3",
        "environment": "sandbox",
        "base_url": default_base_url("sandbox"),
        "username": "u",
        "password": Secret("p"),
        "merchant_id": "1",
        "integrator_id": "tieout",
    }
    with pytest.raises(FixConfiguration) as refused:
        PayTraceSettings(**{**plain, **changes})
    assert refused.value.field == field
    rehearsal = {"environment": "production", "base_url": "http://127.0.0.1:8080"}
    assert PayTraceSettings(**{**plain, **rehearsal}).environment == "production"


def test_memory_tokens_log_in_only_when_none_lives() -> None:
    now = [0.0]
    made: list[str] = []

    def log_in() -> Token:
        made.append(f"token-{len(made)}")
        return Token(made[-1], timedelta(seconds=900))

    tokens = MemoryTokens(clock=lambda: now[0])
    assert [tokens.token(log_in), tokens.token(log_in)] == ["token-0", "token-0"]
    tokens.discard("another")
    assert tokens.token(log_in) == "token-0"
    tokens.discard("token-0")
    assert tokens.token(log_in) == "token-1"
    now[0] = 840.0
    assert tokens.token(log_in) == "token-2"


def test_what_is_kept_of_a_call_has_no_secret_and_no_card_number() -> None:
    kept = redact(
        {
            "username": "api",
            "password": "p",
            "credit_card": {"number": "4012000098765439", "masked_number": "************5439"},
            "items": [{"csc": "999"}],
            "description": "card 4012000098765439 order 1234567890123",
            "integrator_id": "tieout",
            "amount": Decimal("12.50"),
        }
    )
    assert "4012000098765439" not in repr(kept)
    assert kept == {
        "username": "[removed]",
        "password": "[removed]",
        "credit_card": {"number": "[PAN …5439]", "masked_number": "************5439"},
        "items": [{"csc": "[removed]"}],
        "description": "card [PAN …5439] order 1234567890123",
        "integrator_id": "[removed]",
        "amount": Decimal("12.50"),
    }


def test_a_silent_post_is_read() -> None:
    assert parse_silent_post(payload("silent_post_approved").encode()) == SilentPost(
        transaction_id="392483066",
        order_id="INV-10432",
        app_code="TAS610",
        app_message="NO MATCH - Approved and completed",
        email="ap@haven.test",
    )


def test_the_silent_post_of_a_hosted_invoice_is_read_too() -> None:
    """As far as its form can be guessed: the one of the older checkout."""
    told = parse_silent_post(payload("v3_hosted_invoice_silent_post").encode())
    assert (told.transaction_id, told.order_id) == ("392483081", "10432-T5K2Q9ABCDE")


def test_a_silent_post_is_read_in_any_case_and_the_first_name_wins() -> None:
    body = b"PARMLIST=transactionid~5|junk||TRANSACTIONID~6|APPCODE~|"
    assert parse_silent_post(body) == SilentPost(transaction_id="5")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "no parmList"),
        (b"{}", "no parmList"),
        (b"\xff\x00=1", "no parmList"),
        (b"parmList=", "names no transaction"),
        (b"parmList=TRANSACTIONID~abc|", "names no transaction"),
        (b"parmList=TRANSACTIONID~" + b"1" * 21, "names no transaction"),
        (b"parmList=" + b"x" * 70_000, "too large"),
    ],
)
def test_what_is_no_silent_post_is_told_in_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_silent_post(body)


def test_a_customer_only_silent_post_names_no_transaction() -> None:
    with pytest.raises(ValueError, match="names no transaction"):
        parse_silent_post(payload("silent_post_customer").encode())
