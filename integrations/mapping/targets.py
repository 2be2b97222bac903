"""What a receipt in Sage can hold, as the company's posting profile says."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.canonical.problems import Problem


@dataclass(frozen=True)
class TargetSpec:
    """One receipt field. `width` counts bytes in `code_page`, as FoxPro and SQL char columns do."""

    name: str
    label: str
    width: int
    code_page: str = "cp1252"
    required: bool = False
    help: str = ""


# Widths are those of the sample company; a connected company's own profile replaces them.
RECEIPT_TARGETS: tuple[TargetSpec, ...] = (
    TargetSpec("reference", "Reference", 10, required=True, help="Shown in cash receipt lists."),
    TargetSpec("check_number", "Check number", 10),
    TargetSpec("comment", "Comment", 65),
    TargetSpec("payment_type", "Payment type", 1),
)


def target_for(name: str, *, targets: Sequence[TargetSpec]) -> TargetSpec | None:
    return next((target for target in targets if target.name == name), None)


def problem_with(text: str, *, target: TargetSpec) -> Problem | None:
    """Why Sage cannot hold this text in this field; None when it can."""
    if target.required and not text.strip():
        return Problem(
            field=target.name,
            sentence=f"{target.label} is empty.",
            rule=f"{target.label} is required.",
            remedy="Add the step ‘First filled of’ or ‘Text when empty’.",
        )
    if any(unicodedata.category(char).startswith("C") for char in text):
        return Problem(
            field=target.name,
            sentence=f"{target.label} holds a line break or another control character.",
            value=text,
            rule="A Sage field holds one line of plain text.",
            remedy="Add the step ‘Tidy spaces’.",
        )
    return _storage_problem(text, target=target)


def _storage_problem(text: str, *, target: TargetSpec) -> Problem | None:
    try:
        size = len(text.encode(target.code_page))
    except UnicodeEncodeError as error:
        return Problem(
            field=target.name,
            sentence=f"{target.label} holds ‘{text[error.start]}’, which Sage cannot store.",
            value=text,
            rule=f"The company's code page is {target.code_page}.",
            remedy="Add the step ‘Keep letters and digits’ or ‘Replace’.",
        )
    if size <= target.width:
        return None
    return Problem(
        field=target.name,
        sentence=f"{target.label} has {size} characters; Sage holds {target.width}.",
        value=text,
        rule=f"{target.label} has at most {target.width} characters.",
        remedy=f"Add the step ‘Cut to length’ with {target.width}.",
    )
