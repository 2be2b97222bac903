"""A cluster is kept whole, given back whole, and never that of other migrations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import prepared

MIGRATION = "integrations/events/migrations/0001_initial.py"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    made = tmp_path / "checkout"
    _write(made / MIGRATION, "operations = []")
    _write(made / "integrations/events/intake.py", "")
    return made


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The folder of a server that has stopped, its data behind a link as in memory."""
    made = tmp_path / "test-1"
    _write(tmp_path / "memory" / "base" / "1" / "2600", "rows")
    made.mkdir()
    (made / "data").symlink_to(tmp_path / "memory")
    _write(made / "superuser-password", "secret")
    return made


def test_what_was_kept_is_laid_out_again(stopped: Path, tmp_path: Path, checkout: Path) -> None:
    kept = prepared.place(tmp_path / "state", checkout)
    prepared.keep(stopped, kept)
    started = tmp_path / "test-2"
    assert prepared.take(kept, started)
    found = {path.relative_to(started).as_posix() for path in started.rglob("*") if path.is_file()}
    assert found == {"data/base/1/2600", "superuser-password"}
    assert not (started / "data").is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o700


def test_only_one_is_kept(stopped: Path, tmp_path: Path, checkout: Path) -> None:
    before = prepared.place(tmp_path / "state", checkout)
    prepared.keep(stopped, before)
    _write(checkout / MIGRATION, "operations = [1]")
    now = prepared.place(tmp_path / "state", checkout)
    assert not prepared.take(now, tmp_path / "test-2")
    prepared.keep(stopped, now)
    prepared.keep(stopped, now)
    assert list((tmp_path / "state").iterdir()) == [now]


def test_what_migrates_tells_them_apart_and_nothing_else_does(checkout: Path) -> None:
    first = prepared.place(Path(), checkout)
    _write(checkout / "integrations/events/intake.py", "changed = True")
    assert prepared.place(Path(), checkout) == first
    _write(checkout / "integrations/events/migrations/0002_more.py", "")
    second = prepared.place(Path(), checkout)
    _write(checkout / "tenants/walls.py", "")
    assert len({first, second, prepared.place(Path(), checkout)}) == 3


def test_one_that_cannot_be_copied_is_as_if_none_were_kept(tmp_path: Path) -> None:
    _write(tmp_path / "kept" / "superuser-password", "secret")
    started = tmp_path / "test-2"
    assert not prepared.take(tmp_path / "kept", started)
    assert list((started / "data").iterdir()) == []
    assert not (started / "superuser-password").exists()
