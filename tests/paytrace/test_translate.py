"""PayTrace's JSON becomes our words, exactly; what is not known stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    Batch,
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
    Unreadable,
)
from integrations.paytrace.record_fields import Reading
from integrations.paytrace.translate import (
    brand_of,
    last_four_of,
    state_of,
    to_batch,
    to_batch_record,
    to_transaction,
)
from tests.paytrace.payloads import payload

PACIFIC = ZoneInfo("America/Los_Angeles")
READING = Reading(account="777001", zone=PACIFIC, currency="USD")
SETTLED = GatewayTransaction(
    account="777001",
    transaction_id="79388123",
    type=TransactionType.SALE,
    state=TransactionState.SETTLED,
    method=PaymentMethod.CARD,
    amount=Money.parse("110.00", "USD"),
    created_at=datetime(2015, 4, 10, 23, 6, 30, tzinfo=UTC),
    settled_at=datetime(2015, 4, 11, 3, 13, 45, tzinfo=UTC),
    batch_number="571",
    invoice_reference="INV-10432",
    customer_reference="PO123456",
    customer_id="HAVEN",
    customer_name="Mark Smith",
    last_four="5454",
    approval_code="TAS679",
    message="NO MATCH - Approved and completed",
    status_code="GB571",
)
PENDING = replace(
    SETTLED,
    state=TransactionState.PENDING_SETTLEMENT,
    settled_at=None,
    batch_number="",
    status_code="Y",
)
CASES = {
    "v1_export_settled": SETTLED,
    "v1_export_pending": replace(
        PENDING, amount=Money.parse("12.50", "USD"), discretionary={"order": "W-7"}
    ),
    "v1_export_authorized": replace(
        PENDING,
        type=TransactionType.AUTHORIZATION,
        state=TransactionState.AUTHORIZED,
        status_code="N",
    ),
    "v1_export_refund_negative": replace(
        PENDING,
        type=TransactionType.REFUND,
        amount=Money.parse("30.25", "USD"),
        original_transaction_id="79388000",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_exported_v1_transaction_is_read_whole(name: str) -> None:
    (raw,) = payload(name)["transactions"]
    assert to_transaction(raw, reading=READING) == CASES[name]


def test_v3s_drift_reads_the_same() -> None:
    (raw,) = payload("v3_export")["data"]["transactions"]
    expected = replace(SETTLED, discretionary={"order": "W-7", "desk": "2"})
    assert to_transaction(raw, reading=READING) == expected


def test_v3s_single_record_is_read_by_its_words() -> None:
    found = to_transaction(payload("v3_record")["data"], reading=READING)
    assert found == GatewayTransaction(
        account="777001",
        transaction_id="79388123",
        type=TransactionType.AUTHORIZATION,
        state=TransactionState.AUTHORIZED,
        method=PaymentMethod.CARD,
        amount=Money.parse("110.00", "USD"),
        created_at=datetime(2015, 4, 10, 23, 6, 30, tzinfo=UTC),
        status_code="AUTHORIZED",
    )


def test_times_are_read_in_the_accounts_zone() -> None:
    (raw,) = payload("v1_export_settled")["transactions"]
    eastern = replace(READING, zone=ZoneInfo("America/New_York"))
    assert to_transaction(raw, reading=eastern).created_at == datetime(
        2015, 4, 10, 20, 6, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ({"status_code": "Y"}, TransactionState.PENDING_SETTLEMENT),
        ({"status_code": "GB1"}, TransactionState.SETTLED),
        ({"status_code": "SETTLED"}, TransactionState.SETTLED),
        ({"status_code": "N", "status_message": "Voided"}, TransactionState.VOIDED),
        ({"status_code": "N", "status_message": "AUTO VOIDED"}, TransactionState.AUTO_VOIDED),
        ({"status_code": "N", "status_message": "DECLINED"}, TransactionState.DECLINED),
        ({"status_code": "N", "status_message": "?"}, TransactionState.DECLINED),
        (
            {"status_code": "N", "status_message": "?", "approval_code": "TAS1"},
            TransactionState.UNKNOWN,
        ),
        (
            {"status_code": "N", "transaction_type": "AUTHORIZATION", "approval_code": "TAS1"},
            TransactionState.AUTHORIZED,
        ),
        ({"status_code": "Y", "response_code": 103}, TransactionState.AUTO_VOIDED),
        ({"status_code": "ON_HOLD_X"}, TransactionState.UNKNOWN),
        ({"status_code": "GBX"}, TransactionState.UNKNOWN),
        ({"status": "CAPTURED"}, TransactionState.PENDING_SETTLEMENT),
        ({"status": "A"}, TransactionState.UNKNOWN),
        ({}, TransactionState.UNKNOWN),
    ],
)
def test_a_status_is_known_or_unknown_and_never_guessed(
    raw: Mapping[str, Any], state: TransactionState
) -> None:
    assert state_of(raw) is state


@pytest.mark.parametrize(
    ("masked", "brand", "last_four"),
    [
        ("************5454", "", "5454"),
        ("xxxxxxxxxxxx5439", "", "5439"),
        ("401200******5439", "visa", "5439"),
        ("549974******0057", "mastercard", "0057"),
        ("222100******0057", "mastercard", "0057"),
        ("601100******6909", "discover", "6909"),
        ("371449*****2376", "amex", "2376"),
        ("361449****2376", "diners", "2376"),
        ("352800******2376", "jcb", "2376"),
        ("9************111", "", ""),
        ("", "", ""),
    ],
)
def test_brand_and_last_four_come_from_the_mask(masked: str, brand: str, last_four: str) -> None:
    assert (brand_of(masked), last_four_of(masked)) == (brand, last_four)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("transaction_id", ""),
        ("amount", "about ten"),
        ("amount", "10.001"),
        ("amount", None),
        ("created", {"at": "2015-13-45"}),
        ("created", {}),
        ("settled", "yesterday"),
    ],
)
def test_a_record_that_cannot_be_read_names_itself_and_the_field(field: str, value: Any) -> None:
    (raw,) = payload("v1_export_settled")["transactions"]
    with pytest.raises(NeverWorks) as refused:
        to_transaction({**raw, field: value}, reading=READING)
    assert (refused.value.code, refused.value.field) == ("paytrace.unreadable_record", field)


def test_an_unknown_type_stays_unknown_and_a_negative_sale_stays_negative() -> None:
    (raw,) = payload("v1_export_settled")["transactions"]
    found = to_transaction({**raw, "transaction_type": "ODDITY"}, reading=READING)
    assert found.type is TransactionType.UNKNOWN
    odd = to_transaction({**raw, "amount": -5}, reading=READING)
    assert odd.amount == Money.parse("-5.00", "USD")


def test_a_batch_is_read_in_either_spelling() -> None:
    (raw,) = payload("v1_batches")["batches"]
    short = {**raw, "batch_num": raw["batch_number"], "tranx_count": raw["transaction_count"]}
    del short["batch_number"], short["transaction_count"]
    expected = Batch(
        account="777001",
        number="571",
        settled_at=datetime(2015, 4, 11, 3, 13, 45, tzinfo=UTC),
        transaction_count=3,
        net=Money.parse("170.50", "USD"),
        sales_count=2,
        sales=Money.parse("200.75", "USD"),
        refunds_count=1,
        refunds=Money.parse("30.25", "USD"),
    )
    assert to_batch(raw, reading=READING) == expected
    assert to_batch(short, reading=READING) == expected


def test_a_batch_without_a_count_names_the_field_and_is_kept_as_told() -> None:
    (raw,) = payload("v1_batches")["batches"]
    odd = {**raw, "sales_count": "many"}
    with pytest.raises(NeverWorks, match="PayTrace record 571 has no readable sales_count"):
        to_batch(odd, reading=READING)
    kept = to_batch_record(odd, reading=READING)
    assert isinstance(kept, Unreadable)
    assert (kept.record_id, kept.field) == ("571", "sales_count")


def test_sales_and_refunds_of_a_batch_that_are_not_told_are_unknown() -> None:
    (raw,) = payload("v1_batches")["batches"]
    apart = ("sales_count", "sales_amount", "refund_count", "refund_amount")
    batch = to_batch({k: v for k, v in raw.items() if k not in apart}, reading=READING)
    assert (batch.sales, batch.sales_count, batch.refunds, batch.refunds_count) == (None,) * 4
