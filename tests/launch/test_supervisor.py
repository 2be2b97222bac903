"""Programs are kept running, and none outlives its launcher, however that one ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from portal.launch import places
from portal.launch.processes import wait_until
from portal.launch.watchdog import Watchdog, silence

Keeper = subprocess.Popen[str]


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    """A launcher whose one program has started."""
    command = [sys.executable, "-m", "tests.launch.keeper", str(tmp_path)]
    with subprocess.Popen(
        command, cwd=places.CHECKOUT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert wait_until(lambda: len(_started(tmp_path)) == 1, seconds=20)
        yield process
        with contextlib.suppress(ProcessLookupError):
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_programs_and_their_children(
    keeper: Keeper, tmp_path: Path, number: signal.Signals
) -> None:
    keeper.send_signal(number)
    assert keeper.wait(timeout=20) == 0
    assert _alive(tmp_path) == []


def test_nothing_survives_a_killed_launcher(keeper: Keeper, tmp_path: Path) -> None:
    """The program hears of it from the kernel; its child, which does not, from the guardian."""
    keeper.kill()
    assert wait_until(lambda: _alive(tmp_path) == [], seconds=20)


def test_a_program_that_ends_is_started_again_and_its_orphans_are_ended(
    keeper: Keeper, tmp_path: Path
) -> None:
    first, orphan = _started(tmp_path)[0]
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: len(_started(tmp_path)) == 2, seconds=20)
    assert not _lives(orphan)
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == (
        "  sleeper ended (signal 9); starting it again in 1 s. "
        f"Its log: {tmp_path / 'sleeper.log'}\n"
    )


def test_silence_counts_only_after_a_minute_and_twice_in_a_row() -> None:
    silences = [timedelta(seconds=s) for s in (10, 61, 61, 61, 0, 61)]
    watchdog = Watchdog(ask=lambda: silences.pop(0))
    looks = [watchdog.stuck(started_at=0.0, now=60.0 + 5 * look) for look in range(6)]
    assert looks == [False, False, True, True, False, False]


def test_workers_that_just_started_are_left_alone() -> None:
    watchdog = Watchdog(ask=lambda: timedelta(hours=1))
    assert [watchdog.stuck(started_at=100.0, now=now) for now in (101.0, 159.0)] == [False, False]


def test_silence_is_as_long_as_both_the_work_waits_and_the_workers_are_quiet(
    db: None, superuser_url: str
) -> None:
    assert silence(superuser_url) == timedelta(0)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO tenants_heartbeat (name, beat_at) VALUES"
            " ('worker', now() - interval '10 minutes'), ('sweeper', now())"
        )
        assert silence(superuser_url) == timedelta(0)
        connection.execute(_DUE, {"due": "5 minutes", "lease": None})
        assert timedelta(minutes=5) <= silence(superuser_url) < timedelta(minutes=6)
        connection.execute("UPDATE tenants_heartbeat SET beat_at = now() - interval '90 seconds'")
        assert timedelta(seconds=90) <= silence(superuser_url) < timedelta(seconds=150)
        connection.execute("UPDATE tenants_duework SET lease_until = now() + interval '1 minute'")
        assert silence(superuser_url) == timedelta(0)


def test_a_database_that_is_away_is_not_the_workers_fault(tmp_path: Path) -> None:
    assert silence(f"postgresql://nobody@/nowhere?host={tmp_path}") == timedelta(0)


_DUE = """
    WITH company AS (
        INSERT INTO tenants_tenant (id, name, slug, paused_reason)
        VALUES (gen_random_uuid(), 'Northwind', 'northwind', '') RETURNING id
    )
    INSERT INTO tenants_duework (kind, tenant_id, subject_id, due_at, every_seconds, fence)
    SELECT 'deliver', id, gen_random_uuid(), now() - %(due)s::interval, 0, 0 FROM company
"""


def _started(folder: Path) -> list[tuple[int, int]]:
    file = folder / "pids"
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = [line.split() for line in lines]
    return [(int(pair[0]), int(pair[1])) for pair in pairs if len(pair) == 2]


def _alive(folder: Path) -> list[int]:
    return [pid for pair in _started(folder) for pid in pair if _lives(pid)]


def _lives(pid: int) -> bool:
    """A process that is no zombie: its parent may be gone and nobody collect it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
