"""One agent per folder: a lock the operating system lets go of when the process ends, however."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class AlreadyRunning(RuntimeError):  # noqa: N818 names the state
    """Another agent runs in this folder."""


class SingleInstance:
    """Holds the folder's lock until `close`. Raises AlreadyRunning when somebody else does."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "agent.lock").open("a+")
        try:
            _lock(self._file.fileno())
        except OSError:
            self._file.close()
            raise AlreadyRunning(f"Another agent is running in {folder}.") from None
        self._file.seek(0)
        self._file.truncate()
        self._file.write(str(os.getpid()))
        self._file.flush()

    def close(self) -> None:
        self._file.close()


if sys.platform == "win32":
    # Not run by us: we have no Windows machine.
    import msvcrt

    def _lock(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
