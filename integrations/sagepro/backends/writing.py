"""Carrying out a plan: receipts, guarded documents and customer, GL distribution, our record.

Each update names the values it read. One that matches no row lost to somebody in Sage; the
whole transaction is given up and asked again later.
"""

from __future__ import annotations

from sqlalchemy import Connection

from integrations.canonical.posting import TAKES_BACK, JournalLine, PostingRequest
from integrations.sagepro.backends import ledger
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.counting import next_number
from integrations.sagepro.backends.plan import (
    ZERO,
    Movement,
    Plan,
    document_numbers,
    new_balance,
    new_paid,
    wait,
)


def write(connection: Connection, company: SqlCompany, request: PostingRequest, plan: Plan) -> str:
    """Write everything; the GL session number it stands under. Raises Answered with WAIT."""
    session = _next_session(connection, company)
    values = plan.receipt_values()
    ledger.record(connection, company, request, values=values, session=session)
    stamp = audit(connection, company)
    cash = {"session": session, "cash_account": cash_account(request, plan)}
    for move in plan.movements:
        _move_document(connection, company, request, move)
        _add_receipt(connection, company, _receipt(company, request, move) | cash | stamp)
    if plan.new_credit:
        _open_credit(connection, company, request, plan, cash=cash, stamp=stamp)
    if plan.customer_change:
        _move_customer(connection, company, request, plan)
    _distribute(connection, company, request, plan, session=session)
    return session


def _next_session(connection: Connection, company: SqlCompany) -> str:
    rule = company.profile.session
    number = next_number(connection, company, rule.key, digits=rule.width, is_next=rule.is_next)
    return str(number).zfill(rule.width)


def audit(connection: H, company: Changeable[H]) -> dict[str, object]:
    """Who and when, by the company's clock, as Sage's own audit columns say it."""
    now = company.now(connection)
    return {
        "added_by": company.profile.user_code,
        "added_date": now.date(),
        "added_time": f"{now:%H:%M:%S}",
    }


def _receipt(company: SqlCompany, request: PostingRequest, move: Movement) -> dict[str, object]:
    """One receipt row; invoice keys are copied from the document, as Sage does it."""
    fields = company.profile.receipt_fields
    copied = ("customer_number", "invoice_date", "salesman", "customer_po", "type")
    return {
        **{key: move.document.get(key, "") for key in copied},
        "invoice_number": move.number,
        "paid": move.paid,
        "discount": move.discount,
        "paid_date": request.accounting_date,
        "marker": request.marker,
        "currency": request.amount.currency,
        **{fields[name]: text.strip() for name, text in request.fields.items()},
    }


def cash_account(request: PostingRequest, plan: Plan) -> str:
    """The account the money comes in by: the first debit; the first credit where it goes out."""
    goes_out = request.kind in TAKES_BACK and plan.customer_change < 0
    for line in request.journal if plan.moves_cash else ():
        if line.credit if goes_out else line.debit:
            return line.account
    return ""


def _add_receipt(connection: Connection, company: SqlCompany, values: Row) -> None:
    company.insert(connection, "receipts", company.only_mapped("receipts", values))


def _move_document(
    connection: Connection, company: SqlCompany, request: PostingRequest, move: Movement
) -> None:
    where = company.matches("invoices", "number", [move.number])
    where &= company.holds("invoices", "balance", move.document["balance"])
    where &= company.holds("invoices", "paid", move.document["paid"])
    values: dict[str, object] = {
        "balance": new_balance(move),
        "paid": new_paid(company, move),
        "base_balance": new_balance(move),
    }
    if request.kind not in TAKES_BACK:
        values["paid_date"] = request.accounting_date
    if move.document.get("currency", "") not in {"", company.profile.home_currency}:
        # The base-currency twin follows the site's own rate, which we do not compute.
        del values["base_balance"]
    kept = company.only_mapped("invoices", values)
    if company.update(connection, "invoices", where, kept) != 1:
        raise wait(f"Document {move.number} changed in Sage at the same moment.")


def _open_credit(
    connection: Connection,
    company: SqlCompany,
    request: PostingRequest,
    plan: Plan,
    *,
    cash: dict[str, str],
    stamp: dict[str, object],
) -> None:
    document: dict[str, object] = {
        "number": plan.credit_number,
        "customer_number": plan.customer["number"],
        "invoice_date": request.accounting_date,
        "due_date": request.accounting_date,
        "salesman": plan.customer.get("salesman", ""),
        "amount": -plan.new_credit,
        "paid": ZERO,
        "balance": -plan.new_credit,
        "base_balance": -plan.new_credit,
        "type": company.profile.open_credit_type,
        "marker": request.marker,
        "currency": request.amount.currency,
        "rate": 1,
    }
    company.insert(connection, "invoices", company.only_mapped("invoices", document | stamp))
    move = Movement(document, plan.new_credit, ZERO)
    _add_receipt(connection, company, _receipt(company, request, move) | cash | stamp)


def _move_customer(
    connection: Connection, company: SqlCompany, request: PostingRequest, plan: Plan
) -> None:
    customer = plan.customer
    where = company.matches("customers", "number", [customer["number"]])
    where &= company.holds("customers", "balance", customer["balance"])
    values: dict[str, object] = {"balance": customer["balance"] - plan.customer_change}
    newest = customer["last_paid_date"]
    is_receipt = request.kind not in TAKES_BACK
    if is_receipt and (newest is None or newest <= request.accounting_date):
        values["last_paid_date"] = request.accounting_date
        values["last_paid_amount"] = request.amount.amount
    if company.update(connection, "customers", where, values) != 1:
        raise wait(f"Customer {customer['number']} changed in Sage at the same moment.")


def _distribute(
    connection: Connection,
    company: SqlCompany,
    request: PostingRequest,
    plan: Plan,
    *,
    session: str,
) -> None:
    # A journal line names no document; all of them stand under the posting's first one, and
    # under our marker where there is none.
    number = (*document_numbers(plan), request.marker)[0]
    for line in request.journal:
        values = {
            "account": line.account,
            "document_number": number,
            "date": request.accounting_date,
            "session": session,
            "amount": signed(line),
        }
        company.insert(connection, "distributions", values)


def signed(line: JournalLine) -> object:
    """Debits positive, credits negative, as the distribution tables hold them."""
    return line.debit - line.credit
