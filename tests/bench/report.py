"""What a run found: a table for a person, and var/bench.json for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.sizes import Sizes


@dataclass(frozen=True)
class Aim:
    """What a figure should be: at least `least` or at most `most`."""

    least: float | None = None
    most: float | None = None

    @property
    def text(self) -> str:
        if self.least is not None:
            return f"at least {self.least:g}"
        return f"at most {self.most:g}" if self.most is not None else ""

    def is_met(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )


@dataclass(frozen=True)
class Row:
    """One figure of ours beside the limit measured in the same run."""

    measure: str
    ours: float
    unit: str
    limit: float | None = None
    beside: str = ""
    """What the limit is."""
    aim: Aim = Aim()
    """Of the ratio where there is a limit, otherwise of our figure."""
    details: Mapping[str, Any] = field(default_factory=dict)
    ratios: Sequence[float] = ()
    """Of each round, where ours and the limit took turns; the median of them counts."""

    @property
    def ratio(self) -> float | None:
        if self.ratios:
            return median(self.ratios)
        return self.ours / self.limit if self.limit else None

    @property
    def is_met(self) -> bool | None:
        if not self.aim.text:
            return None
        return self.aim.is_met(self.ours if self.ratio is None else self.ratio)


def write(rows: Sequence[Row], *, sizes: Sizes, file: Path) -> None:
    """Write the figures as JSON."""
    facts = {
        "size": sizes.name,
        "counts": asdict(sizes),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "measures": [_facts(row) for row in rows],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(facts, indent=2) + "\n")


def table(rows: Sequence[Row]) -> str:
    """The same, in columns."""
    cells = [("", "ours", "", "limit", "ratio", "aim", "")]
    cells += [
        (
            row.measure,
            _number(row.ours),
            row.unit,
            f"{_number(row.limit)} {row.beside}".strip() if row.limit else "",
            _ratio(row),
            row.aim.text,
            {True: "met", False: "MISSED", None: ""}[row.is_met],
        )
        for row in rows
    ]
    widths = [max(len(line[place]) for line in cells) for place in range(len(cells[0]))]
    return "\n".join(
        "  "
        + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _facts(row: Row) -> dict[str, Any]:
    return {
        "measure": row.measure,
        "ours": round(row.ours, 4),
        "unit": row.unit,
        "limit": None if row.limit is None else round(row.limit, 4),
        "beside": row.beside,
        "ratio": None if row.ratio is None else round(row.ratio, 4),
        "ratios": [round(one, 4) for one in row.ratios],
        "aim": row.aim.text,
        "is_met": row.is_met,
        "details": dict(row.details),
    }


def _ratio(row: Row) -> str:
    """With the lowest and highest of the rounds, where there were any."""
    if row.ratio is None:
        return ""
    told = f"{row.ratio:.2f}"
    return f"{told} ({min(row.ratios):.2f} to {max(row.ratios):.2f})" if row.ratios else told


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
