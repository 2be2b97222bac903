"""PayTrace's JSON in our words. Pure: no clock, no network; zone and currency are arguments.

Both versions pass through here. v3's exported fields are not published in a form we could read;
they are taken to be v1's, plus `invoice_number` and `customer_label`, with string ids (inferred).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    Batch,
    GatewayTransaction,
    PaymentMethod,
    Record,
    TransactionState,
    TransactionType,
    Unreadable,
)
from integrations.paytrace.record_fields import (
    Json,
    Reading,
    amount_if_told,
    amount_of,
    count_if_told,
    count_of,
    created_at_of,
    id_of,
    moment_of,
    object_of,
    required_id,
    text_of,
)
from integrations.paytrace.unreadable import read_or_keep, readable

# Issuer ranges by leading digits (ISO/IEC 7812): enough to name the four brands PayTrace lists.
_BRANDS = (
    ("34", "amex"), ("37", "amex"), ("36", "diners"), ("38", "diners"), ("30", "diners"),
    ("35", "jcb"), ("2", "mastercard"), ("4", "visa"), ("5", "mastercard"), ("6", "discover"),
)  # fmt: skip

_TYPES = {
    "SALE": TransactionType.SALE,
    "AUTHORIZATION": TransactionType.AUTHORIZATION,
    "REFUND": TransactionType.REFUND,
}

# Status words of v3's single record that say one thing only (solution25 Shopware plugin). Its
# single letters A, C, S are left out on purpose: A may be approved or authorized.
_WORDS = {
    "AUTHORIZED": TransactionState.AUTHORIZED,
    "APPROVED": TransactionState.PENDING_SETTLEMENT,
    "CAPTURED": TransactionState.PENDING_SETTLEMENT,
    "SETTLED": TransactionState.SETTLED,
    "VOIDED": TransactionState.VOIDED,
    "DECLINED": TransactionState.DECLINED,
}

_SETTLED_CODE = re.compile(r"GB(\d+)")


def to_transaction(raw: Json, *, reading: Reading) -> GatewayTransaction:
    """One exported transaction. Raises UnreadableRecord naming the field."""
    return readable(to_record(raw, reading=reading))


def to_record(raw: object, *, reading: Reading) -> Record:
    """One exported transaction, or what there is of it where it cannot be read."""
    return read_or_keep(raw, lambda row: _transaction(row, reading=reading), reading=reading)


def _transaction(raw: Json, *, reading: Reading) -> GatewayTransaction:
    card = object_of(raw, "credit_card", "card")
    kind = _TYPES.get(text_of(raw, "transaction_type").upper(), TransactionType.UNKNOWN)
    number = text_of(card, "masked_number") or text_of(raw, "masked_card_number", "card_masked")
    return GatewayTransaction(
        account=reading.account,
        transaction_id=required_id(raw, "transaction_id", "id"),
        type=kind,
        state=state_of(raw),
        method=PaymentMethod.CARD,
        amount=_transaction_amount(raw, kind, reading),
        created_at=created_at_of(raw, reading),
        settled_at=moment_of(raw, "settled", reading),
        batch_number=batch_number_of(raw),
        invoice_reference=text_of(raw, "invoice_id", "invoice_number"),
        description=text_of(raw, "description"),
        customer_reference=text_of(raw, "customer_reference_id"),
        customer_id=text_of(raw, "customer_label", "customer_id"),
        customer_name=text_of(object_of(raw, "billing_address"), "name"),
        email=text_of(raw, "receipt_emailed_to", "billing_email"),
        card_brand=brand_of(number),
        last_four=last_four_of(number),
        approval_code=text_of(raw, "approval_code"),
        message=" ".join(text_of(raw, "approval_message").split()),
        status_code=text_of(raw, "status_code", "status"),
        original_transaction_id=id_of(raw, "original_transaction_id"),
        discretionary=_discretionary(raw.get("discretionary_data")),
    )


def state_of(raw: Json) -> TransactionState:
    """The state behind `status_code`: Y waits for settlement, GB<batch> is settled, N is neither.

    Source: PayTrace's record schema as quoted by moqui/mantle-paytrace. Response code 103 is
    approved and then taken back by an address or security-code rule (paytrace_ruby
    response_code.rb). What is not known stays UNKNOWN.
    """
    if str(raw.get("response_code", "")) == "103":
        return TransactionState.AUTO_VOIDED
    code = text_of(raw, "status_code").upper()
    if code == "Y":
        return TransactionState.PENDING_SETTLEMENT
    if _SETTLED_CODE.fullmatch(code) or "SETTLED" in code:
        return TransactionState.SETTLED
    if code == "N":
        return _not_settling(raw)
    if code:
        return TransactionState.UNKNOWN
    return _WORDS.get(text_of(raw, "status", "response_message").upper(), TransactionState.UNKNOWN)


def _not_settling(raw: Json) -> TransactionState:
    """Status N is authorized-only, voided or declined; only the text tells which (mantle)."""
    message = text_of(raw, "status_message").upper()
    if "VOID" in message:
        return TransactionState.AUTO_VOIDED if "AUTO" in message else TransactionState.VOIDED
    if "DECL" in message or not text_of(raw, "approval_code"):
        return TransactionState.DECLINED
    if "AUTHORIZATION" in message or text_of(raw, "transaction_type").upper() == "AUTHORIZATION":
        return TransactionState.AUTHORIZED
    return TransactionState.UNKNOWN


def batch_number_of(raw: Json) -> str:
    """The 1 to 3 digits after GB (PayTrace API data definitions); "" when not settled."""
    found = _SETTLED_CODE.fullmatch(text_of(raw, "status_code").upper())
    return found[1] if found else ""


def to_batch(raw: Json, *, reading: Reading) -> Batch:
    """One batch summary. v1's JSON names are inferred from the legacy record (BATCHNUM, WHEN,
    TRANXCOUNT, NETAMOUNT, SALESCOUNT …; PayTrace help: api-export-batches), so both the full
    and the shortened spelling are read. Sales and refunds that are not told are unknown, never
    nothing. Raises NeverWorks naming the field."""
    return Batch(
        account=reading.account,
        number=required_id(raw, "batch_number", "batch_num", "batchnum"),
        settled_at=moment_of(raw, "when", reading),
        transaction_count=count_of(raw, "transaction_count", "tranx_count"),
        net=amount_of(raw, reading, "net_amount"),
        sales_count=count_if_told(raw, "sales_count", "sale_count"),
        sales=amount_if_told(raw, reading, "sales_amount", "sale_amount"),
        refunds_count=count_if_told(raw, "refund_count", "refunds_count"),
        refunds=amount_if_told(raw, reading, "refund_amount", "refunds_amount"),
    )


def to_batch_record(raw: object, *, reading: Reading) -> Batch | Unreadable:
    """One batch summary, or what there is of it where it cannot be read."""
    return read_or_keep(raw, lambda row: to_batch(row, reading=reading), reading=reading)


def brand_of(masked: str) -> str:
    """The brand by the visible first digits; "" when they are masked, as v1 does by default."""
    digits = re.match(r"\d*", masked)
    leading = digits[0] if digits else ""
    return next((brand for start, brand in _BRANDS if leading.startswith(start)), "")


def last_four_of(masked: str) -> str:
    """The last four digits, behind x's in sale answers and asterisks in exports."""
    found = re.search(r"\d{4}$", masked)
    return found[0] if found else ""


def _transaction_amount(raw: Json, kind: TransactionType, reading: Reading) -> Money:
    """A refund is positive here whichever sign was sent: its type says the direction."""
    amount = amount_of(raw, reading, "amount", "settle_amount", "requested_amount")
    return -amount if kind is TransactionType.REFUND and amount.amount < 0 else amount


def _discretionary(value: Any) -> dict[str, str]:
    """v1 sends an object, v3 a list of them; the keys are the merchant's own."""
    parts = value if isinstance(value, list) else [value]
    return {
        str(key): str(item)
        for part in parts
        if isinstance(part, Mapping)
        for key, item in part.items()
    }
