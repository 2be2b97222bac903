"""The limit below everything: how many notices PostgreSQL itself commits in a second."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from portal.launch.postgres import LaunchError
from tests.bench.report import Row
from tests.bench.sizes import Sizes
from tests.bench.stage import Stage

CLIENTS = (1, 4, 16)
_DATABASE = "raw"
_TABLE = """
    CREATE TABLE raw_notice
    (id uuid PRIMARY KEY, body bytea NOT NULL, at timestamptz DEFAULT now())
"""
# 1,300 bytes, as our notice has.
_SCRIPT = """
    INSERT INTO raw_notice (id, body)
    VALUES (gen_random_uuid(), decode(repeat('61', 1300), 'hex'));
"""
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def measure(stage: Stage, sizes: Sizes) -> list[Row]:
    """Commits per second of a 1.3 kB notice, by PostgreSQL's own bench program."""
    stage.execute(f"CREATE DATABASE {_DATABASE}")
    stage.execute(_TABLE, name=_DATABASE)
    script = stage.folder / "notice.sql"
    script.write_text(_SCRIPT)
    return [
        Row(
            f"PostgreSQL commits, {clients} client{'s' if clients > 1 else ''}",
            max(_rate(stage, script, clients, sizes) for _ in range(sizes.repeats)),
            "commits/s",
        )
        for clients in CLIENTS
    ]


def _rate(stage: Stage, script: Path, clients: int, sizes: Sizes) -> float:
    command = [
        str(stage.binary("pgbench")), "--no-vacuum", "--protocol", "prepared",
        "--client", str(clients), "--jobs", str(min(clients, 2)),
        "--time", str(sizes.commit_seconds), "--file", str(script), stage.url(_DATABASE),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = _RATE.search(done.stdout)
    if found is None:
        raise LaunchError(f"pgbench failed: {done.stderr.strip()[-200:]}")
    return float(found[1])
