"""Who keeps the token. PayTrace locks a user after four bad logins, so logging in is rationed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from integrations.paytrace.results import Token

# Seconds before the end at which a token counts as spent, so that it outlives the call.
_MARGIN = 60.0


class TokenSource(Protocol):
    """Keeps one live token per PayTrace user, for every process that speaks for that user."""

    def token(self, log_in: Callable[[], Token]) -> str:
        """A live token. Calls `log_in` at most once, and only when none is live.

        Whatever `log_in` raises goes through unchanged; it is not called again for it.
        """

    def discard(self, token: str) -> None:
        """PayTrace refused this token: forget it, unless a newer one has taken its place."""


class MemoryTokens:
    """A TokenSource for one process: tests, a command line, the simulator's own checks."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._live: Token | None = None
        self._ends_at = 0.0

    def token(self, log_in: Callable[[], Token]) -> str:
        with self._lock:
            if self._live is None or self._clock() >= self._ends_at:
                self._live = log_in()
                self._ends_at = self._clock() + self._live.lifetime.total_seconds() - _MARGIN
            return self._live.value

    def discard(self, token: str) -> None:
        with self._lock:
            if self._live is not None and self._live.value == token:
                self._live = None
