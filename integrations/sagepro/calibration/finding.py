"""Finding every column, one table after another."""

from __future__ import annotations

from integrations.sagepro.calibration.books import Books
from integrations.sagepro.calibration.documents import find_invoices
from integrations.sagepro.calibration.ledger import (
    find_counters,
    find_customers,
    find_distributions,
)
from integrations.sagepro.calibration.receipts import (
    find_invoice_dates,
    find_receipts,
    keep_the_rest,
)
from integrations.sagepro.calibration.signs import find_sign


def find_columns(books: Books) -> None:
    """Fill `books.columns`; what cannot be told is a question or a problem in the notes."""
    find_invoices(books)
    find_customers(books)
    find_distributions(books)
    find_sign(books)
    find_counters(books)
    find_receipts(books)
    find_invoice_dates(books)
    keep_the_rest(books)
