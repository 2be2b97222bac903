"""What is seen of a listed record at once is what reading it whole gives."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from integrations.canonical.transactions import GatewayTransaction, Unreadable
from integrations.paytrace.listed import Listed
from integrations.paytrace.record_fields import Reading
from tests.paytrace.payloads import payload

READING = Reading("MID-4417", ZoneInfo("America/Los_Angeles"), "USD")
SAMPLES = {
    "pending": payload("v1_export_pending")["transactions"],
    "settled": payload("v1_export_settled")["transactions"],
    "authorized": payload("v1_export_authorized")["transactions"],
    "a refund": payload("v1_export_refund_negative")["transactions"],
    "v3": payload("v3_export")["data"]["transactions"],
    "v3 single": [payload("v3_record")["data"]],
}
STATES = ("Y", "GB571", "N", "A", "", " y ")


@pytest.mark.parametrize("rows", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("code", STATES)
def test_number_and_state_are_those_of_the_whole_record(rows: list[object], code: str) -> None:
    assert rows
    for raw in rows:
        assert isinstance(raw, dict)
        one = Listed({**raw, "status_code": code}, READING)
        whole = one.read()
        assert isinstance(whole, GatewayTransaction)
        assert one.key == (whole.transaction_id, whole.state.value)


@pytest.mark.parametrize("raw", [None, "text", [], {}, {"transaction_id": ""}, {"id": None}])
def test_what_has_no_number_has_no_key_and_is_always_read(raw: object) -> None:
    one = Listed(raw, READING)
    assert one.key is None
    assert isinstance(one.read(), Unreadable)


def test_a_record_without_an_amount_has_a_key_all_the_same() -> None:
    raw = {**SAMPLES["pending"][0], "amount": "seven hundred"}
    one = Listed(raw, READING)
    assert one.key == ("79388123", "pending_settlement")
    assert isinstance(one.read(), Unreadable)
