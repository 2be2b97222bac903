"""GL rules as plain JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from integrations.accounting.rule_checks import MAX_CONDITIONS, MAX_RULES
from integrations.accounting.rules import AccountRole, GLRule
from integrations.canonical.conditions import MAX_VALUES, Condition, Operator

MAX_TEXT_LENGTH = 255
_RULE_KEYS = {"name", "role", "account", "conditions", "effective_from", "effective_until"}


def to_json(rules: Sequence[GLRule]) -> list[dict[str, object]]:
    """The rules as plain JSON values; `from_json` reads them back equal."""
    return [
        {
            "name": rule.name,
            "role": rule.role.value,
            "account": rule.account,
            "conditions": [
                {"field": c.field, "operator": c.operator.value, "values": list(c.values)}
                for c in rule.conditions
            ],
            "effective_from": rule.effective_from.isoformat() if rule.effective_from else "",
            "effective_until": rule.effective_until.isoformat() if rule.effective_until else "",
        }
        for rule in rules
    ]


def from_json(data: object) -> tuple[GLRule, ...]:
    """The rules `to_json` wrote. Raises ValueError with a sentence for anything else."""
    return tuple(_rule(item) for item in _list(data, most=MAX_RULES))


def _rule(item: object) -> GLRule:
    given = _object(item, keys=_RULE_KEYS)
    return GLRule(
        name=_text(given.get("name")),
        role=_role(_text(given.get("role"))),
        account=_text(given.get("account")),
        conditions=tuple(
            _condition(each) for each in _list(given.get("conditions", []), most=MAX_CONDITIONS)
        ),
        effective_from=_day(_text(given.get("effective_from", ""))),
        effective_until=_day(_text(given.get("effective_until", ""))),
    )


def _condition(item: object) -> Condition:
    given = _object(item, keys={"field", "operator", "values"})
    operator = _text(given.get("operator"))
    if operator not in set(Operator):
        raise ValueError(f"There is no operator ‘{operator}’.")
    values = _list(given.get("values", []), most=MAX_VALUES)
    return Condition(
        field=_text(given.get("field")),
        operator=Operator(operator),
        values=tuple(_text(value) for value in values),
    )


def _role(text: str) -> AccountRole:
    if text not in set(AccountRole):
        raise ValueError(f"There is no account role ‘{text}’.")
    return AccountRole(text)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"‘{text}’ is not a date such as 2026-01-31.") from error


def _object(item: object, *, keys: set[str]) -> Mapping[str, object]:
    if not isinstance(item, Mapping) or not set(item) <= keys:
        raise ValueError(f"An object with only {', '.join(sorted(keys))} is needed.")
    return item


def _list(item: object, *, most: int) -> list[object]:
    if not isinstance(item, list) or len(item) > most:
        raise ValueError(f"A list of at most {most} is needed.")
    return item


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH:
        raise ValueError(f"A text of at most {MAX_TEXT_LENGTH} characters is needed.")
    return value
