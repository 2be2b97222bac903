"""The simulator beside the recorder, in a process of its own, with an account of the same kind."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from integrations.paytrace import wire
from integrations.paytrace.settings import PayTraceSettings, Secret

_START = 20.0  # seconds until it must have announced itself
_PASSWORD = "Twin1"  # noqa: S105 the simulator's own user, on this machine


@dataclasses.dataclass(frozen=True)
class Twin:
    """A simulated account like the real one: settings to reach it, its customer, its evening."""

    settings: PayTraceSettings
    customer_id: str
    settle: Callable[[], None]


@contextmanager
def twin_of(settings: PayTraceSettings) -> Iterator[Twin]:
    """Start a simulator, give it an account of the same version, stop it at the end."""
    with tempfile.TemporaryDirectory() as name, _process(Path(name)) as url:
        made = _control(
            url,
            "accounts",
            account="twin",
            merchant_id="777001",
            users=[{"username": "twin_user", "password": _PASSWORD}],
            customers=[{"customer_id": "TWIN", "name": "Twin"}],
        )
        # So that a deposit can be listed, and what it is made of.
        _control(url, "ach", account="twin", amount="5.00", status="settled")
        is_v1 = settings.api_version == "v1"
        yield Twin(
            settings=dataclasses.replace(
                settings,
                base_url=url,
                username="twin_user",
                password=Secret(_PASSWORD),
                merchant_id="777001",
                integrator_id="twin",
            ),
            customer_id="TWIN" if is_v1 else str(made["customers"]["TWIN"]),
            settle=lambda: _settle(url),
        )


def _settle(url: str) -> None:
    _control(url, "settle", account="twin")


def _control(url: str, name: str, **fields: Any) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{url}/_control/{name}", json=fields, timeout=10)
        answer.raise_for_status()
        return wire.loads(answer.content)


@contextmanager
def _process(folder: Path) -> Iterator[str]:
    announced = folder / "simulator.json"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "integrations.paytrace.simulator",
            "--state",
            str(folder / "simulator.sqlite"),
            "--announce",
            str(announced),
        ]
    )
    try:
        yield _announced(announced, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


def _announced(file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists():
            return str(json.loads(file.read_text(), parse_float=str)["url"])
        time.sleep(0.02)
    raise RuntimeError("The simulator did not start")
