"""The agent's secret is exchanged by itself, so that one that leaked does not last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from integrations.sagepro.agent.keeping import Kept, keep
from integrations.sagepro.agent.portal import Portal

log = structlog.get_logger("agent")
AFTER = timedelta(days=30)
_AGAIN_AFTER = timedelta(days=1)


def renew(folder: Path, found: Kept, portal: Portal, *, now: datetime) -> tuple[Kept, str]:
    """Exchange the secret for another one; what is kept now, and where, in words.

    The former one stays good until the new one has been used. Raises what `Portal.call` does, and
    OSError when it cannot be kept, and then uses the former one.
    """
    secret = str(portal.call("secret", {})["secret"])
    made = replace(found, secret=secret, renewed_at=now.isoformat())
    where = keep(folder, made)
    portal.secret = secret
    return made, where


@dataclass
class Renewal:
    """Looks whether it is time. For the one thread that runs the agent."""

    folder: Path
    kept: Kept
    portal: Portal
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _not_before: datetime | None = None

    def if_due(self) -> None:
        """Exchange it when it is 30 days old. Raises what `Portal.call` does."""
        now = self.now()
        made_at = self.kept.renewed_at
        is_young = made_at and now - datetime.fromisoformat(made_at) < AFTER
        if is_young or (self._not_before and now < self._not_before):
            return
        self._not_before = now + _AGAIN_AFTER
        try:
            self.kept, _ = renew(self.folder, self.kept, self.portal, now=now)
        except OSError as error:
            log.warning("secret.not_renewed", sentence=str(error))
            return
        log.info("secret.renewed")
