"""A request's hash is its name for ever: it must not change with the program."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.canonical.posting import PostingKind, PostingRequest
from tests.sagepro.postings import application, on_account, receipt, reversal

_FULL = receipt(
    amount="1000.00",
    invoices={"10432": "725.00", "10433": "200.00"},
    discounts={"10432": "15.00"},
    fields={"reference": "79388123", "comment": "Visa"},
)
# Taken before the later kinds and fields existed; books in the field hold such hashes.
_HASHES = {
    "96183fc8ae47d62621624000050f73bac431d6ea597108d04a953f9b6195a44e": _FULL,
    "e7dc67124f1ca41868207de5254da34f661b60b09bc29166f887a27a60b35033": on_account(),
    "1248ee44f979300a787deaf12d6199ccf14073619813f7c447e7e824aa50bdab": reversal(amount="100.00"),
}


@pytest.mark.parametrize("known", _HASHES)
def test_the_hash_of_a_known_request_stays(known: str) -> None:
    assert _HASHES[known].payload_hash == known


def test_what_later_kinds_carry_is_part_of_the_hash() -> None:
    dispute = replace(reversal(), kind=PostingKind.CHARGEBACK)
    requests = [
        application(),
        replace(application(), credit_number="OC00018"),
        dispute,
        replace(dispute, fee=Decimal(25)),
    ]
    assert len({one.payload_hash for one in requests}) == len(requests)
    assert [PostingRequest.from_json(one.as_json()) for one in requests] == requests


def test_only_a_chargeback_has_a_fee() -> None:
    with pytest.raises(ValueError, match="Only a chargeback has a fee"):
        replace(reversal(), fee=Decimal(25))
    with pytest.raises(ValueError, match="above zero"):
        replace(reversal(), kind=PostingKind.CHARGEBACK, fee=Decimal(-1))
