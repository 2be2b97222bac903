"""v3's ACH records in our words. Pure.

The solution25 Shopware plugin reads transaction_id, amount, reversible_amount and
transaction_status; every other name follows the request's fields (inferred) and is read widely.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from integrations.canonical.ach import (
    AchDeposit,
    AchDepositPart,
    AchStatus,
    AchTransaction,
    AchType,
)
from integrations.canonical.transactions import PartKind, Unreadable
from integrations.paytrace.record_fields import (
    Reading,
    amount_if_told,
    amount_of,
    count_of,
    day_of,
    id_of,
    moment_of,
    object_of,
    required_id,
    text_of,
    unreadable_record,
)
from integrations.paytrace.translate import last_four_of
from integrations.paytrace.unreadable import read_or_keep, readable

Json = Mapping[str, Any]

MAX_DEPOSIT_ID = 50
"""Characters; the documented form, `20200110-D9999`, has 14."""

_STATUSES = {one.value.upper(): one for one in AchStatus if one is not AchStatus.UNKNOWN}


def to_ach(raw: Json, *, reading: Reading) -> AchTransaction:
    """One ACH record. Raises UnreadableRecord naming the field that cannot be read."""
    return readable(to_ach_record(raw, reading=reading))


def to_ach_record(raw: object, *, reading: Reading) -> AchTransaction | Unreadable:
    """One ACH record, or what there is of it where it cannot be read."""
    return read_or_keep(raw, lambda row: _payment(row, reading=reading), reading=reading)


def _payment(raw: Json, *, reading: Reading) -> AchTransaction:
    amount = amount_of(raw, reading, "amount")
    kind = _type_of(raw)
    created_at = moment_of(raw, _first(raw, "processed_date", "created", "created_at"), reading)
    if created_at is None:
        raise unreadable_record(raw, "processed_date")
    account = object_of(raw, "bank_account", "check")
    status_text = text_of(raw, "transaction_status", "status")
    return AchTransaction(
        account=reading.account,
        transaction_id=required_id(raw, "transaction_id", "id"),
        type=kind,
        status=_STATUSES.get(status_text.upper(), AchStatus.UNKNOWN),
        amount=-amount if kind is AchType.REFUND and amount.amount < 0 else amount,
        created_at=created_at,
        settled_at=moment_of(raw, _first(raw, "settled_date", "settled"), reading),
        returned_at=moment_of(raw, _first(raw, "returned_date", "returned"), reading),
        return_code=text_of(raw, "return_code", "ach_code"),
        invoice_reference=text_of(raw, "invoice_number", "invoice_id"),
        description=text_of(raw, "description"),
        customer_id=text_of(raw, "customer_label", "customer_id"),
        customer_name=text_of(raw, "billing_name")
        or text_of(object_of(raw, "billing_address"), "name"),
        email=text_of(raw, "billing_email", "email"),
        last_four=last_four_of(text_of(account, "masked_account_number", "account_number")),
        entry_class=text_of(raw, "std_entry_class"),
        idempotency_key=text_of(raw, "idempotency_key"),
        reversible=amount_if_told(raw, reading, "reversible_amount"),
        status_text=status_text,
        original_transaction_id=id_of(raw, "original_transaction_id"),
    )


def to_deposit(raw: Json, *, reading: Reading) -> AchDeposit:
    """One deposit; its id looks like `20200110-D9999` (ACHDepositDetails page). Raises NeverWorks
    naming the field that cannot be read."""
    deposit_id = required_id(raw, "deposit_id", "id")
    if len(deposit_id) > MAX_DEPOSIT_ID:
        raise unreadable_record(raw, "deposit_id")
    fees = amount_if_told(raw, reading, "fee_amount", "fees")
    return AchDeposit(
        account=reading.account,
        deposit_id=deposit_id,
        deposited_on=_deposited_on(raw, _first(raw, "deposit_date", "date"), reading=reading),
        net=amount_of(raw, reading, "net_amount", "amount"),
        transaction_count=count_of(raw, "transaction_count", "count"),
        fees=-fees if fees is not None and fees.amount < 0 else fees,
    )


def _deposited_on(raw: Json, name: str, *, reading: Reading) -> date | None:
    """A day may be told as its midnight, `2020-01-10T00:00:00.000Z`, as the request takes it: that
    is the day itself, in whatever zone (inferred)."""
    day, _, clock = text_of(raw, name).partition("T")
    is_midnight = bool(clock) and not clock.strip("0:.Z")
    return day_of({name: day} if is_midnight else raw, name, reading)


def to_deposit_record(raw: object, *, reading: Reading) -> AchDeposit | Unreadable:
    """One deposit, or what there is of it where it cannot be read."""
    return read_or_keep(raw, lambda row: to_deposit(row, reading=reading), reading=reading)


def to_deposit_part(raw: object, *, reading: Reading) -> AchDepositPart | Unreadable:
    """One line of a deposit, or what there is of it where it cannot be read.

    Below zero it is a payment that was returned (inferred); a type nobody knows may count for the
    deposit or against it, so it is unreadable.
    """
    return read_or_keep(raw, lambda row: _part(row, reading=reading), reading=reading)


def _part(raw: Json, *, reading: Reading) -> AchDepositPart:
    payment = _payment(raw, reading=reading)
    if payment.type is AchType.UNKNOWN:
        raise unreadable_record(raw, "transaction_type")
    if payment.type is AchType.REFUND:
        return AchDepositPart(payment, PartKind.REFUND)
    if payment.amount.amount < 0:
        return AchDepositPart(replace(payment, amount=-payment.amount), PartKind.RETURN)
    return AchDepositPart(payment, PartKind.SALE)


def _type_of(raw: Json) -> AchType:
    """The meaning of `transaction_type` 1 to 4 is not published; words are read, numbers not."""
    word = text_of(raw, "transaction_type").upper()
    known = {"SALE": AchType.SALE, "DEBIT": AchType.SALE, "": AchType.SALE}
    if word in {"REFUND", "CREDIT"} or text_of(raw, "original_transaction_id"):
        return AchType.REFUND
    return known.get(word, AchType.UNKNOWN)


def _first(raw: Json, *names: str) -> str:
    """The first of these names that says something; the first of all when none does."""
    return next((name for name in names if text_of(raw, name)), names[0])
