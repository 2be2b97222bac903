"""One line per step, so that a person sees what a start is doing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print `label … ready (0.7 s)` around the work inside; on an error only end the line."""
    print(f"  {label:<20} … ", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"ready ({time.monotonic() - started:.1f} s)", flush=True)


def say(sentence: str) -> None:
    print(f"  {sentence}", flush=True)


def fail(sentence: str) -> int:
    """Print why it stopped, to standard error; gives the exit code for it."""
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    return 1
