"""Which handler answers which call: the client's own list of endpoints, turned around."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.simulator.exchange import Json
from integrations.paytrace.simulator.rows import User
from integrations.paytrace.simulator.world import World


@dataclass(frozen=True)
class Asked:
    """One authorized question, inside a turn."""

    world: World
    user: User
    fields: Json
    part: str = ""
    """What stood in the path where the endpoint says {id}."""
    host: str = ""
    """Host and port by which we were asked."""

    @property
    def account(self) -> str:
        return self.user.account


Handler = Callable[[Asked], Json]


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    permission: str
    """What the user must be allowed; empty for what every user may ask."""
    handler: Handler


def route(endpoint: Endpoint, permission: str, handler: Handler) -> Route:
    pattern = re.escape(endpoint.path).replace(r"\{id\}", r"([^/]+)")
    return Route(endpoint.method, re.compile(pattern), permission, handler)


def find(routes: Sequence[Route], method: str, path: str) -> tuple[Route, str] | None:
    """The route and the part of the path it names; None when nobody answers there."""
    for one in routes:
        found = one.pattern.fullmatch(path) if one.method == method else None
        if found:
            return one, unquote(found[1]) if one.pattern.groups else ""
    return None


def is_allowed(user: User, permission: str) -> bool:
    """No permissions named means all of them."""
    return not permission or not user.permissions or permission in user.permissions
