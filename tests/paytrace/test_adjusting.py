"""By how much a hold may be changed: within 30 % of what was held first, to the cent."""

from __future__ import annotations

import pytest

from integrations.paytrace.adjusting import check_range, range_of
from tests.paytrace.bench import refused, usd


@pytest.mark.parametrize(
    ("first", "least", "most"),
    [("740.00", "518.00", "962.00"), ("0.05", "0.04", "0.06"), ("0.01", "0.01", "0.01")],
)
def test_the_range_is_within_30_percent_in_whole_cents(first: str, least: str, most: str) -> None:
    found = range_of(usd(first))
    assert (found.least, found.most) == (usd(least), usd(most))


@pytest.mark.parametrize("amount", ["518.00", "740.00", "962.00"])
def test_what_lies_within_is_for_paytrace_to_decide(amount: str) -> None:
    check_range(usd(amount), first=usd("740.00"))


@pytest.mark.parametrize("amount", ["517.99", "962.01"])
def test_what_lies_outside_is_refused_with_the_bounds(amount: str) -> None:
    error = refused(check_range, usd(amount), first=usd("740.00"))
    assert (error.code, error.field) == ("paytrace.outside_what_may_change", "amount")
    assert error.sentence == (
        "PayTrace changes a hold by at most 30 % of what was held first, 740.00 USD: from "
        "518.00 USD to 962.00 USD."
    )
