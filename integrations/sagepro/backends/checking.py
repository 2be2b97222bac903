"""Whether the books would take a receipt: every reason not to, told before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integrations.canonical.posting import Application, PostingKind, PostingRequest
from integrations.sagepro.backends import documents, reading
from integrations.sagepro.backends.books import Company, H, Row
from integrations.sagepro.backends.plan import ZERO, Movement, Plan, refuse, wait


def plan_receipt(connection: H, company: Company[H], request: PostingRequest) -> Plan:
    """What a receipt does: its applications, and the rest as an open credit.

    Raises Answered with REFUSED or WAIT.
    """
    check_amounts(request)
    customer = find_customer(connection, company, request)
    rest = request.amount.amount - sum((a.amount for a in request.applications), ZERO)
    movements = tuple(
        Movement(open_invoice(connection, company, request, paid), paid.amount, paid.discount)
        for paid in request.applications
    )
    if rest and PostingKind.ON_ACCOUNT not in company.profile.kinds:
        raise refuse(
            "profile_missing",
            f"{rest:.2f} of {request.amount} is left over, and the posting profile of this "
            "company has no payment on account.",
            field="amount",
            remedy="Apply the whole amount, or calibrate payments on account.",
        )
    number = credit_number(company, request) if rest else ""
    return Plan(customer=customer, movements=movements, new_credit=rest, credit_number=number)


def credit_number(company: Company[Any], request: PostingRequest) -> str:
    """The document number of an open credit: the marker, so that it is always the same."""
    return request.marker[-company.profile.column("invoices", "number").type.width :]


_NEED_INVOICES = {
    PostingKind.RECEIPT: "A receipt",
    PostingKind.APPLICATION: "An application of an open credit",
}


def check_amounts(request: PostingRequest) -> None:
    """Raises Answered with REFUSED when the parts do not make up the whole."""
    numbers = [a.invoice_number.strip() for a in request.applications]
    if len(set(numbers)) != len(numbers):
        raise _wrong("One posting names the same invoice twice.")
    for part in request.applications:
        if not _is_money(part.amount) or not _is_money(part.discount):
            raise _wrong(f"{part.amount} on invoice {part.invoice_number} is not an amount.")
        if part.amount <= 0 or part.discount < 0:
            raise _wrong(f"The amount on invoice {part.invoice_number} is not above zero.")
    total = sum((part.amount for part in request.applications), ZERO)
    if total > request.amount.amount:
        raise _wrong(f"The invoices add up to {total:.2f}, more than the {request.amount} paid.")
    if request.kind is PostingKind.ON_ACCOUNT and request.applications:
        raise _wrong("A payment on account names no invoice.")
    if request.kind in _NEED_INVOICES and not request.applications:
        raise _wrong(f"{_NEED_INVOICES[request.kind]} names at least one invoice.")


def _is_money(value: Decimal) -> bool:
    return value.is_finite() and value == value.quantize(Decimal("0.0001"))


def _wrong(sentence: str) -> Exception:
    return refuse("value_refused", sentence, field="applications")


def find_customer(connection: H, company: Company[H], request: PostingRequest) -> Row:
    """The customer of the posting. Raises Answered: none there, other currency, in use."""
    name = company.profile.physical_table("customers")
    rows = reading.customer_rows(connection, company, request.customer_number)
    if len(rows) != 1:
        raise refuse(
            "customer_missing",
            f"Sage has no customer {request.customer_number} ({name}).",
            field="customer_number",
            remedy="Choose the customer this payment belongs to.",
        )
    _check_currency(company, request, rows[0], f"Customer {request.customer_number}", name)
    if documents.is_locked(rows[0]):
        raise wait(f"Customer {request.customer_number} is being edited in Sage ({name}).")
    return rows[0]


def find_document(connection: H, company: Company[H], number: str) -> tuple[Row | None, bool]:
    """The current document of that number, and whether history has one. Raises Answered."""
    where = company.matches("invoices", "number", [number])
    rows = company.rows(connection, "invoices", where)
    if len(rows) > 1:
        raise refuse(
            "value_refused",
            f"{company.profile.physical_table('invoices')} holds {len(rows)} documents {number}.",
            field="invoice_number",
            remedy="Correct the numbers in Sage; we cannot tell which one is meant.",
        )
    if rows:
        return rows[0], False
    older = company.matches("invoice_history", "number", [number])
    return None, bool(company.rows(connection, "invoice_history", older))


def open_invoice(
    connection: H, company: Company[H], request: PostingRequest, part: Application
) -> Row:
    """The invoice that a part pays. Raises Answered unless that much of it is open."""
    number = part.invoice_number.strip()
    name = company.profile.physical_table("invoices")
    row, in_history = find_document(connection, company, number)
    if in_history:
        raise _paid(number, company.profile.physical_table("invoice_history"))
    if row is None:
        raise refuse(
            "invoice_not_found",
            f"Sage has no invoice {number} ({name} and its history).",
            field="invoice_number",
            remedy="Choose the invoice, or post the payment on account.",
        )
    check_document(company, request, row)
    _check_open(company, row, part, name)
    return row


def check_document(company: Company[Any], request: PostingRequest, row: Row) -> None:
    """Raises Answered unless the document is this customer's, in this currency, and free."""
    name, number = company.profile.physical_table("invoices"), row["number"]
    if row["customer_number"] != request.customer_number.strip():
        raise refuse(
            "value_refused",
            f"Invoice {number} belongs to customer {row['customer_number']}, "
            f"not {request.customer_number} ({name}).",
            field="customer_number",
            remedy="Choose another invoice, or the customer of this one.",
        )
    _check_currency(company, request, row, f"Invoice {number}", name)
    if documents.is_locked(row):
        raise wait(f"Invoice {number} is being edited in Sage ({name}).")


def _check_open(company: Company[Any], row: Row, part: Application, name: str) -> None:
    number, balance = row["number"], row["balance"]
    if documents.is_void(company.profile, row):
        raise refuse(
            "invoice_void",
            f"Invoice {number} is void in Sage ({name}, status {row['status']}).",
            field="invoice_number",
            remedy="Choose another invoice, or post the payment on account.",
        )
    if balance == 0:
        raise _paid(number, name)
    if balance < part.amount + part.discount:
        raise refuse(
            "over_balance",
            f"Invoice {number} has {balance:.2f} open, less than "
            f"{part.amount + part.discount:.2f} ({name}).",
            field="amount",
            remedy="Apply what is open and put the rest on account.",
        )


def _paid(number: str, name: str) -> Exception:
    return refuse(
        "invoice_paid",
        f"Invoice {number} is already paid in Sage ({name}).",
        field="invoice_number",
        remedy="Compare with the receipt in Sage: it may be the same payment.",
    )


def _check_currency(
    company: Company[Any], request: PostingRequest, row: Row, what: str, name: str
) -> None:
    currency = documents.currency_of(company.profile, row)
    if currency != request.amount.currency:
        raise refuse(
            "currency_mismatch",
            f"{what} is in {currency}, the payment in {request.amount.currency} ({name}).",
            field="currency",
            remedy="Post it in Sage by hand with the rate of the day.",
        )


def check_is_home(company: Company[Any], request: PostingRequest) -> None:
    """Raises Answered for what would be made anew in another currency than the books are kept in:
    an open credit has a rate and a base balance, and a journal alone names no currency at all."""
    home, paid_in = company.profile.home_currency, request.amount.currency
    if paid_in == home:
        return
    what = "A journal" if request.is_journal else "An open credit"
    raise refuse(
        "currency_mismatch",
        f"{what} in {paid_in} needs a rate of exchange, for these books are kept in {home}, and "
        "none is known here.",
        field="currency",
        remedy="Post it in Sage by hand with the rate of the day.",
    )


def check_period(connection: H, company: Company[H], request: PostingRequest) -> None:
    """Raises Answered unless the accounting date lies in an open fiscal period."""
    name = company.profile.physical_table("periods")
    day = request.accounting_date
    for period in reading.fiscal_periods(connection, company):
        if period.starts_on <= day <= period.ends_on:
            if not period.is_closed:
                return
            which = f"period {period.period} of {period.year}, which is closed"
            raise _closed(f"{day:%d %B %Y} lies in {which} ({name}).")
    raise _closed(f"{day:%d %B %Y} lies in no fiscal period ({name}).")


def _closed(sentence: str) -> Exception:
    return refuse(
        "period_closed",
        sentence,
        field="accounting_date",
        remedy="Open the period in Sage, or post with a date in an open one.",
    )


def check_accounts(connection: H, company: Company[H], accounts: Sequence[str]) -> None:
    """Raises Answered unless each account is in the chart and active."""
    name = company.profile.physical_table("accounts")
    if not accounts:
        raise refuse(
            "account_missing",
            "The posting has no journal lines, so the general ledger would not follow.",
            field="journal",
            remedy="Complete the GL rules.",
        )
    where = company.matches("accounts", "number", accounts)
    found = {row["number"]: row for row in company.rows(connection, "accounts", where)}
    for account in accounts:
        row = found.get(account.strip())
        if row is None or not documents.is_active(company.profile, row):
            problem = "is not in the chart of accounts" if row is None else "is inactive"
            raise refuse(
                "account_missing",
                f"GL account {account} {problem} ({name}).",
                field="account",
                remedy="Choose another account in the GL rules.",
            )
