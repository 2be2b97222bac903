"""The portal's own programs: web server, workers, sweeper."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from portal.launch.processes import Program

# Never handed to a program that serves people or works for them.
_OWNERS_ONLY = ("MIGRATOR_URL", "SUPERUSER_URL")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Ours without the database owner's address, and the settings of this start."""
    inherited = {name: value for name, value in os.environ.items() if name not in _OWNERS_ONLY}
    return {**inherited, **settings, "PYTHONUNBUFFERED": "1"}


def web(settings: Mapping[str, str], *, listening: int) -> Program:
    """gunicorn on a socket that is listening already, given by its file number."""
    command = [
        sys.executable, "-m", "gunicorn", "portal.wsgi:application",
        "--bind", f"fd://{listening}", "--workers", "2",
        "--worker-class", "gthread", "--threads", "4", "--timeout", "60",
        "--graceful-timeout", "8", "--max-requests", "20000", "--max-requests-jitter", "2000",
        "--preload", "--no-control-socket",
    ]  # fmt: skip
    return Program(
        name="web", command=command, environment=environment(settings), inherits=(listening,)
    )


def workers(settings: Mapping[str, str]) -> Program:
    return _manage("workers", "qcluster", settings)


def sweeper(settings: Mapping[str, str]) -> Program:
    return _manage("sweeper", "sweeper", settings)


def _manage(name: str, word: str, settings: Mapping[str, str]) -> Program:
    command = [sys.executable, "manage.py", word]
    return Program(name=name, command=command, environment=environment(settings))
