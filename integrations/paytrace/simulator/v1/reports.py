"""Exports and batches as v1 answers them: code 1 with success true."""

from __future__ import annotations

from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.simulator import exchange, shapes
from integrations.paytrace.simulator.exchange import Json
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.state import RefusedError, Transaction


def success(**lists: list[Json]) -> Json:
    """Exports do say code 1 and success (help.paytrace.com/json-export-tranx-date)."""
    code = int(ResponseCode.GENERAL)
    return {"success": True, "response_code": code, "status_message": "Success", **lists}


def export(transactions: list[Transaction], *, with_bin: bool = False) -> Json:
    rows = [exported_transaction(item, with_bin=with_bin) for item in transactions]
    return success(transactions=rows)


def exported_transaction(transaction: Transaction, *, with_bin: bool = False) -> Json:
    """v1's own names: integer id, `invoice_id`, the merchant's `customer_id`.

    `original_transaction_id` is not documented; the account shows it, so it is offered.
    """
    said = {
        "transaction_id": transaction.id,
        **shapes.exported(transaction, with_bin=with_bin),
        "invoice_id": transaction.invoice_id,
        "customer_id": transaction.customer_id,
    }
    if transaction.original_id:
        said["original_transaction_id"] = transaction.original_id
    return said


def _by_days(asked: Asked) -> Json:
    start, end = exchange.days_of(asked.fields)
    made = asked.world.store.created_between(asked.account, start, end)
    found = [
        item
        for item in asked.world.exported(made)
        if shapes.wanted(item, asked.fields, customer_field="customer_id")
    ]
    return export(found, with_bin=asked.fields.get("include_bin") is True)


def _by_id(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="transaction_id")
    found = asked.world.till.find(asked.account, number)
    if not asked.world.exported([found]):
        raise RefusedError(ErrorCode.TRANSACTION_UNKNOWN)
    return export([found])


def _batches(asked: Asked) -> Json:
    start, end = exchange.days_of(asked.fields)
    settled = asked.world.store.settled_between(asked.account, start, end)
    return success(batches=shapes.batch_summaries(settled))


def _one_batch(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="batch_number")
    latest = number or asked.world.store.meta(f"batch:{asked.account}", 0)
    settled = asked.world.store.latest_batch(asked.account, latest)
    return success(batches=shapes.batch_summaries(settled))


def _batch_transactions(asked: Asked) -> Json:
    number = exchange.number_of(asked.fields, name="batch_number")
    return export(asked.world.store.latest_batch(asked.account, number))


ROUTES = (
    route(at.EXPORT_BY_DAYS, "export", _by_days),
    route(at.EXPORT_BY_ID, "export", _by_id),
    route(at.BATCHES, "batches", _batches),
    route(at.ONE_BATCH, "batches", _one_batch),
    route(at.BATCH_TRANSACTIONS, "batches", _batch_transactions),
)
