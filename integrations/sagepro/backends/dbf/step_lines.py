"""The steps of a change as lines of PTLINE, and back.

A step is a line that names its table (`A` adds a record, `U` changes one), followed by lines
that name a column each: `K` a key that finds the record, `G` what must stand there, `V` what is
written. What our own record remembers besides follows in lines `T`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from integrations.sagepro.backends.dbf.overlay import Step
from integrations.sagepro.backends.dbf.staged_rows import Record
from integrations.sagepro.backends.dbf.staging_shape import Line
from integrations.sagepro.backends.dbf.told_lines import told_lines


def lines_of(steps: Sequence[Step], *, told: str) -> list[Record]:
    """The lines of a change; `told` is JSON that our record keeps, or nothing."""
    return [line for step in steps for line in _lines(step)] + list(told_lines(told))


def _lines(step: Step) -> Iterator[Record]:
    yield {"kind": Line.ADD if step.is_new else Line.CHANGE, "docno": step.table}
    parts = ((Line.KEY, step.keys), (Line.GUARD, step.guards), (Line.VALUE, step.values))
    for kind, texts in parts:
        for column, text in texts.items():
            yield {"kind": kind, "field": column, "value": text}


def steps_of(lines: Sequence[Record]) -> list[Step]:
    """The steps that these lines are."""
    found: list[tuple[Record, dict[str, dict[str, str]]]] = []
    for line in lines:
        if line["kind"] in {Line.ADD, Line.CHANGE}:
            found.append((line, {Line.KEY: {}, Line.GUARD: {}, Line.VALUE: {}}))
        elif found and line["kind"] in found[-1][1]:
            found[-1][1][line["kind"]][line["field"]] = line["value"]
    return [_step(line, parts) for line, parts in found]


def _step(line: Record, parts: Mapping[str, Mapping[str, str]]) -> Step:
    return Step(
        line["docno"],
        is_new=line["kind"] == Line.ADD,
        keys=parts[Line.KEY],
        guards=parts[Line.GUARD],
        values=parts[Line.VALUE],
    )
