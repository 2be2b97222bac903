"""A posting profile as the browser sends its form."""

from __future__ import annotations

from typing import Any

from integrations.sagepro import profile_words as words


def profile_form(profile: dict[str, Any]) -> dict[str, Any]:
    """Every field of the form, filled with this profile."""
    form: dict[str, Any] = {key: profile.get(key, "") for key in words.COMPANY}
    form |= {key: ", ".join(profile[key]) for key in words.LISTS}
    form |= {key: profile[key] for key in ("open_credit_type", "user_code", "status_column")}
    form |= {f"{group}.{key}": profile[group][key] for group, key in _PAIRS}
    for group in ("order_numbers", "customer_numbers"):
        form |= {f"{group}.{key}": value for key, value in profile.get(group, {}).items()}
    form |= {f"flag.{key}": word for key, word in profile.get("flag", {}).items()}
    form |= {f"receipt_fields.{key}": text for key, text in profile["receipt_fields"].items()}
    form["kinds"] = profile["kinds"]
    form |= {tick: "on" for tick in _TICKS if profile.get(tick)}
    for table, group in profile["tables"].items():
        form |= _table(f"tables.{table}", group)
    return form


_TICKS = (
    "paid_includes_discount",
    "allocates_stock",
    "creates_customers",
    "distributes_applications",
    "may_oversell",
    "writes_orders",
)
_PAIRS = (("session", "key"), ("session", "width"), ("marker", "width"), ("marker", "prefix"))


def _table(path: str, group: dict[str, Any]) -> dict[str, Any]:
    form = {f"{path}.{key}": group[key] for key in ("name", "history_name") if key in group}
    if group.get("system"):
        form[f"{path}.system"] = "on"
    for key, column in group["columns"].items():
        form |= _typed(f"{path}.columns.{key}", column["name"], column["type"])
        ticked = [tick for tick in ("right_justified", "free_text") if tick in column]
        form |= {f"{path}.columns.{key}.{tick}": "on" for tick in ticked}
    others = [(name, kind, "") for name, kind in group.get("blanks", {}).items()]
    others += [(name, c["type"], c["value"]) for name, c in group.get("constants", {}).items()]
    form[f"{path}.others"] = str(len(others))
    for number, (name, kind, value) in enumerate(others):
        form |= _typed(f"{path}.others.{number}", name, kind)
        form[f"{path}.others.{number}.value"] = value
    return form


def _typed(path: str, name: str, kind: str) -> dict[str, str]:
    return {f"{path}.name": name, f"{path}.letter": kind[0], f"{path}.size": kind[1:]}
