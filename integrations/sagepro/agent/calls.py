"""What travels between portal and agent: calls of a `Connector`, their answers, their failures.

Arguments and answers are carried by the protocol's own types, so that a call of the connector
needs no words of its own here, only its name in one of the two lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, get_type_hints

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)
from integrations.sagepro.agent.codec import decode, encode
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.connector import Connector, ProvesItself, ShowsLayout, TakesSnapshots

POST = "post_if_absent"
OPEN_ITEMS = "open_items"
READS = frozenset(
    {
        "company_profile", "fingerprint", "gl_accounts", "fiscal_periods", "customer",
        "invoices_by_number", "open_invoices", OPEN_ITEMS, "invoices_by_order",
        "receipts_for_invoice", "receipts_by_reference", "look_for_keyed", "look_for_change",
        "layout", "self_test",
        "receipts_between", "customers_after", "customers_changed_since", "orders_by_number",
        "open_orders", "items", "stock", "flagged_rows", "snapshot",
    }
)  # fmt: skip
CHANGES: Mapping[str, str] = {
    "allocate_stock": "allocation",
    "upsert_order": "order",
    "create_or_match_customer": "customer",
    "answer_flagged": "answer",
}
"""Changes beside payments, each with its one argument, which has a key."""
WRITES = frozenset({POST, "withdraw", "note_status", *CHANGES})
EXAMINE = "examine"
"""Not a call of the connector: the agent looks at itself and at what it reaches."""

# Calls that only some back ends answer.
_SPOKEN: Mapping[str, Any] = {
    "layout": ShowsLayout,
    "self_test": ProvesItself,
    "snapshot": TakesSnapshots,
}
_KINDS: Mapping[str, type[IntegrationError]] = {
    "try_later": TryLater,
    "never_works": NeverWorks,
    "fix_configuration": FixConfiguration,
    "outcome_unknown": OutcomeUnknown,
}


def call(connector: Connector, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Make the call and give its answer as JSON, a failure of the four kinds included.

    Raises ValueError when the arguments are not that call's.
    """
    hints = _hints(name)
    given = {key: decode(hints[key], value) for key, value in arguments.items() if key in hints}
    if set(given) != set(arguments) or set(given) != set(hints) - {"return"}:
        raise ValueError(f"These are not the arguments of {name}")
    try:
        return {"value": encode(getattr(connector, name)(**given))}
    except IntegrationError as error:
        return failure(error)


def failure(error: IntegrationError) -> dict[str, Any]:
    """A failure as JSON. What the four kinds say holds no secret."""
    (kind,) = (name for name, one in _KINDS.items() if type(error) is one)
    after = error.after if isinstance(error, TryLater) else None
    return {
        "failure": kind,
        "sentence": error.sentence,
        "code": error.code,
        "field": error.field,
        "remedy": error.remedy,
        "after_seconds": int(after.total_seconds()) if after else 0,
    }


def result(name: str, answer: Mapping[str, Any]) -> Any:
    """The value that `call` answered with.

    Raises the failure it answered with instead, and ValueError for what is no answer.
    """
    if "failure" in answer:
        raise _raised(answer)
    if set(answer) != {"value"}:
        raise ValueError(f"Not an answer to {name}")
    return decode(_hints(name)["return"], answer["value"])


def _raised(answer: Mapping[str, Any]) -> IntegrationError:
    told = {key: str(answer.get(key, "")) for key in ("sentence", "code", "field", "remedy")}
    kind = _KINDS.get(str(answer["failure"]))
    if kind is None:
        raise ValueError("Not a failure anybody knows")
    seconds = answer.get("after_seconds", 0)
    if kind is TryLater and isinstance(seconds, int) and seconds > 0:
        return TryLater(**told, after=timedelta(seconds=min(seconds, 86_400)))
    return kind(**told)


@cache
def _hints(name: str) -> dict[str, Any]:
    if name not in READS | WRITES:
        raise ValueError(f"There is no call named {name}")
    speaker = _SPOKEN.get(name, BeyondPayments if hasattr(BeyondPayments, name) else Connector)
    return get_type_hints(getattr(speaker, name))
