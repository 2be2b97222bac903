"""How often an address of the network may ask where nobody signs in."""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW_SECONDS = 60


def is_too_often(request: HttpRequest, *, what: str, most: int) -> bool:
    """Count this request; True when its address asked more than `most` times this minute.

    The address is the one that sign-in limits count by. Counted across processes, and near
    enough: two requests at the very same moment may count as one.
    """
    minute = int(time.time()) // WINDOW_SECONDS
    key = f"limit:{what}:{get_adapter().get_client_ip(request)}:{minute}"
    cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # it was dropped between the two
        return False
