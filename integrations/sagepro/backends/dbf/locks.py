"""Locks on byte ranges of a file, as FoxPro takes them, on Linux and Windows behind one seam.

Linux: open-file-description locks. A classic POSIX lock is lost as soon as the same process
closes any other handle on the file (observed); these are not, and they hold between threads.
Windows: LockFileEx. That half has not been run by us.
"""

from __future__ import annotations

import errno
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import FileIO
from typing import Protocol

from integrations.canonical.errors import TryLater
from integrations.sagepro.backends.dbf.ranges import Range
from integrations.sagepro.backends.sentences import IN_USE

_PAUSE = timedelta(milliseconds=10)


class RangeLocks(Protocol):
    """An operating system's exclusive byte-range locks."""

    def take(self, file: FileIO, range_: Range) -> bool:
        """Lock it now, or say that somebody else holds a part of it."""
        ...

    def release(self, file: FileIO, range_: Range) -> None: ...


@contextmanager
def holding(file: FileIO, range_: Range, *, patience: timedelta, what: str) -> Iterator[None]:
    """Hold the range until the end. Raises TryLater, code `sage.in_use`, after `patience`."""
    locks = range_locks()
    until = time.monotonic() + patience.total_seconds()
    pause = threading.Event()
    while not locks.take(file, range_):
        if time.monotonic() >= until:
            raise TryLater(f"{what} is in use; nothing was written.", code=IN_USE)
        pause.wait(_PAUSE.total_seconds())
    try:
        yield
    finally:
        locks.release(file, range_)


def range_locks() -> RangeLocks:
    """The locks of this operating system."""
    if sys.platform == "win32":
        from integrations.sagepro.backends.dbf.windows_locks import WindowsLocks  # noqa: PLC0415

        return WindowsLocks()
    return LinuxLocks()


class LinuxLocks:
    # struct flock: type, whence, start, length, pid (0 for open-file-description locks).
    _FLOCK = struct.Struct("hhqqi0q")

    def take(self, file: FileIO, range_: Range) -> bool:
        import fcntl  # noqa: PLC0415 - absent on Windows

        try:
            self._set(file, fcntl.F_WRLCK, range_)
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                return False
            raise
        return True

    def release(self, file: FileIO, range_: Range) -> None:
        import fcntl  # noqa: PLC0415

        self._set(file, fcntl.F_UNLCK, range_)

    def _set(self, file: FileIO, kind: int, range_: Range) -> None:
        import fcntl  # noqa: PLC0415

        flock = self._FLOCK.pack(kind, 0, *range_, 0)
        fcntl.fcntl(file.fileno(), fcntl.F_OFD_SETLK, flock)
