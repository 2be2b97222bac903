"""What each part of a posting profile is called on screen, and what it is for.

The order here is the order of the form. A label is a noun in the accountant's words; a help
sentence says where to see it in Sage Pro.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.sagepro import flagged_words


@dataclass(frozen=True)
class Words:
    """A label and one sentence of help."""

    label: str
    help: str = ""


COMPANY: dict[str, Words] = {
    "name": Words("Name of this profile", "What people call it; nothing depends on it."),
    "table_pattern": Words(
        "How tables are named",
        "{table} stands for the names below. DBF companies end in their number: {table}{company}.",
    ),
    "database_schema": Words(
        "Database schema", "Leave it empty when the login finds the tables without one."
    ),
    "system_schema": Words(
        "Schema of the system tables",
        "Where the tables that all companies share stand: PROSYS.dbo, say, for a database of their "
        "own. Empty when they stand with the others.",
    ),
    "code_page": Words(
        "Code page", "How text is stored, such as cp1252. Other characters are never written."
    ),
    "home_currency": Words("Currency of the company", "What a blank currency column means: USD."),
    "empty_date": Words(
        "Empty date", "The date that stands where Sage shows none: 1900-01-01 in the SQL edition."
    ),
}
HABITS: dict[str, Words] = {
    "paid_includes_discount": Words(
        "The invoice's paid amount includes the discount",
        "Tick it when Sage raises ‘paid’ by payment and discount, not by the payment alone.",
    ),
    "distributes_applications": Words(
        "Applying an open credit makes GL lines",
        "Tick it when Sage writes distribution lines as a credit is applied to an invoice.",
    ),
    "credits_are_positive": Words(
        "Credits are the positive GL lines",
        "Tick it when Sage's distribution holds a debit below zero and a credit above it.",
    ),
    "allocates_stock": Words(
        "Stock is allocated to orders by Tieout",
        "Tick it when orders from outside shall promise stock; otherwise it is only read.",
    ),
    "may_oversell": Words(
        "Stock may be allocated below zero",
        "Tick it when orders may take more of an item than lies at a location.",
    ),
    "writes_orders": Words(
        "Sales orders are written by Tieout",
        "Tick it when orders from outside shall become sales orders; otherwise they are only read.",
    ),
    "order_numbers.counter": Words(
        "Counter row of sales orders", "Which row of the counters table: SO in most companies."
    ),
    "order_numbers.digits": Words(
        "Digits of an order number", "After the highest the counter begins again: 6."
    ),
    "order_numbers.is_next": Words(
        "The counter holds the next order, not the last one",
        "Tick it when Sage uses the number it finds there, and raises the counter after.",
    ),
    "creates_customers": Words(
        "New customers are added by Tieout",
        "Tick it when customers from outside that Sage does not have shall be added.",
    ),
    "customer_numbers.prefix": Words(
        "A new customer's number begins with", "Leave it empty when all numbers begin otherwise."
    ),
    "customer_numbers.letters": Words(
        "Letters of the name in a customer's number", "4 makes ACME01 of Acme Tools; 0 for none."
    ),
    "customer_numbers.digits": Words(
        "Digits of a customer's number", "Filled with zeros behind the letters: 2."
    ),
    "customer_numbers.counter": Words(
        "Counter row of customers", "Leave it empty, and the lowest free number is taken."
    ),
    "customer_numbers.is_next": Words(
        "The counter holds the next customer, not the last one",
        "Tick it when Sage uses the number it finds there, and raises the counter after.",
    ),
    **{path: Words(*told) for path, told in flagged_words.HABITS.items()},
    "open_credit_type": Words(
        "Document type of a payment on account", "What Sage writes for an open credit, such as O."
    ),
    "user_code": Words("User code", "What Sage shows as the person who entered our receipts."),
    "session.key": Words(
        "Counter row of the GL session", "Which row of the counters table: AR in most companies."
    ),
    "session.width": Words("Digits of the GL session", "The number is filled with zeros: 6."),
    "session.is_next": Words(
        "The counter holds the next session, not the last one",
        "Tick it when Sage writes the number it finds there, and raises the counter after.",
    ),
    "marker.width": Words(
        "Width of our marker", "At most what the marker's column on receipts holds."
    ),
    "marker.prefix": Words("Our marker begins with", "Two letters nobody types by hand: PT."),
    "status_column": Words(
        "Payment status goes to", "An invoice column made for it; leave it out when there is none."
    ),
}
LISTS: dict[str, Words] = {
    "void_statuses": Words("Document status: void", "Nothing is ever posted to such a document."),
    "closed_statuses": Words("Document status: closed", "Shown as paid."),
    "inactive_account_statuses": Words("GL account status: inactive", "Never posted to."),
    "closed_period_values": Words("Fiscal period: closed", "What ‘closed’ holds: true or Y."),
    "credit_hold_values": Words("Customer status: credit hold", "Shown beside the customer."),
}
KINDS: dict[str, Words] = {
    "receipt": Words("Receipts on invoices"),
    "on_account": Words("Payments on account"),
    "reversal": Words("Reversals: void, refund, return"),
    "application": Words(
        "Open credits applied to invoices", "Two documents change, and no cash moves."
    ),
    "chargeback": Words("Chargebacks with their fee", "A reversal and the bank's fee in one."),
    "settlement": Words("Settlement journals", "GL lines alone: a batch reaches the bank."),
    "fee": Words("Fee journals", "GL lines alone: what the processor takes."),
}
RECEIPT_FIELDS: dict[str, Words] = {
    "reference": Words("Reference", "A field mapping may fill it."),
    "check_number": Words("Check number", "A field mapping may fill it."),
    "payment_type": Words("Payment type", "A field mapping may fill it."),
    "comment": Words("Comment", "A field mapping may fill it."),
    "batch": Words("Batch", "A field mapping may fill it."),
}
TABLES: dict[str, Words] = {
    "customers": Words("Customers", "Who owes; the balance moves with every receipt."),
    "invoices": Words("Invoices and open credits", "The documents that receipts pay."),
    "receipts": Words("Cash receipts", "One row for every document that a receipt pays."),
    "distributions": Words("GL distribution", "Debits and credits that Sage takes to the ledger."),
    "accounts": Words("Chart of accounts", "Only read."),
    "periods": Words("Fiscal calendar", "Only read."),
    "counters": Words("Counters", "Where the next GL session number stands."),
    "companies": Words("Companies", "Only read."),
    "orders": Words("Sales orders", "May be left out: empty the table's name."),
    "order_lines": Words("Lines of sales orders", "May be left out: empty the table's name."),
    "items": Words("Items", "Only read. May be left out: empty the table's name."),
    "stock": Words("Stock by location", "May be left out: empty the table's name."),
    flagged_words.TABLE: Words(flagged_words.LABEL, flagged_words.HELP),
    "postings": Words("Tieout's own table", "Our record of what was posted, beside the books."),
}
SHARED = Words(
    "All companies share this table", "A system table: its name is taken without company number."
)
