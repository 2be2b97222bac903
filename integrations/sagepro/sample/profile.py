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
    return _for_payments(foxpro_profile())


def standard_profile(edition: str) -> PostingProfile:
    """What a new company of this edition (`sql`, `dbf`) begins with: the usual names of what
    payments need, and nothing that may be written, since nothing is proven there yet."""
    profile = _for_payments(foxpro_profile() if edition == "dbf" else sample_profile())
    tables = dict(profile.tables)
    invoices = tables["invoices"]
    columns = {key: one for key, one in invoices.columns.items() if key != profile.status_column}
    tables["invoices"] = replace(invoices, columns=columns)
    name = f"Standard names, {'FoxPro' if edition == 'dbf' else 'SQL'} edition"
    return replace(profile, name=name, kinds=frozenset(), status_column="", tables=tables)


def _for_payments(profile: PostingProfile) -> PostingProfile:
    tables = {name: one for name, one in profile.tables.items() if name not in OPTIONAL}
    customers = tables["customers"]
    columns = {key: one for key, one in customers.columns.items() if key not in NEW_CUSTOMER}
    tables["customers"] = replace(customers, columns=columns)
    return replace(
        profile,
        tables=tables,
        flag=UNFLAGGED,
        allocates_stock=False,
        may_oversell=False,
        writes_orders=False,
        order_numbers=UNNUMBERED,
        creates_customers=False,
        customer_numbers=UNNUMBERED,
    )


def _read(path: Path) -> PostingProfile:
    return PostingProfile.from_json(json.loads(path.read_text(), parse_float=Decimal))
