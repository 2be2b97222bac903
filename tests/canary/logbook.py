"""All that this process and those it started write down, read so that a leak cannot hide.

Not pytest's capture: a logger that was switched off, or a stream that somebody replaced earlier in
a long run, would look like silence there. Here each reading first proves that a line of ours, one
of a library and what is printed arrive.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TextIO

import structlog

from portal import logs

_LIBRARY = "django.request"
_OURS = "portal.canary"


class _Also(io.TextIOBase):
    """A stream that also keeps what is written to it."""

    def __init__(self, stream: TextIO, kept: io.StringIO) -> None:
        self._stream, self._kept = stream, kept

    def write(self, text: str, /) -> int:
        self._kept.write(text)
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()


@dataclass
class Logbook:
    """Use it as a context inside a test: between its fixtures and the test itself, pytest puts
    streams of its own in place. `files` are where started processes write."""

    files: list[Path] = field(default_factory=list)
    _written: io.StringIO = field(default_factory=io.StringIO)
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _readings: int = 0

    def __enter__(self) -> Logbook:
        logging.disable(logging.NOTSET)
        logs.configure(level="INFO")
        self._open.callback(logs.configure, level="WARNING")
        errors, out = _Also(sys.stderr, self._written), _Also(sys.stdout, self._written)
        self._open.enter_context(contextlib.redirect_stderr(errors))
        self._open.enter_context(contextlib.redirect_stdout(out))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def read(self) -> bytes:
        """Everything since the last reading. Raises AssertionError where something would not
        have been seen."""
        self._readings += 1
        sign = f"canary-sign-{self._readings}"
        structlog.get_logger(_OURS).info(f"{sign} of ours")
        logging.getLogger(_LIBRARY).warning("%s of a library", sign)
        sys.stdout.write(f"{sign} on stdout\n")
        written = _taken(self._written)
        seen = [line for line in written.splitlines() if sign in line]
        assert len(seen) == 3, f"A line was logged that nobody saw; seen were {seen}"
        told = b"".join(path.read_bytes() for path in self.files)
        return written.encode("utf-8", "surrogatepass") + told


def _taken(text: io.StringIO) -> str:
    told = text.getvalue()
    text.seek(0)
    text.truncate()
    return told
