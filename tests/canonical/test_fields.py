from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from integrations.canonical.fields import PAYMENT_FIELDS, FieldType, record_of, spec_for
from integrations.canonical.transactions import TransactionState
from tests.canonical.payments import payment


def test_a_record_tells_the_whole_payment_in_the_gateways_zone() -> None:
    record = record_of(
        payment(
            invoice_reference="INV-10432",
            card_brand="Visa",
            last_four="5454",
            state=TransactionState.SETTLED,
            settled_at=datetime(2026, 11, 21, 4, 13, 45, tzinfo=UTC),
            discretionary={"po": "77"},
        ),
        zone="America/Los_Angeles",
    )
    assert record == {
        "transaction_id": "79388123",
        "amount": Decimal("740.00"),
        "currency": "USD",
        "type": "sale",
        "state": "settled",
        "method": "card",
        "card_brand": "Visa",
        "last_four": "5454",
        "approval_code": "",
        "message": "",
        "invoice_reference": "INV-10432",
        "customer_reference": "",
        "customer_id": "",
        "customer_name": "",
        "description": "",
        "email": "",
        "created_at": "2026-11-20 16:06:30",
        "created_date": date(2026, 11, 20),
        "settled_at": "2026-11-20 20:13:45",
        "settled_date": date(2026, 11, 20),
        "settled": True,
        "batch_number": "",
        "account": "MID1",
        "discretionary.po": "77",
    }


def test_an_unsettled_payment_has_empty_settlement_times() -> None:
    record = record_of(payment(), zone="UTC")
    assert (record["settled_at"], record["settled_date"], record["settled"]) == ("", "", False)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        record_of(payment(created_at=datetime(2026, 1, 1)), zone="UTC")


def test_every_catalogue_field_is_in_the_record_and_the_other_way_round() -> None:
    named = {spec.name for spec in PAYMENT_FIELDS} - {"discretionary.*"}
    assert named == set(record_of(payment(), zone="UTC"))


@pytest.mark.parametrize("name", ["amout", "discretionary.", "discretionary.*", "", "po"])
def test_a_field_nobody_has_is_not_found(name: str) -> None:
    assert spec_for(name, fields=PAYMENT_FIELDS) is None


def test_any_custom_field_is_a_text_field() -> None:
    spec = spec_for("discretionary.po", fields=PAYMENT_FIELDS)
    assert spec is not None
    assert (spec.name, spec.label, spec.type) == (
        "discretionary.po",
        "Custom field ‘po’",
        FieldType.TEXT,
    )
