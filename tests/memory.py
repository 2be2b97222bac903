"""The data of the tests' server in memory instead of on a disk.

Every company of a test is a database of its own, which is some hundreds of files; making them
costs fifteen times less processor time in memory.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from portal.launch import places

_SHARED = Path("/dev/shm")
_NAME = "tieout-tests-"
_ROOM = 3_000_000_000
"""Bytes that must be free there: the whole suite uses less than half of them."""
# By folder: where it is kept, and what holds the lock that tells others of a run under way.
_kept: dict[Path, tuple[Path, int]] = {}


def use(folder: Path) -> None:
    """Keep what a server that has not started yet puts into `folder` in memory.

    Where there is no such place, or too little room as in most containers, the disk stays.
    """
    if not _SHARED.is_dir() or shutil.disk_usage(_SHARED).free < _ROOM:
        return
    kept = Path(tempfile.mkdtemp(prefix=_NAME, dir=_SHARED))
    _kept[folder] = kept, _locked(kept)
    if places.runs_as_root():
        shutil.chown(kept, "nobody")  # who the server runs as then
    folder.mkdir(mode=0o700, parents=True)
    (folder / "data").symlink_to(kept)


def give_back(folder: Path) -> None:
    """Once its server has stopped."""
    if folder in _kept:
        kept, lock = _kept.pop(folder)
        shutil.rmtree(kept, ignore_errors=True)
        os.close(lock)


def sweep() -> None:
    """A run that was killed, in whatever checkout, leaves its data; its server died with it."""
    for kept in _SHARED.glob(f"{_NAME}*"):
        try:
            lock = _locked(kept)
        except OSError:
            continue  # one that is under way, or somebody else's
        shutil.rmtree(kept, ignore_errors=True)
        os.close(lock)


def _locked(kept: Path) -> int:
    """Held as long as this process lives. Raises BlockingIOError when another holds it."""
    opened = os.open(kept, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        raise
    return opened
