"""The fields of a payment that rules, mappings and match ladders may name.

A *record* is a payment flattened to `{field name: value}`. An empty value is a missing key
or an empty text; a field never holds None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from integrations.canonical.transactions import GatewayTransaction, TransactionState

FieldValue = str | Decimal | date | bool
Record = Mapping[str, FieldValue]

# One entry of the catalogue stands for every custom field a gateway account defines.
CUSTOM_PREFIX = "discretionary."
CUSTOM_FAMILY = "discretionary.*"


class FieldType(StrEnum):
    TEXT = "text"
    AMOUNT = "amount"
    DATE = "date"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class FieldSpec:
    """One field a person may choose, with the words and the sample the form shows."""

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    sample: str = ""
    help: str = ""
    required: bool = False
    """Always filled on a payment that the gateway accepted."""
    max_length: int = 255

    @property
    def in_sentence(self) -> str:
        """The label as it reads inside a sentence: `card brand`, but `GL account`."""
        if self.label[1:2].isupper():
            return self.label
        return self.label[:1].lower() + self.label[1:]


PAYMENT_FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec("transaction_id", "Transaction id", sample="79388123", required=True, max_length=64),
    FieldSpec(
        "amount",
        "Amount",
        FieldType.AMOUNT,
        sample="740.00",
        help="Always positive; a refund is told by its type.",
        required=True,
    ),
    FieldSpec("currency", "Currency", sample="USD", required=True, max_length=3),
    FieldSpec(
        "type",
        "Type",
        sample="sale",
        help="sale, authorization, refund, chargeback or batch.",
        required=True,
        max_length=20,
    ),
    FieldSpec(
        "state",
        "State",
        sample="settled",
        help="authorized, pending_settlement, settled, voided, auto_voided or declined.",
        required=True,
        max_length=30,
    ),
    FieldSpec("method", "Method", sample="card", help="card or ach.", required=True, max_length=10),
    FieldSpec("card_brand", "Card brand", sample="Visa", max_length=20),
    FieldSpec("last_four", "Last four", sample="5454", max_length=4),
    FieldSpec("approval_code", "Approval code", sample="TAS123", max_length=20),
    FieldSpec("message", "Message", sample="EXACT MATCH - Approved and completed"),
    FieldSpec("invoice_reference", "Invoice number", sample="INV-10432", max_length=64),
    FieldSpec("customer_reference", "Customer reference", sample="PO123456", max_length=50),
    FieldSpec("customer_id", "Customer id", sample="ACME01", max_length=50),
    FieldSpec("customer_name", "Customer name", sample="Acme Tools Inc."),
    FieldSpec("description", "Description", sample="Payment for invoice 10432"),
    FieldSpec("email", "Email", sample="payables@acme.example"),
    FieldSpec(
        "created_at",
        "Created",
        sample="2026-11-20 16:06:30",
        help="Date and time in the gateway's time zone.",
        required=True,
        max_length=19,
    ),
    FieldSpec("created_date", "Created date", FieldType.DATE, sample="2026-11-20", required=True),
    FieldSpec(
        "settled_at",
        "Settled at",
        sample="2026-11-20 20:13:45",
        help="Date and time in the gateway's time zone; empty until it settles.",
        max_length=19,
    ),
    FieldSpec("settled_date", "Settled date", FieldType.DATE, sample="2026-11-20"),
    FieldSpec("settled", "Settled", FieldType.YES_NO, sample="yes", required=True),
    FieldSpec("batch_number", "Batch number", sample="571", max_length=10),
    FieldSpec("account", "Gateway account", sample="MID-4417", required=True, max_length=64),
    FieldSpec(
        CUSTOM_FAMILY,
        "Custom field",
        sample="discretionary.po_number",
        help="Any custom field of the gateway account: discretionary. and its name.",
    ),
)


def spec_for(name: str, *, fields: Sequence[FieldSpec]) -> FieldSpec | None:
    """The field called `name`, a custom field of the family included; None if there is none."""
    for spec in fields:
        if spec.name == name and name != CUSTOM_FAMILY:
            return spec
    key = name.removeprefix(CUSTOM_PREFIX)
    if key in {name, "", "*"}:
        return None
    family = next((spec for spec in fields if spec.name == CUSTOM_FAMILY), None)
    return replace(family, name=name, label=f"Custom field ‘{key}’") if family else None


def record_of(transaction: GatewayTransaction, *, zone: str) -> dict[str, FieldValue]:
    """The payment as a flat record, its times told in `zone` (an IANA name).

    Raises zoneinfo.ZoneInfoNotFoundError for an unknown zone and ValueError for a naive time.
    """
    record: dict[str, FieldValue] = {
        "transaction_id": transaction.transaction_id,
        "amount": transaction.amount.amount,
        "currency": transaction.amount.currency,
        "type": transaction.type.value,
        "state": transaction.state.value,
        "method": transaction.method.value,
        "card_brand": transaction.card_brand,
        "last_four": transaction.last_four,
        "approval_code": transaction.approval_code,
        "message": transaction.message,
        "invoice_reference": transaction.invoice_reference,
        "customer_reference": transaction.customer_reference,
        "customer_id": transaction.customer_id,
        "customer_name": transaction.customer_name,
        "description": transaction.description,
        "email": transaction.email,
        "settled": transaction.state is TransactionState.SETTLED,
        "batch_number": transaction.batch_number,
        "account": transaction.account,
    }
    record |= _times("created", transaction.created_at, zone=zone)
    record |= _times("settled", transaction.settled_at, zone=zone)
    for key, text in transaction.discretionary.items():
        record[CUSTOM_PREFIX + key] = text
    return record


def _times(name: str, moment: datetime | None, *, zone: str) -> dict[str, FieldValue]:
    if moment is None:
        return {f"{name}_at": "", f"{name}_date": ""}
    if moment.tzinfo is None:
        raise ValueError(f"The time {name} carries no time zone")
    local = moment.astimezone(ZoneInfo(zone))
    return {f"{name}_at": local.strftime("%Y-%m-%d %H:%M:%S"), f"{name}_date": local.date()}
