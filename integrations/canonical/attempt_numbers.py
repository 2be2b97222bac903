"""The invoice id under which PayTrace is told of an attempt: the invoice it pays, and a code.

`10432-T5K2Q9ABCDE`, or `T5K2Q9ABCDE` of what pays no invoice. Sage's invoice numbers have at most
ten characters (C10), so none of them looks like one.
"""

from __future__ import annotations

# Crockford's base 32: no letter that reads like a digit.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10


def numbered(invoice_number: str, *, code: str) -> str:
    """The id of an attempt with this code, readable beside the invoice it pays."""
    return f"{invoice_number}-T{code}" if invoice_number else f"T{code}"


def is_ours(invoice_id: str) -> bool:
    """Whether it looks like one of ours. Whether it is one, the rows say."""
    code, before = invoice_id[-CODE_LENGTH:], invoice_id[:-CODE_LENGTH]
    is_marked = before == "T" or before.endswith("-T")
    return is_marked and len(code) == CODE_LENGTH and all(char in DIGITS for char in code)


def invoice_in(invoice_id: str) -> str:
    """The invoice it names, without our code; what is not ours stays as it is written."""
    if not is_ours(invoice_id):
        return invoice_id
    return invoice_id[: -CODE_LENGTH - 1].removesuffix("-")
