"""A request as the simulator reads it, an answer as it gives it, and what both versions share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from integrations.canonical.transactions import TransactionState
from integrations.paytrace import wire
from integrations.paytrace.simulator.state import PACIFIC, Transaction
from integrations.paytrace.simulator.world import LoginRefusedError, World

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes
    is_local: bool

    def fields(self) -> Json:
        """The body as an object, JSON or form. Raises ValueError for anything else."""
        if not self.content:
            return {}
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.content.decode()))
        value = wire.loads(self.content)
        if not isinstance(value, dict):
            raise ValueError("Not an object")
        return value

    @property
    def token(self) -> str:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""


@dataclass(frozen=True)
class Answer:
    """`is_cut` closes the connection instead of answering."""

    status: int
    content: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False


class BadFieldError(Exception):
    """A field of the request that cannot be read."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def json_answer(body: Json, *, status: int = 200) -> Answer:
    return Answer(status, wire.dumps(body).encode())


def log_in(world: World, username: str, password: str, *, body: str, status: int) -> Answer:
    """One login, counted. `body` is where the version puts the token: top level or `data`."""
    try:
        with world.turn():
            token = world.log_in(username, password)
    except LoginRefusedError as refused:
        with world.turn():
            world.refuse_login(username)
        return login_refused(is_locked=refused.is_locked)
    said: Json = {"access_token": token, "token_type": "bearer", "expires_in": 7200}
    return json_answer({"data": said} if body == "data" else said, status=status)


def login_refused(*, is_locked: bool) -> Answer:
    """OAuth's `invalid_grant` (ActiveMerchant); the wording for a locked user is ours."""
    text = "The user is locked." if is_locked else "The grant is invalid, expired or revoked."
    return json_answer({"error": "invalid_grant", "error_description": text}, status=400)


def token_refused() -> Answer:
    text = "The access token is invalid or has expired."
    return json_answer({"error": "invalid_token", "error_description": text}, status=401)


def amount_of(fields: Json, *, name: str = "amount") -> Decimal:
    """Two decimals, above zero, sent as text or number. Raises BadFieldError."""
    try:
        amount = Decimal(str(fields[name]))
    except (KeyError, InvalidOperation) as error:
        raise BadFieldError(name) from error
    if not amount.is_finite() or amount <= 0 or amount != round(amount, 2):
        raise BadFieldError(name)
    return amount


def number_of(fields: Json, *, name: str) -> int:
    """An id or batch number, as number or digits; 0 when missing or not one."""
    text = str(fields.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def days_of(fields: Json) -> tuple[datetime, datetime]:
    """From the first moment of `start_date` to the last of `end_date`, Pacific days."""
    start, end = _day(fields, "start_date"), _day(fields, "end_date")
    return _midnight(start), _midnight(end + timedelta(days=1))


def _day(fields: Json, name: str) -> date:
    try:
        return datetime.strptime(str(fields[name]), "%m/%d/%Y").replace(tzinfo=UTC).date()
    except (KeyError, ValueError) as error:
        raise BadFieldError(name) from error


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=PACIFIC)


def write_moment(moment: datetime | None) -> str:
    """`M/D/YYYY h:mm:ss AM/PM`, Pacific, without saying so; "" for none."""
    if moment is None:
        return ""
    local = moment.astimezone(PACIFIC)
    return f"{local.month}/{local.day}/{local.year} {local.hour % 12 or 12}:{local:%M:%S %p}"


def status_of(transaction: Transaction) -> tuple[str, str]:
    """status_code and status_message (moqui/mantle-paytrace); auto-void's text is inferred."""
    if transaction.state is TransactionState.SETTLED:
        code = f"GB{transaction.batch_number}"
        return code, code
    return _STATUSES[transaction.state]


_STATUSES = {
    TransactionState.PENDING_SETTLEMENT: ("Y", "Pending Settlement"),
    TransactionState.AUTHORIZED: ("N", "Authorization Only"),
    TransactionState.VOIDED: ("N", "VOIDED"),
    TransactionState.AUTO_VOIDED: ("N", "AUTO VOIDED"),
    TransactionState.DECLINED: ("N", "DECLINED"),
    TransactionState.UNKNOWN: ("Q", "In Review"),
}


def exported(transaction: Transaction) -> Json:
    """The fields both versions export (help.paytrace.com/json-export-tranx-date)."""
    code, message = status_of(transaction)
    said: Json = {
        "credit_card": {
            "masked_number": transaction.masked_number,
            "expiration_month": 12,
            "expiration_year": 30,
        },
        "transaction_type": transaction.type.value.upper(),
        "description": transaction.description,
        "amount": transaction.amount,
        "tax_amount": "0.00",
        "shipping_address": _address(""),
        "billing_address": _address(transaction.customer_name),
        "receipt_emailed_to": transaction.email,
        "customer_reference_id": transaction.customer_reference_id,
        "approval_code": transaction.approval_code,
        "approval_message": transaction.approval_message,
        "avs_response": "No Match",
        "csc_response": "Match",
        "status_code": code,
        "status_message": message,
        "created": {
            "through": "API",
            "at": write_moment(transaction.created_at),
            "by": transaction.created_by,
            "from_ip": "127.0.0.1",
        },
        "settled": write_moment(transaction.settled_at),
    }
    if transaction.discretionary:
        said["discretionary_data"] = transaction.discretionary
    return said


def _address(name: str) -> Json:
    fields = ("street_address", "street_address2", "city", "state", "zip")
    return {"name": name, **dict.fromkeys(fields, ""), "country": "US"}


def batch_summary(transactions: list[Transaction]) -> Json:
    """One batch. The names follow the legacy record in snake case (inferred)."""
    sales = [t.amount for t in transactions if t.type.value != "refund"]
    refunds = [t.amount for t in transactions if t.type.value == "refund"]
    sold, refunded = sum(sales, Decimal(0)), sum(refunds, Decimal(0))
    first = transactions[0]
    return {
        "batch_number": first.batch_number,
        "when": write_moment(first.settled_at),
        "transaction_count": len(transactions),
        "net_amount": sold - refunded,
        "sales_count": len(sales),
        "sales_amount": sold,
        "refund_count": len(refunds),
        "refund_amount": refunded,
    }


def batch_summaries(transactions: list[Transaction]) -> list[Json]:
    """Settled transactions gathered by number and moment, oldest first."""
    grouped: dict[tuple[datetime, int], list[Transaction]] = {}
    for item in transactions:
        if item.settled_at is not None:
            grouped.setdefault((item.settled_at, item.batch_number), []).append(item)
    return [batch_summary(grouped[key]) for key in sorted(grouped)]
