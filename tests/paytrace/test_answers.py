"""What an answer means: happened, did not happen, or not clear."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)
from integrations.canonical.transactions import TransactionState
from integrations.paytrace.answers import money_answer, read_answer, sale_result
from integrations.paytrace.cards import SaleResult
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.http import MAX_BODY, Call, Reply, read_reply
from integrations.paytrace.refusals import invalid_fields, login_refusal, refusal
from tests.paytrace.payloads import payload

READ = Call("POST", "/v1/x")
MOVE = Call("POST", "/v1/x", moves_money=True)


def test_a_sale_is_read_in_both_versions() -> None:
    approved = SaleResult(
        transaction_id="392483066",
        state=TransactionState.PENDING_SETTLEMENT,
        response_code="101",
        approval_code="TAS610",
        message="NO MATCH - Approved and completed",
        last_four="5439",
        address_check="No Match",
    )
    assert sale_result(payload("v1_sale_approved")) == approved
    v3 = sale_result(payload("v3_sale_approved")["data"])
    assert (v3.transaction_id, v3.is_approved) == ("392483066", True)
    declined = sale_result(payload("v1_sale_declined"))
    assert (declined.state, declined.is_approved) == (TransactionState.DECLINED, False)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"success": True, "response_code": 104, "transaction_id": 5},
        {"success": True, "response_code": 101},
        {"success": False, "response_code": 101, "transaction_id": 5},
        {"success": False, "response_code": 999, "transaction_id": 5},
    ],
)
def test_an_answer_to_a_charge_that_says_neither_is_unknown(body: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        sale_result(body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"success": False, "response_code": 107}, NeverWorks),
        ({"success": True, "response_code": 109}, OutcomeUnknown),
        ({"success": False, "response_code": 106}, OutcomeUnknown),
        ({}, OutcomeUnknown),
        ({"success": False, "errors": {"981": []}}, FixConfiguration),
    ],
)
def test_a_refund_answer_is_a_no_only_when_it_says_so(
    body: dict[str, Any], kind: type[IntegrationError]
) -> None:
    with pytest.raises(IntegrationError) as refused:
        money_answer(body, ResponseCode.REFUNDED)
    assert type(refused.value) is kind


def test_code_one_is_an_error_only_without_success() -> None:
    exported = payload("v1_export_settled")
    assert read_answer(exported) is exported
    with pytest.raises(NeverWorks):
        read_answer({"success": False, "response_code": 1})
    with pytest.raises(TryLater):
        read_answer({"hello": "world"})


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("30", "paytrace.customer_unknown"),
        ("58", "paytrace.transaction_id_invalid"),
        ("811", "paytrace.transaction_unknown"),
        ("816", "paytrace.not_capturable"),
        ("817", "paytrace.not_settled"),
        ("818", "paytrace.not_voidable"),
        ("4711", "paytrace.refused"),
    ],
)
def test_a_code_becomes_a_sentence_without_the_vendors_text(code: str, name: str) -> None:
    found = refusal({"errors": {code: ["secret vendor words"]}})
    assert (type(found), found.code) == (NeverWorks, name)
    assert "vendor" not in found.sentence


def test_a_missing_permission_outweighs_other_codes() -> None:
    assert refusal({"errors": {"58": [], "981": []}}).code == "paytrace.not_permitted"


def test_v3_names_the_field_wherever_its_list_is() -> None:
    under = invalid_fields(payload("v3_validation"))
    top = invalid_fields(payload("v3_validation_top"))
    assert under is not None
    assert top is not None
    assert (under.field, top.field) == ("billing_address.postal_code", "amount")
    assert invalid_fields({"data": {}}) is None


def test_oauths_standing_text_is_no_sign_of_a_lock() -> None:
    assert login_refusal(payload("v1_invalid_grant")).code == "paytrace.login_refused"
    locked = {"error": "invalid_grant", "error_description": "User is Locked"}
    assert login_refusal(locked).code == "paytrace.user_locked"


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (500, b"{}", "paytrace.unavailable"),
        (503, b"<html>", "paytrace.unavailable"),
        (429, b"{}", "paytrace.unavailable"),
        (301, b"{}", "paytrace.redirected"),
        (200, b"<html></html>", "paytrace.unreadable_reply"),
        (200, b'{"success": tr', "paytrace.unreadable_reply"),
        (200, b"[]", "paytrace.unreadable_reply"),
        (200, b'{"amount": NaN}', "paytrace.unreadable_reply"),
        (200, b"[" * 100_000, "paytrace.unreadable_reply"),
        (200, b"\xff\xfe", "paytrace.unreadable_reply"),
        (200, None, "paytrace.reply_too_large"),
    ],
)
def test_no_clear_answer_is_later_for_a_read_and_unknown_for_money(
    status: int, content: bytes | None, code: str
) -> None:
    later = read_reply(READ, status, {}, content)
    unknown = read_reply(MOVE, status, {}, content)
    assert isinstance(later, TryLater)
    assert isinstance(unknown, OutcomeUnknown)
    assert (later.code, unknown.code) == (code, code)


def test_a_clear_no_is_an_answer_whatever_moves() -> None:
    for call in (READ, MOVE):
        reply = read_reply(call, 400, {}, b'{"success": false}')
        assert reply == Reply(400, {"success": False})


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("30", timedelta(seconds=30)),
        ("999999", timedelta(days=1)),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_wish_to_wait_is_believed_up_to_a_day(said: str, after: timedelta | None) -> None:
    later = read_reply(READ, 429, {"Retry-After": said}, b"{}")
    assert isinstance(later, TryLater)
    assert later.after == after


def test_the_limit_of_a_reply_holds_a_day_of_fifty_thousand_transactions() -> None:
    assert MAX_BODY == 96 * 1024 * 1024
