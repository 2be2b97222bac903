"""The data of the tests' server in memory instead of on a disk.

Every company of a test is a database of its own, which is some hundreds of files; making them
costs fifteen times less processor time in memory.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from portal.launch import places

_SHARED = Path("/dev/shm")
_ROOM = 3_000_000_000
"""Bytes that must be free there: the whole suite uses less than half of them."""


def use(folder: Path) -> None:
    """Keep what a server that has not started yet puts into `folder` in memory.

    Where there is no such place, or too little room as in most containers, the disk stays.
    """
    if not _SHARED.is_dir() or shutil.disk_usage(_SHARED).free < _ROOM:
        return
    kept = _kept(folder)
    kept.mkdir(mode=0o700)
    if places.runs_as_root():
        shutil.chown(kept, "nobody")  # who the server runs as then
    folder.mkdir(mode=0o700, parents=True)
    (folder / "data").symlink_to(kept)


def give_back(folder: Path) -> None:
    shutil.rmtree(_kept(folder), ignore_errors=True)


def sweep() -> None:
    """A run that was killed, in whatever checkout, leaves its data; its server died with it."""
    for kept in _SHARED.glob("tieout-test-*"):
        if not Path(f"/proc/{kept.name.removeprefix('tieout-test-')}").exists():
            shutil.rmtree(kept, ignore_errors=True)


def _kept(folder: Path) -> Path:
    return _SHARED / f"tieout-{folder.name}"
