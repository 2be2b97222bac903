"""The portal, called from inside the customer's network; nothing ever calls the agent."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from integrations.sagepro.agent import wire

_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 30.0


class PortalAway(RuntimeError):  # noqa: N818 names the state
    """The portal does not answer, or not now; trying again helps."""


class PairingEnded(RuntimeError):  # noqa: N818 names the state
    """The portal does not know this agent any more: revoked, or another was paired."""


class PortalRefused(RuntimeError):  # noqa: N818 names the state
    """The portal refuses what was sent, and says why."""


@dataclass
class Portal:
    """One portal as one agent sees it; one call at a time, from whichever thread.

    `skew` is how far its clock is ahead of ours.
    """

    url: str
    ca_file: str = ""
    secret: str = ""
    skew: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._calling = threading.Lock()
        if self.ca_file:
            self._session.verify = self.ca_file

    def __repr__(self) -> str:
        return f"Portal({self.url})"

    def call(self, name: str, given: Mapping[str, Any], *, wait: int = 0) -> dict[str, Any]:
        """Call `/agent/v1/<name>`. Raises PortalAway, PairingEnded and PortalRefused."""
        with self._calling:
            return self._call(name, given, wait)

    def _call(self, name: str, given: Mapping[str, Any], wait: int) -> dict[str, Any]:
        began = time.monotonic()
        try:
            response = self._session.post(
                f"{self.url}/agent/v1/{name}",
                data=wire.canonical(given).encode(),
                headers={
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {self.secret}",
                },
                timeout=(_CONNECT_SECONDS, wait + _ANSWER_SECONDS),
                allow_redirects=False,
            )
            answer = _read(response)
        except requests.RequestException as error:
            raise PortalAway(f"{self.url} cannot be reached ({type(error).__name__}).") from None
        if time.monotonic() - began < 5:
            self._set_clock(answer)
        _check(response.status_code, answer, self.url)
        return answer

    def now(self) -> datetime:
        """What the portal's clock shows."""
        return datetime.now(UTC) + self.skew

    def close(self) -> None:
        self._session.close()

    def _set_clock(self, answer: Mapping[str, Any]) -> None:
        told = answer.get("portal_time")
        if isinstance(told, str):
            self.skew = datetime.fromisoformat(told) - datetime.now(UTC)


def _read(response: requests.Response) -> dict[str, Any]:
    try:
        answer = wire.load(response.content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _check(status: int, answer: Mapping[str, Any], url: str) -> None:
    told = str(answer.get("message", ""))[:300]
    if status == 401 and told:
        raise PairingEnded(told)
    if status == 200 and "portal_time" in answer:
        return
    if 400 <= status < 500 and status not in {408, 429} and told:
        raise PortalRefused(told)
    raise PortalAway(f"{url} answered {status}.")
