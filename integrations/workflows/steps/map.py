"""Map: fill the receipt's fields from the payment by the published field mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.canonical.posting import JOURNALS
from integrations.mapping.engine import MappingResult, apply
from integrations.workflows.subject import Draft, NeedsPerson, StepResult, Subject


def run(subject: Subject, draft: Draft, settings: Mapping[str, Any]) -> StepResult:
    """Every mapped field with its steps; a value Sage cannot hold goes to a person."""
    del settings
    if draft.posting in JOURNALS:
        return StepResult("map", "A journal alone has no receipt to fill.", draft)
    mapped = apply(subject.rows, subject.record, targets=subject.targets)
    if mapped.problems:
        first = mapped.problems[0]
        verdict = NeedsPerson(
            code="validation",
            sentence=first.sentence,
            field=first.field,
            remedy=first.remedy,
            evidence={"value": first.value, "rule": first.rule},
        )
        return _result(first.sentence, draft.ended(verdict), mapped)
    sentence = f"Filled {len(mapped.values)} receipt fields."
    return _result(sentence, replace(draft, fields=dict(mapped.values)), mapped)


def _result(sentence: str, draft: Draft, mapped: MappingResult) -> StepResult:
    trace = tuple(
        f"{target}: {line.label}" + (f" → ‘{line.after}’" if line.after else "")
        for target, lines in mapped.trace.items()
        for line in lines
    )
    return StepResult(
        step="map", sentence=sentence, draft=draft, trace=trace, output=dict(mapped.values)
    )
