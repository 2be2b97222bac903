"""What both versions answer with: clock strings, status codes, exports, batches.

Field names: help.paytrace.com/json-export-tranx-date and, for batches, the legacy record in
snake case (inferred).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from integrations.canonical.transactions import TransactionState
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.simulator.exchange import Json, text_of
from integrations.paytrace.simulator.state import PACIFIC, Transaction


def write_moment(moment: datetime | None) -> str:
    """`M/D/YYYY h:mm:ss AM/PM`, Pacific, without saying so; "" for none."""
    if moment is None:
        return ""
    local = moment.astimezone(PACIFIC)
    return f"{local.month}/{local.day}/{local.year} {local.hour % 12 or 12}:{local:%M:%S %p}"


def write_iso_moment(moment: datetime | None) -> str:
    """`2023-04-19T00:00:00`, Pacific, without saying so (ACHTransactionRecords page)."""
    return "" if moment is None else f"{moment.astimezone(PACIFIC):%Y-%m-%dT%H:%M:%S}"


def status_of(transaction: Transaction) -> tuple[str, str]:
    """status_code and status_message (moqui/mantle-paytrace); auto-void's text is inferred."""
    if transaction.state is TransactionState.SETTLED:
        code = f"GB{transaction.batch_number}"
        return code, code
    return _STATUSES.get(transaction.state, ("Q", "In Review"))


_STATUSES = {
    TransactionState.PENDING_SETTLEMENT: ("Y", "Pending Settlement"),
    TransactionState.AUTHORIZED: ("N", "Authorization Only"),
    TransactionState.VOIDED: ("N", "VOIDED"),
    TransactionState.AUTO_VOIDED: ("N", "AUTO VOIDED"),
    TransactionState.DECLINED: ("N", "DECLINED"),
}


def exported(transaction: Transaction, *, with_bin: bool = False) -> Json:
    """The fields both versions export (help.paytrace.com/json-export-tranx-date)."""
    code, message = status_of(transaction)
    said: Json = {
        "credit_card": {
            "masked_number": _masked(transaction.masked_number, with_bin=with_bin),
            "expiration_month": 12,
            "expiration_year": 30,
        },
        "transaction_type": transaction.type.value.upper(),
        "description": transaction.description,
        "amount": transaction.amount,
        "tax_amount": transaction.tax_amount,
        "shipping_address": _address(""),
        "billing_address": _address(transaction.customer_name),
        "receipt_emailed_to": transaction.email,
        "customer_reference_id": transaction.customer_reference_id,
        "approval_code": transaction.approval_code,
        "approval_message": transaction.approval_message,
        "avs_response": "No Match",
        "csc_response": "Match",
        "status_code": code,
        "status_message": message,
        "created": {
            "through": "API",
            "at": write_moment(transaction.created_at),
            "by": transaction.created_by,
            "from_ip": "127.0.0.1",
        },
        "settled": write_moment(transaction.settled_at),
    }
    if transaction.discretionary:
        said["discretionary_data"] = transaction.discretionary
    return said


def _masked(mask: str, *, with_bin: bool) -> str:
    """First six and last four when asked for; the sandbox's Visa stands behind plain masks."""
    is_hidden = with_bin and not mask[:1].isdigit()
    return f"401200{mask[6:]}" if is_hidden else mask


def wanted(transaction: Transaction, fields: Json, *, customer_field: str) -> bool:
    """Whether an export's filters let this one through. Which fields `including_text` looks at
    is not documented: every text of it here."""
    kind = text_of(fields, "transaction_type").upper()
    customer = text_of(fields, customer_field)
    number = text_of(fields, "transaction_id")
    text = text_of(fields, "including_text").lower()
    return (
        (not kind or kind in _kinds(transaction))
        and (not customer or customer == transaction.customer_id)
        and (not number or number == str(transaction.id))
        and (not text or text in _texts(transaction))
    )


def _kinds(transaction: Transaction) -> set[str]:
    """Types and states in one list, as the filter mixes them (Pipedream's PayTrace app)."""
    states = {
        TransactionState.SETTLED: {"SETTLED"},
        TransactionState.PENDING_SETTLEMENT: {"PENDING"},
        TransactionState.DECLINED: {"DECLINED"},
        TransactionState.VOIDED: {"VOID"},
        TransactionState.AUTO_VOIDED: {"VOID"},
    }
    return {transaction.type.value.upper()} | states.get(transaction.state, set())


def _texts(transaction: Transaction) -> str:
    parts = (
        transaction.invoice_id,
        transaction.description,
        transaction.customer_reference_id,
        transaction.customer_id,
        transaction.customer_name,
    )
    return "\n".join(parts).lower()


def _address(name: str) -> Json:
    fields = ("street_address", "street_address2", "city", "state", "zip")
    return {"name": name, **dict.fromkeys(fields, ""), "country": "US"}


_SALE_MESSAGES = {
    ResponseCode.APPROVED: "Your transaction was successfully approved.",
    ResponseCode.DECLINED: "Your transaction was not approved.",
    ResponseCode.AUTO_VOIDED: "Your transaction was approved, then voided.",
}
_SALE_CODES = {
    TransactionState.DECLINED: ResponseCode.DECLINED,
    TransactionState.AUTO_VOIDED: ResponseCode.AUTO_VOIDED,
}


def sale_answer(sale: Transaction) -> Json:
    """Masked with x here and with asterisks in exports (ActiveMerchant fixtures)."""
    code = _SALE_CODES.get(sale.state, ResponseCode.APPROVED)
    is_auto_voided = sale.state is TransactionState.AUTO_VOIDED
    return {
        "success": code is ResponseCode.APPROVED,
        "response_code": int(code),
        "status_message": _SALE_MESSAGES[code],
        "transaction_id": sale.id,
        "approval_code": sale.approval_code,
        "approval_message": sale.approval_message,
        "avs_response": "No Match",
        "csc_response": "No Match" if is_auto_voided else "",
        "external_transaction_id": "",
        "masked_card_number": sale.masked_number.replace("*", "x"),
    }


def batch_summary(transactions: list[Transaction]) -> Json:
    """One batch. The names follow the legacy record in snake case (inferred)."""
    sales = [t.amount for t in transactions if t.type.value != "refund"]
    refunds = [t.amount for t in transactions if t.type.value == "refund"]
    sold, refunded = sum(sales, Decimal(0)), sum(refunds, Decimal(0))
    first = transactions[0]
    return {
        "batch_number": first.batch_number,
        "when": write_moment(first.settled_at),
        "transaction_count": len(transactions),
        "net_amount": sold - refunded,
        "sales_count": len(sales),
        "sales_amount": sold,
        "refund_count": len(refunds),
        "refund_amount": refunded,
    }


def batch_summaries(transactions: list[Transaction]) -> list[Json]:
    """Settled transactions gathered by number and moment, oldest first."""
    grouped: dict[tuple[datetime, int], list[Transaction]] = {}
    for item in transactions:
        if item.settled_at is not None:
            grouped.setdefault((item.settled_at, item.batch_number), []).append(item)
    return [batch_summary(grouped[key]) for key in sorted(grouped)]
