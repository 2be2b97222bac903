"""The bench runs, measures everything beside its limit, and leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.launch import places
from tests.bench.load import percentile
from tests.bench.report import Aim, Row, table
from tests.bench.turns import Turns, take_turns

MEASURES = [
    "PostgreSQL commits, 1 client",
    "PostgreSQL commits, 4 clients",
    "PostgreSQL commits, 16 clients",
    "FoxPro receipts read",
    "FoxPro receipt found, table just changed",
    "Receipts posted directly",
    "Open invoices read directly",
    "Open items moved, first look",
    "Open items moved, nothing changed",
    "Open items moved, 10 changed",
    "Open items moved, 1,000 changed",
    "Notices accepted, 4 clients",
    "CPU per 1,000 notices, 4 clients",
    "Notice to receipt when idle, p95",
    "Receipts posted, one drain",
    "CPU per 1,000 receipts",
    "Receipts posted through the agent",
    "Transactions polled and taken in",
    "A poll that changes nothing",
    "Memory that a polled day takes",
    "Backlog of 12 drained",
    "CPU of all processes per 1,000 receipts",
    "Quiet company beside the backlog, p95",
    *(
        f"Memory of {program} {when}"
        for when in ("after idle", "after the backlog")
        for program in ("database", "web", "workers", "sweeper", "simulator")
    ),
]
BESIDE = {
    "FoxPro receipts read": "bare dbfread",
    "Receipts posted directly": "the same statements, driver only",
    "Open invoices read directly": "the same statement, driver only",
    "Open items moved, 10 changed": "first look",
    "Open items moved, 1,000 changed": "first look",
    "Notices accepted, 4 clients": "bare Django view",
    "CPU per 1,000 notices, 4 clients": "bare Django view",
    "Receipts posted, one drain": "the same statements, driver only",
    "CPU per 1,000 receipts": "the same statements, driver only",
    "Receipts posted through the agent": "the same statements, driver only",
    "Backlog of 12 drained": "the same statements, driver only",
}


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_a_tiny_run_measures_everything_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Its figures mean nothing, so none is looked at.

    Slow, because it starts a whole portal to prove what `run.py bench` prints, and nothing of the
    portal that no other test does.
    """
    file = tmp_path / "bench.json"
    command = [sys.executable, "-m", "tests.bench", "--tiny", "--file", str(file)]
    run = subprocess.Popen(
        command, cwd=places.CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    printed, complained = run.communicate(timeout=450)
    assert (run.returncode, complained) == (0, "")
    found = json.loads(file.read_text())
    measures: list[dict[str, Any]] = found["measures"]
    assert sorted(found) == ["counts", "machine", "measured_at", "measures", "size"]
    assert [one["measure"] for one in measures] == MEASURES
    assert {one["measure"]: one["beside"] for one in measures if one["beside"]} == BESIDE
    for one in measures:
        assert one["ours"] > 0, one
        assert (one["limit"] is None) == (one["ratio"] is None), one
        assert one["measure"] in printed
    by_name = {one["measure"]: one["details"] for one in measures}
    assert by_name["Notices accepted, 4 clients"]["answers"] == {"202": 60}
    assert by_name["Notice to receipt when idle, p95"]["payments"] == 2
    assert not places.database_folder(f"bench-{run.pid}").exists()
    assert _processes_of(run.pid) == []


def _processes_of(group: int) -> list[str]:
    """Everything that still names the run's folder on its command line."""
    wanted = f"bench-{group}".encode()
    lines = [_command_line(folder) for folder in Path("/proc").glob("[0-9]*")]
    return [line.decode(errors="replace") for line in lines if wanted in line]


def _command_line(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("row", "ratio", "is_met"),
    [
        (Row("a", 6.0, "x/s", limit=8.0, aim=Aim(least=0.75)), 0.75, True),
        (Row("a", 4.0, "x/s", limit=8.0, aim=Aim(least=0.75)), 0.5, False),
        (Row("a", 1000.0, "ms", aim=Aim(most=1000)), None, True),
        (Row("a", 1001.0, "ms", aim=Aim(most=1000)), None, False),
        (Row("a", 3.0, "MB"), None, None),
    ],
)
def test_an_aim_is_of_the_ratio_where_there_is_a_limit(
    row: Row, ratio: float | None, is_met: object
) -> None:
    assert (row.ratio, row.is_met) == (ratio, is_met)


def test_the_table_shows_ours_beside_the_limit() -> None:
    rows = [Row("Notices", 700.0, "per s", limit=1000.0, beside="bare", aim=Aim(least=0.8))]
    assert table(rows).split() == [
        "ours", "limit", "ratio", "aim",
        "Notices", "700", "per", "s", "1,000", "bare", "0.70", "at", "least", "0.8", "MISSED",
    ]  # fmt: skip


def test_of_rounds_the_median_counts_and_the_extremes_are_shown() -> None:
    turns = Turns(ours=(2.0, 4.0, 10.0), bare=(1.0, 3.0, 1.0))
    row = turns.row("Receipts", 10, "per s", beside="bare", aim=Aim(least=0.7))
    assert (row.ours, row.limit, row.ratio, row.is_met) == (2.5, 10.0, 0.5, False)
    assert "0.50 (0.10 to 0.75)" in table([row])


def test_what_comes_before_a_round_is_not_counted() -> None:
    done: list[str] = []
    taken = take_turns(
        2,
        before=lambda number: done.append(f"before {number}"),
        ours=lambda number: done.append(f"ours {number}"),
        bare=lambda number: done.append(f"bare {number}"),
    )
    assert done == ["before 0", "ours 0", "bare 0", "before 1", "ours 1", "bare 1"]
    assert (len(taken.ours), len(taken.bare)) == (2, 2)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1.0, 3.0, 5.0, 5.0]
    assert percentile([], 0.5) == 0.0
