"""Exports, real-time records and batches as v3 answers them."""

from __future__ import annotations

from collections.abc import Callable

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.simulator import exchange, shapes
from integrations.paytrace.simulator.exchange import BadFieldError, Json, text_of
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.state import RefusedError, Transaction
from integrations.paytrace.simulator.till import is_waiting

_MOST_ROWS = 50
_WORDS = {
    TransactionState.PENDING_SETTLEMENT: "APPROVED",
    TransactionState.AUTHORIZED: "AUTHORIZED",
    TransactionState.SETTLED: "SETTLED",
    TransactionState.VOIDED: "VOIDED",
    TransactionState.AUTO_VOIDED: "VOIDED",
    TransactionState.DECLINED: "DECLINED",
}


def exported_transaction(transaction: Transaction, *, with_bin: bool = False) -> Json:
    """v1's export with v3's drift: string id, `invoice_number`, `customer_label`."""
    said = {
        "transaction_id": str(transaction.id),
        **shapes.exported(transaction, with_bin=with_bin),
        "invoice_number": transaction.invoice_id,
        "customer_id": transaction.customer_number,
        "customer_label": transaction.customer_id,
    }
    if transaction.original_id:
        said["original_transaction_id"] = str(transaction.original_id)
    if transaction.discretionary:
        said["discretionary_data"] = [transaction.discretionary]
    return said


def _export(transactions: list[Transaction], *, with_bin: bool = False) -> Json:
    rows = [exported_transaction(item, with_bin=with_bin) for item in transactions]
    return {"data": {"transactions": rows}}


def _by_days(asked: Asked) -> Json:
    start, end = exchange.days_of(asked.fields)
    made = asked.world.store.created_between(asked.account, start, end)
    found = [
        item
        for item in asked.world.exported(made)
        if shapes.wanted(item, asked.fields, customer_field="customer_label")
    ]
    return _export(found, with_bin=asked.fields.get("include_bin") is True)


def _named(asked: Asked) -> Transaction:
    number = exchange.number_of({"id": asked.part}, name="id")
    return asked.world.till.find(asked.account, number)


def _by_id(asked: Asked) -> Json:
    found = _named(asked)
    if not asked.world.exported([found]):
        raise RefusedError(ErrorCode.TRANSACTION_UNKNOWN)
    return _export([found])


def _record(asked: Asked) -> Json:
    """The single record: real time, with a status word instead of the export's code."""
    return {"data": record(_named(asked))}


def record(transaction: Transaction) -> Json:
    said = exported_transaction(transaction)
    del said["status_code"], said["status_message"]
    if transaction.state is TransactionState.AUTO_VOIDED:
        said["response_code"] = int(ResponseCode.AUTO_VOIDED)
    return {**said, "status": _WORDS.get(transaction.state, "IN_REVIEW")}


def _records(asked: Asked, is_meant: Callable[[Transaction], bool]) -> Json:
    """A list of records in real time, narrowed by days and text, page by page."""
    if asked.part != asked.world.store.accounts()[asked.account]:
        raise BadFieldError("merchant_id")
    limit = min(exchange.number_of(asked.fields, name="limit") or _MOST_ROWS, _MOST_ROWS)
    offset = exchange.number_of(asked.fields, name="offset")
    found = [item for item in _between(asked) if is_meant(item) and _has_text(item, asked.fields)]
    return {"data": {"transactions": [record(item) for item in found[offset : offset + limit]]}}


def _between(asked: Asked) -> list[Transaction]:
    days = {"start_date": "date_from", "end_date": "date_to"}
    if not all(asked.fields.get(name) for name in days.values()):
        return asked.world.store.all_transactions(asked.account)
    start, end = exchange.days_of({name: asked.fields[of] for name, of in days.items()})
    return asked.world.store.created_between(asked.account, start, end)


def _has_text(transaction: Transaction, fields: Json) -> bool:
    searched = {"including_text": text_of(fields, "search_term")}
    return shapes.wanted(transaction, searched, customer_field="customer_label")


def _capturable(asked: Asked) -> Json:
    """Not what a bank let go, though its export still says that it is authorized (inferred)."""
    store = asked.world.store
    return _records(
        asked,
        lambda one: (
            one.state is TransactionState.AUTHORIZED and not store.meta(f"lapsed:{one.id}", 0)
        ),
    )


def _voidable(asked: Asked) -> Json:
    return _records(asked, is_waiting)


def _refundable(asked: Asked) -> Json:
    return _records(asked, _is_refundable)


def _is_refundable(transaction: Transaction) -> bool:
    is_refund = transaction.type is TransactionType.REFUND
    return transaction.state is TransactionState.SETTLED and not is_refund


def _batches(asked: Asked) -> Json:
    start, end = exchange.days_of(asked.fields)
    return _summaries(asked.world.store.settled_between(asked.account, start, end))


def _one_batch(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="batch_number")
    latest = number or asked.world.store.meta(f"batch:{asked.account}", 0)
    return _summaries(asked.world.store.latest_batch(asked.account, latest))


def _summaries(settled: list[Transaction]) -> Json:
    return {"data": {"batches": shapes.batch_summaries(settled)}}


def _batch_transactions(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="batch_number")
    return _export(asked.world.store.latest_batch(asked.account, number))


ROUTES = (
    route(at.EXPORT_BY_DAYS, "export", _by_days),
    route(at.EXPORT_BY_ID, "export", _by_id),
    route(at.RECORD, "export", _record),
    route(at.CAPTURABLE, "export", _capturable),
    route(at.VOIDABLE, "export", _voidable),
    route(at.REFUNDABLE, "refund", _refundable),
    route(at.BATCHES, "batches", _batches),
    route(at.ONE_BATCH, "batches", _one_batch),
    route(at.BATCH_TRANSACTIONS, "batches", _batch_transactions),
)
