"""Reading one record of the cases API: a case, or what of it cannot be read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.canonical.disputes import LONGEST_CASE, LONGEST_PAYMENT, STATES, is_name
from integrations.canonical.money import Money, MoneyError
from integrations.canonical.redaction import redact_mapping, redact_text
from integrations.canonical.transactions import TransactionState
from integrations.disputes.provider import Case, Told, UnreadableCase

_LONGEST_TEXT = 200
_STATES = {state.value: state for state in STATES}


class _WrongError(Exception):
    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def read_case(record: Any) -> Told:
    """The case a record tells; an UnreadableCase naming its first member that cannot be read."""
    if not isinstance(record, Mapping):
        return UnreadableCase("", "case", _kept(record))
    number = record.get("case_number")
    is_named = isinstance(number, str) and is_name(number, longest=LONGEST_CASE)
    try:
        if not is_named:
            raise _WrongError("case_number")
        return _case(record)
    except _WrongError as wrong:
        return UnreadableCase(str(number) if is_named else "", wrong.field, _kept(record))


def _case(record: Mapping[str, Any]) -> Case:
    status = _text(record, "status").strip().lower()
    state = _STATES.get(status, TransactionState.UNKNOWN)
    decided_on = _day(record, "decided_on")
    if state in (TransactionState.WON, TransactionState.LOST) and decided_on is None:
        raise _WrongError("decided_on")
    opened_on = _day(record, "opened_on")
    if opened_on is None:
        raise _WrongError("opened_on")
    return Case(
        case_number=str(record["case_number"]),
        payment_id=_payment(record),
        state=state,
        status=status,
        amount=_amount(record),
        opened_on=opened_on,
        decided_on=decided_on,
        fee=_money(record, "fee") if record.get("fee") not in (None, "") else None,
        reason=_text(record, "reason"),
        respond_by=_day(record, "respond_by"),
    )


def _payment(record: Mapping[str, Any]) -> str:
    value = record.get("payment_id")
    text = "" if value is None else str(value)
    if text and not is_name(text, longest=LONGEST_PAYMENT):
        raise _WrongError("payment_id")
    return text


def _amount(record: Mapping[str, Any]) -> Money:
    amount = _money(record, "amount")
    if not amount.amount:
        raise _WrongError("amount")
    return amount


def _money(record: Mapping[str, Any], name: str) -> Money:
    """At least zero, told as text; a JSON number is read digit for digit."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _WrongError(name)
    try:
        found = Money.parse(str(value), _currency(record))
    except MoneyError:
        raise _WrongError(name) from None
    if found.amount < 0:
        raise _WrongError(name)
    return found


def _currency(record: Mapping[str, Any]) -> str:
    value = record.get("currency")
    if not (isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha()):
        raise _WrongError("currency")
    return value.upper()


def _day(record: Mapping[str, Any], name: str) -> date | None:
    value = record.get(name)
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _WrongError(name) from None


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return redact_text("" if value is None else str(value))[:_LONGEST_TEXT]


def _kept(record: object) -> object:
    return redact_mapping(_plain(record))


def _plain(value: object) -> object:
    """The same with exact numbers as text, for a JSON column."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return f"{value:f}" if isinstance(value, Decimal) else value
