"""Stored customers and recurring plans in our words, from either version's JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.canonical.errors import NeverWorks
from integrations.canonical.transactions import PaymentMethod
from integrations.paytrace.people import Address
from integrations.paytrace.record_fields import Reading, amount_of, day_of, object_of, text_of
from integrations.paytrace.recurring import OPEN_ENDED, Frequency, RecurringPlan
from integrations.paytrace.translate import brand_of, last_four_of
from integrations.paytrace.vault import VaultCustomer

Json = Mapping[str, Any]


def to_customer(raw: Json) -> VaultCustomer:
    """v1 gives `credit_card{masked_number, …}` (Invoice Ninja), v3 `card_masked` (Shopware
    plugin); a year of two digits is of this century. One without a card is read by its bank
    account. Raises NeverWorks without an id."""
    card = object_of(raw, "credit_card", "card")
    masked = text_of(card, "masked_number") or text_of(raw, "masked_card_number", "card_masked")
    if not last_four_of(masked) and last_four_of(_masked_account(raw)):
        return to_bank_customer(raw)
    return replace(
        _customer(raw),
        card_brand=brand_of(masked),
        last_four=last_four_of(masked),
        expiry_month=_count(card, "expiration_month"),
        expiry_year=_year(_count(card, "expiration_year")),
    )


def to_bank_customer(raw: Json) -> VaultCustomer:
    """A stored customer by its bank account, of whose number only the last four are read. Its
    names are those of an ACH record (inferred). Raises NeverWorks without an id."""
    return replace(
        _customer(raw), last_four=last_four_of(_masked_account(raw)), method=PaymentMethod.ACH
    )


def _masked_account(raw: Json) -> str:
    account = object_of(raw, "bank_account", "ach", "check")
    return text_of(account, "masked_account_number", "account_number") or text_of(
        raw, "account_masked", "ach_masked"
    )


def _customer(raw: Json) -> VaultCustomer:
    customer_id = text_of(raw, "customer_id", "id")
    if not customer_id:
        raise NeverWorks(
            "A stored customer of PayTrace has no id.",
            code="paytrace.unreadable_record",
            field="customer_id",
        )
    billing = object_of(raw, "billing_address")
    return VaultCustomer(
        customer_id=customer_id,
        label=text_of(raw, "customer_label"),
        name=text_of(billing, "name") or text_of(raw, "billing_name", "name"),
        email=text_of(raw, "email", "billing_email"),
        phone=text_of(raw, "phone", "billing_phone"),
        billing=_address(billing),
    )


def _address(raw: Json) -> Address:
    """The names are those v1 takes an address by."""
    return Address(
        name=text_of(raw, "name"),
        street=text_of(raw, "street_address"),
        street2=text_of(raw, "street_address2"),
        city=text_of(raw, "city"),
        region=text_of(raw, "state"),
        postal_code=text_of(raw, "zip"),
        country=text_of(raw, "country"),
    )


def to_plan(raw: Json, *, reading: Reading) -> RecurringPlan:
    """One plan; v1's names are inferred from v3's request and the legacy record (RECURID,
    NEXT, TOTALCOUNT, CURRENTCOUNT, REPEAT), and `type` A is of a bank account as in the request.
    Raises NeverWorks naming the field."""
    total = _count(raw, "total_count")
    code = text_of(raw, "frequency")
    return RecurringPlan(
        recurrence_id=_plan_id(raw),
        customer_id=text_of(raw, "customer_id", "customer_label"),
        amount=amount_of(raw, reading, "amount"),
        frequency=Frequency(code) if code in {one.value for one in Frequency} else None,
        next_on=day_of(raw, "next_date", reading) or day_of(raw, "start_date", reading),
        total_count=None if total is None or total >= OPEN_ENDED else total,
        done_count=_count(raw, "current_count") or 0,
        description=text_of(raw, "description"),
        method=PaymentMethod.ACH if text_of(raw, "type").upper() == "A" else PaymentMethod.CARD,
    )


def _plan_id(raw: Json) -> str:
    found = text_of(raw, "id", "recurrence_id", "recur_id")
    if not found:
        raise NeverWorks(
            "A recurring payment of PayTrace has no id.",
            code="paytrace.unreadable_record",
            field="recurrence_id",
        )
    return found


def _count(raw: Json, name: str) -> int | None:
    text = text_of(raw, name)
    return int(text) if text.isascii() and text.isdigit() else None


def _year(year: int | None) -> int | None:
    return year + 2000 if year is not None and year < 100 else year
