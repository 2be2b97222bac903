"""One start per checkout: a lock that the kernel drops when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from portal.launch import places
from portal.launch.postgres import LaunchError

LOCK = places.VAR / "run.lock"


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the checkout's lock. Raises LaunchError while another start holds it."""
    LOCK.parent.mkdir(exist_ok=True)
    # Keys, passwords and the simulated gateway live in there.
    LOCK.parent.chmod(0o700)
    with LOCK.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise LaunchError(_taken(file.read().strip())) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _taken(process: str) -> str:
    return (
        f"Tieout is already running here (process {process}); "
        "use it, or stop it with Ctrl-C in its terminal first."
    )
