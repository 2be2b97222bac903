"""`python3 run.py reset`: deletes what starts have made, so that the next one begins anew."""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path

from portal.launch import database, places, postgres
from portal.launch.lock_file import LOCK, only_one
from portal.launch.postgres import LaunchError
from portal.launch.progress import fail, say


def main() -> int:
    try:
        with only_one():
            _delete()
    except (LaunchError, OSError) as error:
        return fail(str(error))
    say("Everything a start had made is gone; `python3 run.py` begins anew.")
    return 0


def _delete() -> None:
    """The database wherever it lives, and all of var/ but the lock that is held now."""
    folder = places.database_folder(database.FOLDER)
    postgres.remove(folder)
    if folder.parent != places.VAR and folder.parent.exists():
        _leave(folder.parent)
    for entry in places.VAR.iterdir():
        if entry == LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _leave(state: Path) -> None:
    """Take the copied binaries, what tests keep and the folder too, unless a run works there."""
    if not any(state.glob("test-*")):
        for kept in state.glob("prepared-tests-*"):
            shutil.rmtree(kept, ignore_errors=True)
        shutil.rmtree(state / postgres.BINARIES_COPY, ignore_errors=True)
        with contextlib.suppress(OSError):
            state.rmdir()


if __name__ == "__main__":
    sys.exit(main())
