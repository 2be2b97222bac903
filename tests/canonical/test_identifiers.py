"""Ids that read like card numbers by chance are spared by field and shape, and nothing else is."""

from __future__ import annotations

import pytest

from integrations.canonical.identifiers import is_identifier, without_identifiers
from integrations.canonical.redaction import contains_card_number, without_card_numbers

SPARED = [
    ("transaction_id", "4111111111111111"),
    ("transaction_id", 4111111111111111),
    ("originalTransactionId", "378282246310005"),
    ("merchant_id", "4445012345678908"),
    ("merchant_id", 4445012345678908),
    ("trace_number", "304567890123459"),
    ("phone", "+49 151 23456787"),
    ("billing_phone", "+4915123456787"),
    ("account", "4000-100-200-001"),
    ("number", "4000-100-200-001"),
    ("access_token", "be674e4111111111111111d5a8:4ff6cb05f7511f8d183f5fbe"),
    ("clientKey", "9bd4111111111111111e5ab2b03e62"),
]
REMOVED = [
    ("transaction_id", "4111 1111 1111 1111"),
    ("transaction_id", "\uff14\uff11\uff11\uff11" + "\uff11" * 12),
    ("description", "4111111111111111"),
    ("invoice_id", "4111111111111111"),
    ("customer_id", "4111111111111111"),
    ("order", "4111111111111111"),
    ("merchant_id", "4445 0123 4567 8908"),
    ("merchant_id", "6200000000000000000"),
    ("trace_number", "4111111111111111"),
    ("phone", "4915123456787"),
    ("phone", "4111111111111111"),
    ("account", "4111-1111-1111-1111"),
    ("account", "3714-496353-92376"),
    ("account", "4111111111111111"),
    ("number", "4111111111111111"),
    ("access_token", "4111111111111111"),
    ("access_token", "4111-1111-1111-1111-123456789"),
    ("access_token", "card 4111111111111111 of Alice"),
    ("token", "be674e4111111111111111d5a8:4ff6cb05f7511f8d183f5fbe"),
    ("\uff14merchant_id", "4111111111111111"),
]


@pytest.mark.parametrize(("name", "value"), SPARED)
def test_an_id_in_its_own_field_and_shape_is_kept(name: str, value: object) -> None:
    assert contains_card_number(str(value).encode())
    assert is_identifier(name, value)
    assert without_card_numbers({name: value}) == {name: value}
    assert without_identifiers({"a": [{name: value, "b": 1}]}) == {"a": [{"b": 1}]}


@pytest.mark.parametrize(("name", "value"), REMOVED)
def test_everything_else_is_a_card_number(name: str, value: object) -> None:
    assert contains_card_number(str(value).encode())
    assert not is_identifier(name, value)
    (told,) = without_card_numbers({name: value}).values()
    assert "[PAN" in told
    assert without_identifiers({name: value}) == {name: value}


@pytest.mark.parametrize("value", [None, True, 1.5, ["4111111111111111"], {}])
def test_only_texts_and_whole_numbers_are_ids(value: object) -> None:
    assert not is_identifier("transaction_id", value)
