"""Read a Silent Post: the form Secure Checkout sends to one URL. Pure.

An untrusted hint: no amount, no signature, checkout transactions only, and at-most-once as far
as PayTrace documents it (help.paytrace.com/handling-silent-post-response). Confirm by export.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

MAX_BODY = 64 * 1024
# What redaction leaves where a card number stood.
_TAKEN_OUT = "[PAN"


@dataclass(frozen=True)
class SilentPost:
    """What was said. `app_code` is empty on a decline."""

    transaction_id: str
    order_id: str = ""
    app_code: str = ""
    app_message: str = ""
    email: str = ""


def parse_silent_post(body: bytes) -> SilentPost:
    """Read `parmList=NAME~VALUE|NAME~VALUE|`, in any order and letter case.

    Raises ValueError with a sentence when there is no `parmList` or no usable TRANSACTIONID
    (customer-only posts have none; one that was a card number was taken out before).
    """
    values = _pairs(_parm_list(body))
    transaction_id = values.get("TRANSACTIONID", "")
    if _TAKEN_OUT in transaction_id:
        raise ValueError(
            "The TRANSACTIONID of the silent post held a card number, which was taken out; "
            "polling finds the payment"
        )
    if not (transaction_id.isascii() and transaction_id.isdigit() and len(transaction_id) <= 20):
        raise ValueError("The silent post names no transaction")
    return SilentPost(
        transaction_id=transaction_id,
        order_id=values.get("ORDERID", ""),
        app_code=values.get("APPCODE", ""),
        app_message=" ".join(values.get("APPMSG", "").split()),
        email=values.get("EMAIL", ""),
    )


def _parm_list(body: bytes) -> str:
    if len(body) > MAX_BODY:
        raise ValueError("The silent post is too large")
    form = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    for name, value in form:
        if name.lower() == "parmlist":
            return value
    raise ValueError("The form has no parmList field")


def _pairs(text: str) -> dict[str, str]:
    """The first mention of a name wins: an appended second TRANSACTIONID changes nothing."""
    found: dict[str, str] = {}
    for part in text.split("|"):
        name, tilde, value = part.partition("~")
        if tilde:
            found.setdefault(name.strip().upper(), value.strip())
    return found
