"""The stage of a run: a PostgreSQL of its own and the programs that `run.py` starts.

Everything is a child in one supervisor, which leaves nothing behind however the run ends.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import psycopg

from portal.launch import database, databases, places, postgres, steps
from portal.launch.database import EmbeddedServer
from portal.launch.postgres import LaunchError, Server
from portal.launch.processes import Program
from portal.launch.supervisor import Supervisor

SAGE_LOGIN = "sage_connector"
_PREFIX = "bench-"


@dataclass
class Stage:
    """What the measures share."""

    folder: Path
    server: Server
    supervisor: Supervisor
    passwords: Mapping[str, str] = field(repr=False)
    settings: dict[str, str] = field(default_factory=dict, repr=False)

    def url(self, name: str, *, role: str = postgres.SUPERUSER) -> str:
        """The address of a database on the stage's server."""
        return self.server.url(role=role, password=self.passwords.get(role, ""), database=name)

    def execute(self, statement: str, *values: object, name: str = database.NAME) -> None:
        """As superuser, in a transaction of its own; for setting the stage only."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode(), values)

    def binary(self, name: str) -> Path:
        """A program that comes with the running server."""
        command = cast("list[str]", self.server.process.args)
        return Path(command[0]).with_name(name)

    def start(self, program: Program) -> int:
        """Start a program with its log in the stage's folder; its process id."""
        placed = replace(program, logs=self.folder / "log")
        return self.supervisor.start(placed).process.pid

    def stop(self, name: str) -> None:
        """Stop one program that was started."""
        one = self.supervisor.running.pop(name)
        one.program.stop(one.process)

    def process_id(self, name: str) -> int:
        return self.supervisor.running[name].process.pid


@contextmanager
def set_stage(*, seconds: int) -> Iterator[Stage]:
    """Start the database and prepare it; stop and delete everything at the end.

    Raises LaunchError when something cannot start or the run takes longer than `seconds`.
    """
    folder = Path(tempfile.mkdtemp(prefix="tieout-bench-"))
    data = places.database_folder(f"{_PREFIX}{os.getpid()}")
    _sweep_leftovers(data.parent)
    supervisor = Supervisor()
    with _time_limit(seconds):
        try:
            own = EmbeddedServer()
            own.folder = data
            supervisor.start(own)
            stage = Stage(folder, own.server, supervisor, _passwords())
            _prepare(stage)
            yield stage
        finally:
            signal.alarm(0)
            try:
                supervisor.stop_all()
            finally:
                postgres.remove(data)
                shutil.rmtree(folder, ignore_errors=True)


def _passwords() -> dict[str, str]:
    roles = (databases.MIGRATOR, databases.APP, databases.SUPPORT, SAGE_LOGIN)
    return {role: secrets.token_urlsafe(24) for role in roles}


def _prepare(stage: Stage) -> None:
    ours = {role: stage.passwords[role] for role in stage.passwords if role != SAGE_LOGIN}
    addresses = database.prepare(stage.server, ours)
    stage.settings = {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "TIEOUT_MASTER_KEYS": "v1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": addresses.app,
        "SUPPORT_URL": addresses.support,
        "PORTAL_URL": "http://127.0.0.1",
        "ALLOW_LOOPBACK_CONNECTIONS": "true",
        "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        # The quiet level of a busy site: a line per payment would measure the terminal.
        "LOG_LEVEL": "WARNING",
    }
    steps.migrate(addresses, stage.settings)


def _sweep_leftovers(parent: Path) -> None:
    """A run that was killed leaves its folder; its server died with it."""
    for folder in parent.glob(f"{_PREFIX}*") if parent.exists() else ():
        if not Path(f"/proc/{folder.name.removeprefix(_PREFIX)}").exists():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    began = time.monotonic()

    def give_up(_number: int, _frame: object) -> None:
        raise LaunchError(f"The bench was given up after {time.monotonic() - began:.0f} s.")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
