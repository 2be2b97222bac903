"""Reading and writing a posting profile as JSON; a mistake is told by the path of its field."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from integrations.canonical.posting import PostingKind
from integrations.sagepro import flagged_checks
from integrations.sagepro.columns import (
    UNFLAGGED,
    UNNUMBERED,
    FlagRule,
    MarkerRule,
    NumberRule,
    SessionCounter,
    TableMap,
)
from integrations.sagepro.invalid import invalid
from integrations.sagepro.profile_tables import tables_of, written_table
from integrations.sagepro.profile_values import (
    date_of,
    group_of,
    integer_of,
    text_of,
    texts_of,
    truth_of,
)
from integrations.sagepro.required import FOR_ORDERS, RECEIPT_FIELDS

if TYPE_CHECKING:
    from integrations.sagepro.profile import PostingProfile

_TEXTS = (
    "name",
    "edition",
    "company_number",
    "table_pattern",
    "database_schema",
    "code_page",
    "home_currency",
    "open_credit_type",
    "user_code",
    "status_column",
)
_LISTS = (
    "void_statuses",
    "closed_statuses",
    "inactive_account_statuses",
    "closed_period_values",
    "credit_hold_values",
)
_RARE_TICKS = (
    "allocates_stock",
    "creates_customers",
    "credits_are_positive",
    "distributes_applications",
    "may_oversell",
    "writes_orders",
)
"""Habits that most companies do not have; a profile from before them has none."""
_RARE_TEXTS = ("system_schema",)
"""Of companies whose system tables stand elsewhere; others leave it out."""
_SCHEMA = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}(\.[A-Za-z_][A-Za-z0-9_]{0,127})?")
_NUMBERS = {"order_numbers": "writes_orders", "customer_numbers": "creates_customers"}
"""Rule of numbering → the habit it is for; without that it is not written down."""


def read(data: Mapping[str, object]) -> dict[str, Any]:
    """The fields of a PostingProfile. Raises FixConfiguration with the path of the bad one."""
    values: dict[str, Any] = {key: text_of(data, key) for key in _TEXTS}
    values |= {key: text_of(data, key) if key in data else "" for key in _RARE_TEXTS}
    values |= {key: tuple(texts_of(data, key)) for key in _LISTS}
    values["empty_date"] = date_of(data, "empty_date")
    values["paid_includes_discount"] = truth_of(data, "paid_includes_discount")
    values |= {key: truth_of(data, key) for key in _RARE_TICKS}
    for key, habit in _NUMBERS.items():
        values[key] = _number_rule(data, key) if values[habit] else UNNUMBERED
    values["session"] = _session(data)
    values["marker"] = _marker(data)
    values["kinds"] = frozenset(_kinds(data))
    values["tables"] = tables_of(group_of(data, "tables", ""))
    values["receipt_fields"] = _receipt_fields(data, values["tables"])
    values["flag"] = _flag(data) if "flagged" in values["tables"] else UNFLAGGED
    _check(values)
    return values


def _check(values: Mapping[str, Any]) -> None:
    if values["edition"] not in {"sql", "dbf"}:
        raise invalid("edition", "must be sql or dbf")
    try:
        codecs.lookup(values["code_page"])
    except LookupError:
        raise invalid("code_page", "names no known code page") from None
    if "{table}" not in values["table_pattern"]:
        raise invalid("table_pattern", "must contain {table}")
    schema = values["system_schema"]
    if schema and not _SCHEMA.fullmatch(schema):
        raise invalid("system_schema", "must be a schema such as PROSYS.dbo")
    column = values["status_column"]
    if column and column not in values["tables"]["invoices"].columns:
        raise invalid("status_column", "names no mapped column of invoices")
    marker = values["tables"]["receipts"].columns["marker"]
    if marker.type.width < values["marker"].width:
        raise invalid("marker.width", f"is more than {marker.name} holds")
    _check_orders(values)
    _check_customers(values)
    if "flagged" in values["tables"]:
        flagged_checks.check(values["flag"], values["tables"]["flagged"])


def _check_orders(values: Mapping[str, Any]) -> None:
    if not values["writes_orders"]:
        return
    missing = [table for table in FOR_ORDERS if table not in values["tables"]]
    if missing:
        raise invalid("writes_orders", f"needs the table {missing[0]}, which is left out")
    rule, number = values["order_numbers"], values["tables"]["orders"].columns["number"]
    if not rule.counter:
        raise invalid("order_numbers.counter", "must name the counter row of sales orders")
    if rule.width > number.type.width:
        raise invalid("order_numbers.digits", f"is more than {number.name} holds")


def _check_customers(values: Mapping[str, Any]) -> None:
    if not values["creates_customers"]:
        return
    rule, number = values["customer_numbers"], values["tables"]["customers"].columns["number"]
    if rule.width > number.type.width:
        raise invalid("customer_numbers.digits", f"makes numbers longer than {number.name} holds")


def _kinds(data: Mapping[str, object]) -> list[PostingKind]:
    try:
        return [PostingKind(kind) for kind in texts_of(data, "kinds")]
    except ValueError as error:
        raise invalid("kinds", f"holds something else: {error}") from None


def _session(data: Mapping[str, object]) -> SessionCounter:
    group = group_of(data, "session", "")
    return SessionCounter(
        text_of(group, "key", "session."),
        integer_of(group, "width", "session."),
        is_next=truth_of(group, "is_next", "session."),
    )


def _number_rule(data: Mapping[str, object], name: str) -> NumberRule:
    group, path = group_of(data, name, ""), f"{name}."
    return NumberRule(
        counter=text_of(group, "counter", path),
        digits=integer_of(group, "digits", path),
        prefix=text_of(group, "prefix", path) if "prefix" in group else "",
        letters=integer_of(group, "letters", path, least=0) if "letters" in group else 0,
        is_next=truth_of(group, "is_next", path),
    )


def _flag(data: Mapping[str, object]) -> FlagRule:
    group = group_of(data, "flag", "")
    told = {
        each.name: text_of(group, each.name, "flag.")
        for each in fields(FlagRule)
        if each.name in group
    }
    return FlagRule(**told)


def _marker(data: Mapping[str, object]) -> MarkerRule:
    group = group_of(data, "marker", "")
    rule = MarkerRule(integer_of(group, "width", "marker."), text_of(group, "prefix", "marker."))
    if rule.width - len(rule.prefix) < 6:
        raise invalid("marker.width", "leaves fewer than 6 characters beside the prefix")
    return rule


def _receipt_fields(data: Mapping[str, object], tables: Mapping[str, TableMap]) -> dict[str, str]:
    fields = group_of(data, "receipt_fields", "")
    known = tables["receipts"].columns
    for name, column in fields.items():
        if not isinstance(column, str) or column not in known:
            raise invalid(f"receipt_fields.{name}", "names no mapped column of receipts")
        if column not in RECEIPT_FIELDS:
            raise invalid(f"receipt_fields.{name}", "names a column the writer fills itself")
        if not known[column].type.is_text:
            raise invalid(f"receipt_fields.{name}", "must be a text column")
    return {name: str(column) for name, column in fields.items()}


def write(profile: PostingProfile) -> dict[str, object]:
    """The JSON form of a profile; everything `read` needs."""
    out: dict[str, object] = {key: getattr(profile, key) for key in _TEXTS}
    out |= {key: getattr(profile, key) for key in _RARE_TEXTS if getattr(profile, key)}
    out |= {key: list(getattr(profile, key)) for key in _LISTS}
    out["empty_date"] = profile.empty_date.isoformat()
    out["paid_includes_discount"] = profile.paid_includes_discount
    out |= {key: True for key in _RARE_TICKS if getattr(profile, key)}
    out |= {
        key: _written_numbers(getattr(profile, key))
        for key, habit in _NUMBERS.items()
        if getattr(profile, habit)
    }
    if "flagged" in profile.tables:
        out["flag"] = {each.name: getattr(profile.flag, each.name) for each in fields(FlagRule)}
    out["session"] = _written_session(profile.session)
    out["marker"] = {"width": profile.marker.width, "prefix": profile.marker.prefix}
    out["kinds"] = sorted(kind.value for kind in profile.kinds)
    out["receipt_fields"] = dict(profile.receipt_fields)
    out["tables"] = {name: written_table(table) for name, table in profile.tables.items()}
    return out


def _written_numbers(rule: NumberRule) -> dict[str, object]:
    out: dict[str, object] = {"counter": rule.counter, "digits": rule.digits}
    rare = {"prefix": rule.prefix, "letters": rule.letters, "is_next": rule.is_next}
    return out | {key: value for key, value in rare.items() if value}


def _written_session(rule: SessionCounter) -> dict[str, object]:
    out: dict[str, object] = {"key": rule.key, "width": rule.width}
    return out | {"is_next": True} if rule.is_next else out
