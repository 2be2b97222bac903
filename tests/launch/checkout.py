"""A fresh copy of this checkout, as `git clone` would give it, that shares our packages."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.launch import places
from portal.launch.processes import wait_until

Facts = dict[str, Any]


@dataclass
class Checkout:
    """A copied tree, and the `run.py` processes started in it."""

    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def facts_file(self) -> Path:
        return self.folder / "var" / "run.json"

    @property
    def facts(self) -> Facts:
        found: Facts = json.loads(self.facts_file.read_text())
        return found

    @property
    def state(self) -> Path:
        """Where its database is when we are root; named after the checkout's path."""
        name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:10]
        return Path("/var/lib/tieout") / name

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A `run.py` that ends by itself."""
        process = self._begin(*words, **environment)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def start(self) -> subprocess.Popen[str]:
        """`python3 run.py`, until it has told its facts."""
        process = self._begin()
        self.started.append(process)

        def is_up() -> bool:
            assert process.poll() is None, (*process.communicate(), self.logs())
            return self.facts_file.exists()

        assert wait_until(is_up, seconds=240), self.logs()
        return process

    def logs(self) -> str:
        """The end of what each process of it wrote down."""
        found = sorted((self.folder / "var" / "log").glob("*.log"))
        return "\n".join(f"{log.name}:\n{log.read_text()[-4000:]}" for log in found)

    def stop(self, process: subprocess.Popen[str]) -> str:
        """Ctrl-C; what it printed."""
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
        return out

    def processes(self) -> list[str]:
        """Command lines of everything that runs for this checkout, the database included."""
        places_of_it = (str(self.folder), str(self.state))
        return [
            command
            for command, place in _processes()
            if place.startswith(places_of_it) or any(one in command for one in places_of_it)
        ]

    def remove(self) -> None:
        for process in self.started:
            process.kill()
            process.communicate()
        wait_until(lambda: self.processes() == [], seconds=20)
        self.run("reset")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        ours = ("TIEOUT_", "DATABASE_URL", "SUPPORT_URL", "MIGRATOR_URL", "SECRET_KEY", "PORT")
        kept = {k: v for k, v in os.environ.items() if not k.startswith((*ours, "ALLOW_", "LOG_"))}
        kept.pop("STATICFILES_STORAGE", None)
        return subprocess.Popen(
            [sys.executable, "run.py", *words],
            cwd=self.folder,
            env={**kept, "TIEOUT_VENV": sys.prefix, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def copy(folder: Path) -> Checkout:
    """Every file git knows or would add, as it is in the working tree now."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=places.CHECKOUT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        source = places.CHECKOUT / name
        if name and source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    return Checkout(folder)


def _processes() -> list[tuple[str, str]]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            place = str((entry / "cwd").readlink())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        found.append((command, place))
    return found
