"""The logical columns the connector cannot do without; a profile may map more.

Without the tables of REQUIRED nothing can be posted. Those of OPTIONAL are for what some sites
want beside payments; a company that maps none of them says so when it is asked.
"""

from __future__ import annotations

REQUIRED: dict[str, frozenset[str]] = {
    "customers": frozenset({"number", "name", "balance", "last_paid_date", "last_paid_amount"}),
    "invoices": frozenset(
        {
            "number",
            "customer_number",
            "invoice_date",
            "amount",
            "paid",
            "balance",
            "paid_date",
            "status",
            "type",
        }
    ),
    "receipts": frozenset(
        {
            "row_id",
            "invoice_number",
            "customer_number",
            "invoice_date",
            "paid",
            "discount",
            "paid_date",
            "marker",
        }
    ),
    "distributions": frozenset({"account", "document_number", "date", "session", "amount"}),
    "accounts": frozenset({"number", "description"}),
    "periods": frozenset({"year", "period", "starts_on", "ends_on", "closed"}),
    "counters": frozenset({"key", "value"}),
    "companies": frozenset({"number", "name"}),
    "postings": frozenset(
        {
            "effect_key",
            "company",
            "marker",
            "payload_hash",
            "kind",
            "state",
            "customer_number",
            "invoices",
            "receipt_count",
            "line_count",
            "amount",
            "currency",
            "accounting_date",
            "session",
            "reverses",
            "posted_at",
        }
    ),
}

OPTIONAL: dict[str, frozenset[str]] = {
    "orders": frozenset(
        {"number", "customer_number", "order_date", "open_amount", "shipped_amount", "status"}
    ),
    "order_lines": frozenset(
        {"order_number", "line_number", "item", "open_quantity", "shipped_quantity", "price"}
    ),
    "items": frozenset({"number", "description"}),
    "stock": frozenset({"item", "location", "on_hand", "allocated"}),
    "flagged": frozenset(
        {"number", "flag", "kind", "amount", "generation", "status", "result_id", "message"}
    ),
}

RECEIPT_FIELDS = frozenset({"reference", "check_number", "payment_type", "comment", "batch"})
"""Receipt columns a field mapping may fill; all others are the writer's own."""

WITH_HISTORY = ("invoices", "receipts", "orders", "order_lines")

NEW_CUSTOMER = frozenset(
    {
        "contact", "address1", "address2", "city", "state", "postal_code", "country", "phone",
        "on_order", "added_by", "added_date", "added_time",
    }
)  # fmt: skip
"""Customer columns for new customers and orders alone: not read, nor shown, with every customer."""

FOR_ORDERS = ("orders", "order_lines", "items")
"""Tables that must be mapped before sales orders are written."""
