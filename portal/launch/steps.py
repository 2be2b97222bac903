"""Django commands a start runs, each in a process of its own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.launch import databases, places, private_files
from portal.launch.database import Addresses
from portal.launch.postgres import LaunchError
from portal.launch.processes import end_with_parent
from portal.launch.programs import environment

_STATIC_STAMP = places.VAR / "static-stamp"
_TABLES_STAMP = places.VAR / "tables-stamp"
# Redoc asks another host for its fonts and is not served; it is a third of all bytes.
_COLLECT = (
    "collectstatic", "--no-input", "--clear", "--verbosity", "0",
    "--ignore", "redoc",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A management command under way."""

    word: str
    process: subprocess.Popen[str]

    def finish(self) -> str:
        """What it printed. Raises LaunchError with its last words when it failed."""
        printed, complained = self.process.communicate()
        if self.process.returncode != 0:
            said = (complained or printed).strip().splitlines()
            raise LaunchError(f"`manage.py {self.word}` failed: {said[-1] if said else '?'}")
        return printed


def begin(
    *arguments: str, settings: Mapping[str, str], secret: Mapping[str, str] | None = None
) -> Step:
    """Begin a management command; `secret` is in that process's environment only."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=places.CHECKOUT,
        env={**environment(settings), **(secret or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent(),  # noqa: PLW1509 the launcher has one thread
    )
    return Step(word=arguments[0], process=process)


def migrate(addresses: Addresses, settings: Mapping[str, str]) -> None:
    """Bring the tables up to date, as their owner. Raises LaunchError."""
    owner = {"MIGRATOR_URL": addresses.migrator}
    begin("prepare_database", settings=settings, secret=owner).finish()


def migrate_if_needed(addresses: Addresses, settings: Mapping[str, str]) -> None:
    """The same, unless this very code brought this very database up to date before."""
    if _TABLES_STAMP.exists() and _TABLES_STAMP.read_text() == _tables_stamp(addresses):
        return
    migrate(addresses, settings)
    private_files.write_text(_TABLES_STAMP, _tables_stamp(addresses))


def _tables_stamp(addresses: Addresses) -> str:
    digest = hashlib.sha256((places.CHECKOUT / "requirements.txt").read_bytes())
    for file in sorted(places.CHECKOUT.glob("[!.]*/**/migrations/*.py")):
        digest.update(_named_bytes(file))
    digest.update(repr(databases.applied_migrations(addresses.migrator)).encode())
    return digest.hexdigest()


def begin_static(settings: Mapping[str, str]) -> Step | None:
    """Begin to gather and compress static files; None when nothing about them changed."""
    if _STATIC_STAMP.exists() and _STATIC_STAMP.read_text() == _static_stamp():
        return None
    return begin(*_COLLECT, settings=settings)


def finish_static(step: Step | None) -> None:
    """Wait for it. Raises LaunchError when it failed."""
    if step is not None:
        step.finish()
        private_files.write_text(_STATIC_STAMP, _static_stamp())


def _static_stamp() -> str:
    digest = hashlib.sha256((places.CHECKOUT / "requirements.txt").read_bytes())
    for file in sorted((places.CHECKOUT / "static").rglob("*")):
        if file.is_file():
            digest.update(_named_bytes(file))
    return digest.hexdigest()


def _named_bytes(file: Path) -> bytes:
    return str(file.relative_to(places.CHECKOUT)).encode() + file.read_bytes()
