"""Clients kept open per process, for as long as what they were made from stays the same."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


class LiveClients(Generic[T]):
    """One client per connection and process.

    A client is replaced, and the former one closed, when its stamp changes. A forked child
    starts with none and never closes its parent's: the sockets are the parent's.
    """

    def __init__(self, *, close: Callable[[T], None]) -> None:
        self._close = close
        self._lock = threading.Lock()
        self._kept: dict[UUID, tuple[Hashable, T]] = {}
        # Kept so that the garbage collector does not close what belongs to the parent.
        self._inherited: list[object] = []
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def get(self, connection_id: UUID, *, stamp: Hashable, make: Callable[[], T]) -> T:
        """The client made for this stamp, or a new one. Raises what `make` raises."""
        with self._lock:
            found = self._kept.get(connection_id)
            if found is not None and found[0] == stamp:
                return found[1]
            client = make()
            self._kept[connection_id] = (stamp, client)
        if found is not None:
            self._close(found[1])
        return client

    def close_all(self) -> None:
        """Close every client of this process."""
        with self._lock:
            kept, self._kept = self._kept, {}
        for _, client in kept.values():
            self._close(client)

    def _leave_to_parent(self) -> None:
        self._lock = threading.Lock()
        self._inherited.append(self._kept)
        self._kept = {}
