"""The real simulator in a process of its own, on a free port, with a hand on its controls."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from integrations.paytrace import wire

ROOT = Path(__file__).parents[2]
_START = 60.0  # seconds until the process must have announced itself


@dataclass(frozen=True)
class Simulator:
    """A running simulator: where it answers, its control API, and the file of its state."""

    url: str
    pid: int
    state: Path
    process: subprocess.Popen[bytes]

    def wait(self) -> int:
        """Its exit code, once it has ended by itself or by a signal from the test."""
        return self.process.wait(timeout=60)

    def control(self, name: str, **fields: Any) -> Any:
        """POST /_control/<name>; the JSON answer. Fails the test when it is refused."""
        body = json.dumps(fields, default=str)
        headers = {"Content-Type": "application/json"}
        return _checked(self.raw("POST", f"/_control/{name}", data=body, headers=headers))

    def look(self, name: str, **query: str) -> Any:
        """GET /_control/<name>."""
        return _checked(self.raw("GET", f"/_control/{name}", params=query))

    def raw(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Any request, without the client: what a program on the other side would see."""
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self.url + path, timeout=10, **kwargs)


def _checked(response: requests.Response) -> Any:
    assert response.status_code == 200, response.text
    return wire.loads(response.content)


@contextmanager
def simulator_process(
    folder: Path, *, traffic: Path | None = None, port: int = 0
) -> Iterator[Simulator]:
    """Start it with its state in `folder`, yield it when it answers, stop it by SIGTERM."""
    announce = folder / "simulator.json"
    announce.unlink(missing_ok=True)
    state = folder / "simulator.sqlite"
    arguments = ["--port", str(port), "--state", str(state)]
    arguments += ["--announce", str(announce)]
    if traffic is not None:
        arguments += ["--traffic", str(traffic)]
    process = subprocess.Popen(
        [sys.executable, "-m", "integrations.paytrace.simulator", *arguments], cwd=ROOT
    )
    try:
        said = _wait_for(announce, process)
        yield Simulator(url=said["url"], pid=said["pid"], state=state, process=process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(announce: Path, process: subprocess.Popen[bytes]) -> Any:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        if announce.exists():
            return wire.loads(announce.read_bytes())
        if process.poll() is not None:
            raise AssertionError(f"The simulator ended with {process.returncode}")
        time.sleep(0.02)
    raise AssertionError("The simulator did not announce itself")
