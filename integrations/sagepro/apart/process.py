"""Starting, asking and ending the process of one company."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import integrations
from integrations.sagepro.apart.messages import Asked, NotUnderstood, Setup, pack, unpack
from integrations.sagepro.apart.trust import Trust, environment, forget

_CHECKOUT = Path(integrations.__file__).parents[1]
_COMMAND = (sys.executable, "-m", "integrations.sagepro.apart.child")
_TO_END = 5.0  # seconds


class Lost(Exception):  # noqa: N818 what the caller makes of it depends on the call
    """The process ended, or did not answer in time and was ended."""


@dataclass
class Process:
    """One running process, for one caller at a time."""

    running: subprocess.Popen[bytes]
    channel: Connection
    folder: Path | None

    @classmethod
    def start(cls, setup: Setup, trust: Trust | None) -> Process:
        """Start it and tell it its setup. Raises Lost when it ends at once."""
        folder = trust.settle() if trust else None
        ours, theirs = socket.socketpair()
        with theirs:
            running = subprocess.Popen(
                _COMMAND,
                cwd=_CHECKOUT,
                env=dict(environment(folder)),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        made = cls(running, Connection(ours.detach()), folder)
        made._tell(pack(setup))
        return made

    @property
    def is_alive(self) -> bool:
        return self.running.poll() is None

    def ask(self, asked: Asked, *, seconds: float) -> Mapping[str, Any]:
        """Its answer, to be read by `calls.result`. Raises Lost; it has ended by then."""
        self._tell(pack(asked))
        try:
            if not self.channel.poll(seconds):
                raise Lost
            answer: Mapping[str, Any] = unpack(dict[str, Any], self.channel.recv_bytes())
        except (EOFError, OSError, NotUnderstood, Lost) as error:
            self.end()
            raise Lost from error
        return answer

    def end(self) -> None:
        """End it at once; a transaction it had open is undone by the server."""
        self.channel.close()
        self.running.kill()
        self.running.wait(_TO_END)
        forget(self.folder)

    def _tell(self, message: bytes) -> None:
        try:
            self.channel.send_bytes(message)
        except OSError as error:
            self.end()
            raise Lost from error
