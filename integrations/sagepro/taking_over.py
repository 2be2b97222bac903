"""A posting profile that was proven at one company, for another one like it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

_OWN = ("name", "edition", "company_number")


def taken_over(proven: Mapping[str, Any], *, by: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON form of `proven` under name and number of `by`, both of the same edition.

    FoxPro tables that calibration named with the former company's number get this one's.
    """
    data: dict[str, Any] = copy.deepcopy(dict(proven)) | {key: by[key] for key in _OWN}
    if data["edition"] == "dbf" and "{company}" not in data["table_pattern"]:
        for group in data["tables"].values():
            if not group.get("system"):
                _renumber(group, before=proven["company_number"], after=by["company_number"])
    return data


def _renumber(group: dict[str, Any], *, before: str, after: str) -> None:
    for key in ("name", "history_name"):
        name = group.get(key, "")
        if name.endswith(before):
            group[key] = name.removesuffix(before) + after
