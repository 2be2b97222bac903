"""What a site's self-test found: whether this very server keeps what the writer relies on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing tried, told to a person. `is_ok` is None for what is advice only."""

    label: str
    is_ok: bool | None
    sentence: str


@dataclass(frozen=True)
class SelfTest:
    """Every check of one run, in the order they were made."""

    server: str
    """Product and version, such as `SQL Server 15.0.2000.5`."""
    checks: tuple[Check, ...]
    made_at: str = ""
    """When an agent looked, ISO 8601 on the portal's clock; empty where it needs no telling."""
    seal: str = ""
    """The agent's signature under it (see `agent.sealing`); empty where nobody stands between."""

    @property
    def is_passed(self) -> bool:
        """Nothing failed, so that the first receipt may be written."""
        return bool(self.checks) and all(check.is_ok is not False for check in self.checks)
