"""A real PostgreSQL for the whole run, loaded before Django's settings are.

The controller starts one embedded server with one migrated template database, made now or kept
by an earlier run, and stops the server at the end; every worker clones the template. Nothing is
shared with `run.py`.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from portal.launch import databases, places, postgres
from tests import memory, prepared

_SERVER_ENV = "TIEOUT_TEST_SERVER"
TEMPLATE = "tieout_template"
PASSWORDS = dict.fromkeys((databases.MIGRATOR, databases.APP, databases.SUPPORT), "test-only")
# A crash of the server is not what the suite is about, so it need not wait for the disk; nor is
# the guessing of a password, so one is hashed once instead of 4,096 times per connection.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "400",
    "autovacuum": "off",
    "scram_iterations": "1",
    "io_method": "sync",
}
# Filled by migrations and read-only afterwards.
NEVER_EMPTIED = frozenset({"django_migrations", "django_content_type", "auth_permission"})


class _Running:
    """What a process holds until the end of the run; the server is the controller's."""

    server: postgres.Server | None = None
    administrator: psycopg.Connection | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Prepare the environment that `portal.settings` reads.

    A wrapper, because pytest-django reads the settings in the same hook and comes first.
    """
    if _SERVER_ENV not in os.environ:
        _start_server()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    _set_environment(f"tieout_{worker}_{uuid4().hex[:6]}")
    yield


def pytest_unconfigure(config: pytest.Config) -> None:
    if _Running.administrator is not None:
        _Running.administrator.close()
        _Running.administrator = None
    server = _Running.server
    if server is not None:
        _stop()
        postgres.remove(server.folder)
        memory.give_back(server.folder)
        os.environ.pop(_SERVER_ENV, None)


def server_url(*, role: str, database: str) -> str:
    """The address of `database` on the run's server for `role`."""
    facts = json.loads(os.environ[_SERVER_ENV])
    return str(facts[role]).replace("/postgres?", f"/{database}?")


def superuser_url(database: str = "postgres") -> str:
    return server_url(role=postgres.SUPERUSER, database=database)


def make_database(
    name: str, *, template: str = "template1", owner: str = postgres.SUPERUSER
) -> None:
    """Create an empty (or cloned) database on the run's server."""
    whole = f'DATABASE "{name}" TEMPLATE "{template}" OWNER "{owner}" STRATEGY FILE_COPY'
    _administrator().execute(f"CREATE {whole}".encode())


def drop_database(name: str) -> None:
    _administrator().execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _administrator() -> psycopg.Connection:
    """One connection of this process that stays open; most tests make a database."""
    opened = _Running.administrator
    if opened is None or opened.closed:
        opened = psycopg.connect(superuser_url(), autocommit=True)
        _Running.administrator = opened
    return opened


def _start_server() -> None:
    folder = places.database_folder(f"test-{os.getpid()}")
    _sweep_leftovers(folder.parent)
    postgres.remove(folder)  # of a killed run that had our number
    memory.use(folder)
    kept = prepared.place(folder.parent, places.CHECKOUT)
    if not prepared.take(kept, folder):
        _run(folder)
        _prepare()
        _stop()
        prepared.keep(folder, kept)
    _run(folder)


def _run(folder: Path) -> None:
    server = postgres.start(folder, settings=FAST)
    _Running.server = server
    urls = {role: server.url(role=role, password=PASSWORDS[role]) for role in PASSWORDS}
    os.environ[_SERVER_ENV] = json.dumps({postgres.SUPERUSER: server.url(), **urls})


def _stop() -> None:
    server = _Running.server
    if server is not None:
        _Running.server = None
        server.stop()


def _prepare() -> None:
    """Roles, and the template, in a new cluster."""
    server = _Running.server
    assert server is not None
    databases.ensure_login(
        server.url(), role=postgres.SUPERUSER, password=server.password, traits="SUPERUSER"
    )
    databases.ensure_roles(server.url(), passwords=PASSWORDS)
    databases.ensure_database(server.url(), name=TEMPLATE, owner=databases.MIGRATOR)
    databases.prepare_privileges(superuser_url(TEMPLATE))
    _migrate()


def _sweep_leftovers(parent: Path) -> None:
    """A run that was killed leaves its folder; its server died with it."""
    memory.sweep()
    for folder in parent.glob("test-*") if parent.exists() else ():
        pid = folder.name.removeprefix("test-")
        if not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _migrate() -> None:
    _set_environment(TEMPLATE)
    migrator = server_url(role=databases.MIGRATOR, database=TEMPLATE)
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare_database"],
        cwd=places.CHECKOUT,
        env={**os.environ, "MIGRATOR_URL": migrator},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise pytest.UsageError(f"The test database could not be migrated:\n{done.stderr}")


def _set_environment(database: str) -> None:
    # WhiteNoise warns when the folder of collected files is missing, and warnings are errors.
    (places.CHECKOUT / "var" / "static").mkdir(parents=True, exist_ok=True)
    master = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
    os.environ.update(
        DJANGO_SETTINGS_MODULE="portal.settings",
        SECRET_KEY="test-only-secret-key-of-more-than-fifty-characters-length",
        DATABASE_URL=server_url(role=databases.APP, database=database),
        SUPPORT_URL=server_url(role=databases.SUPPORT, database=database),
        TIEOUT_MASTER_KEYS=f"v1:{master}",
        ALLOW_LOOPBACK_CONNECTIONS="true",
        STATICFILES_STORAGE="django.contrib.staticfiles.storage.StaticFilesStorage",
        TIEOUT_TEST_DATABASE=database,
        LOG_LEVEL="WARNING",
    )
