"""Chart of accounts and fiscal calendar of the sample company."""

from __future__ import annotations

from datetime import date, timedelta

Record = dict[str, object]

BANK = "1010-00"
RECEIVABLES = "1200-00"
SALES = "4000-00"
SALES_RETURNS = "4100-00"
DEPOSITS = "2300-00"

_ACCOUNTS = (
    (BANK, "Operating bank account", "CA"),
    ("1100-00", "Undeposited funds", "CA"),
    ("1105-00", "Card clearing", "CA"),
    ("1110-00", "ACH clearing", "CA"),
    (RECEIVABLES, "Accounts receivable", "CA"),
    ("1300-00", "Inventory", "CA"),
    ("2000-00", "Accounts payable", "CL"),
    ("2200-00", "Sales tax payable", "CL"),
    (DEPOSITS, "Customer deposits", "CL"),
    ("3000-00", "Retained earnings", "EQ"),
    (SALES, "Sales", "IN"),
    (SALES_RETURNS, "Sales returns", "IN"),
    ("4200-00", "Sales discounts taken", "IN"),
    ("5000-00", "Cost of goods sold", "CS"),
    ("6100-00", "Merchant fees", "EX"),
    ("6150-00", "Chargeback loss", "EX"),
    ("6200-00", "Bad debt expense", "EX"),
    ("1015-00", "Old bank account (closed)", "CA"),
)
INACTIVE = "1015-00"


def account_records(balances: dict[tuple[str, int], object]) -> list[Record]:
    """GLACNT rows; `balances` by account and month of the current year."""
    return [
        {
            "glacnt": number,
            "gldesc": name,
            "gltype": kind,
            "glstat": "I" if number == INACTIVE else "A",
            **{f"glcbal{month:02}": balances.get((number, month), 0) for month in range(1, 13)},
        }
        for number, name, kind in _ACCOUNTS
    ]


def period_records(today: date) -> list[Record]:
    """SYCDFIS rows by calendar month, last year to next; closed until the month before last."""
    first_open = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    months = [
        (year, month) for year in range(today.year - 1, today.year + 2) for month in range(1, 13)
    ]
    return [_period(year, month, first_open) for year, month in months]


def _period(year: int, month: int, first_open: date) -> Record:
    starts = date(year, month, 1)
    ends = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return {
        "fisyear": year,
        "fisper": month,
        "begdate": starts,
        "enddate": ends,
        "closed": ends < first_open,
    }
