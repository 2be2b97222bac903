"""The portal's database for a start: the embedded server, or one that somebody runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from portal.launch import databases, places, postgres
from portal.launch.postgres import LaunchError, Server

NAME = "tieout"
FOLDER = "database"


@dataclass(frozen=True)
class Addresses:
    """Where the portal's database is, one address per role."""

    app: str
    support: str
    migrator: str


def given(environment: Mapping[str, str] = os.environ) -> Addresses | None:
    """The operator's own PostgreSQL, or None when none is named.

    Raises LaunchError when only some of the three addresses are there.
    """
    names = ("DATABASE_URL", "SUPPORT_URL", "MIGRATOR_URL")
    found = [environment.get(name, "") for name in names]
    if not any(found):
        return None
    missing = [name for name, value in zip(names, found, strict=True) if not value]
    if missing:
        raise LaunchError(
            f"To use your own PostgreSQL, {' and '.join(missing)} must be set too; "
            "docs/operations.md says how to make the three roles."
        )
    app, support, migrator = found
    return Addresses(app=app, support=support, migrator=migrator)


def check(addresses: Addresses) -> None:
    """Raise LaunchError with one sentence when somebody's PostgreSQL does not answer."""
    for url in (addresses.app, addresses.support, addresses.migrator):
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[-1]
            raise LaunchError(f"Your PostgreSQL cannot be used: {reason}") from error


class EmbeddedServer:
    """The checkout's own PostgreSQL, as a program to keep running."""

    name = "database"

    def __init__(self) -> None:
        self.folder = places.database_folder(FOLDER)
        self._server: Server | None = None

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def server(self) -> Server:
        """The running server. Raises LaunchError before it was started."""
        if self._server is None:
            raise LaunchError("The database has not been started.")
        return self._server

    def start(self) -> subprocess.Popen[bytes]:
        """Start it and wait until it answers. Raises LaunchError."""
        self._server = postgres.start(self.folder)
        return self._server.process

    def ask_to_end(self, process: subprocess.Popen[bytes]) -> None:
        """Not before those who use it have ended."""

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        if self._server is not None and self._server.process is process:
            self._server.stop()


def prepare(server: Server, passwords: Mapping[str, str]) -> Addresses:
    """Roles, database and privileges on the embedded server. Safe to repeat."""
    superuser = server.url()
    databases.ensure_roles(superuser, passwords=dict(passwords))
    databases.ensure_database(superuser, name=NAME, owner=databases.MIGRATOR)
    databases.prepare_privileges(server.url(database=NAME))
    url = {
        role: server.url(role=role, password=passwords[role], database=NAME)
        for role in (databases.APP, databases.SUPPORT, databases.MIGRATOR)
    }
    return Addresses(
        app=url[databases.APP], support=url[databases.SUPPORT], migrator=url[databases.MIGRATOR]
    )
