"""The posting profile that fits the sample company."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from integrations.sagepro.columns import UNFLAGGED, UNNUMBERED
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.required import NEW_CUSTOMER, OPTIONAL

PROFILE_PATH = Path(__file__).with_name("profile.json")
FOXPRO_PROFILE_PATH = Path(__file__).with_name("profile_foxpro.json")


def sample_profile() -> PostingProfile:
    """The profile as shipped in `profile.json`."""
    return _read(PROFILE_PATH)


def foxpro_profile() -> PostingProfile:
    """The profile of the same company in FoxPro tables, as shipped in `profile_foxpro.json`."""
    return _read(FOXPRO_PROFILE_PATH)


def foxpro_payments_profile() -> PostingProfile:
    """The same for payments alone: every FoxPro site has these tables and columns, and not every
    one sells from stock or lets a row of its own start a payment."""
    profile = foxpro_profile()
    tables = {name: one for name, one in profile.tables.items() if name not in OPTIONAL}
    customers = tables["customers"]
    columns = {key: one for key, one in customers.columns.items() if key not in NEW_CUSTOMER}
    tables["customers"] = replace(customers, columns=columns)
    return replace(
        profile,
        tables=tables,
        flag=UNFLAGGED,
        allocates_stock=False,
        writes_orders=False,
        order_numbers=UNNUMBERED,
        creates_customers=False,
        customer_numbers=UNNUMBERED,
    )


def _read(path: Path) -> PostingProfile:
    return PostingProfile.from_json(json.loads(path.read_text(), parse_float=Decimal))
