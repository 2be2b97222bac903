"""The agent's settings: one TOML file on the customer's side, without anything secret.

    [portal]
    url = "https://tieout.example.com"
    ca_file = ""                # a certificate authority of your own, if you use one

    [sage]
    way = "sql"                 # how Sage Pro is reached: sql, or dbf for FoxPro tables
    address = "mssql://tieout@books.example:1433/PRO01"
                                # for dbf its folders, such as S:\\PRO\\ARDATA;S:\\PRO
    ca_file = ""                # who signed the SQL Server's certificate, if it is your own
    check_certificate = true    # false: encrypted, but whichever server answers is believed

    [switches]
    read_only = false           # true: nothing is written into Sage
    quiet_hours = "22:00-06:00" # no writes then, in this computer's time; empty for none

A file named STOP beside it is the kill switch: while it is there, nothing is read or written.
`tieout-agent hold` leaves a file named HOLD with a reason: while it is there, nothing is written.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from integrations.sagepro.agent.sql_server import Line

FILE = "agent.toml"
STOP = "STOP"
HOLD = "HOLD"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class BadSettings(ValueError):  # noqa: N818 a sentence for the person who wrote the file
    """The file, the field at fault and the remedy, in one sentence."""


@dataclass(frozen=True)
class QuietHours:
    """From one time of day to another, over midnight if it comes to that."""

    begins: time
    ends: time

    def holds(self, now: datetime) -> bool:
        moment = now.time()
        if self.begins <= self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends


@dataclass(frozen=True)
class Settings:
    """What a person chose for this agent."""

    portal_url: str
    ca_file: str
    way: str
    address: str
    read_only: bool
    quiet_hours: QuietHours | None
    line: Line = field(default_factory=Line)


def home() -> Path:
    """Where the agent keeps its things: TIEOUT_AGENT_HOME, or a folder of the user's own."""
    given = os.environ.get("TIEOUT_AGENT_HOME", "")
    return Path(given) if given else Path.home() / ".tieout-agent"


def read(folder: Path) -> Settings:
    """The settings in this folder. Raises BadSettings."""
    path = folder / FILE
    try:
        return _settings(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadSettings(f"{path} is not there. Pair the agent first: tieout-agent pair") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} cannot be read: {error}") from None


def write(
    folder: Path, *, portal_url: str, ca_file: str, way: str, address: str, line: Line | None = None
) -> None:
    """Write a first file, with every switch off."""
    told = line or Line()
    lines = (
        "[portal]", f"url = {_text(portal_url)}", f"ca_file = {_text(ca_file)}", "",
        "[sage]", f"way = {_text(way)}", f"address = {_text(address)}",
        f"ca_file = {_text(told.ca_file)}",
        f"check_certificate = {str(told.is_checked).lower()}", "",
        "[switches]", "read_only = false", 'quiet_hours = ""', "",
    )  # fmt: skip
    (folder / FILE).write_text("\n".join(lines), encoding="utf-8")


def check_url(url: str) -> str:
    """An address the agent may call: https, or plain http on this very machine."""
    parts = urlsplit(url.strip().rstrip("/"))
    is_local = parts.scheme == "http" and parts.hostname in _LOCAL
    if not parts.hostname or parts.username or not (parts.scheme == "https" or is_local):
        raise BadSettings("portal.url must begin with https:// and name the portal's host.")
    return parts.geturl()


@lru_cache(maxsize=2)
def _settings(text: str) -> Settings:
    """Of what stands in the file, which is read before every write and seldom changes."""
    data: Mapping[str, Any] = tomllib.loads(text)
    portal, sage = data.get("portal", {}), data.get("sage", {})
    switches = data.get("switches", {})
    read_only = switches.get("read_only", False)
    if not isinstance(read_only, bool):
        raise BadSettings("switches.read_only is true or false.")
    is_checked = sage.get("check_certificate", True)
    if not isinstance(is_checked, bool):
        raise BadSettings("sage.check_certificate is true or false.")
    return Settings(
        portal_url=check_url(str(portal.get("url", ""))),
        ca_file=str(portal.get("ca_file", "")),
        way=str(sage.get("way", "sql")),
        address=str(sage.get("address", "")),
        read_only=read_only,
        quiet_hours=_quiet_hours(str(switches.get("quiet_hours", ""))),
        line=Line(str(sage.get("ca_file", "")), is_checked=is_checked),
    )


def _quiet_hours(text: str) -> QuietHours | None:
    if not text.strip():
        return None
    begins, _, ends = text.partition("-")
    try:
        return QuietHours(time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip()))
    except ValueError:
        raise BadSettings(
            f"switches.quiet_hours is two times such as 22:00-06:00, not ‘{text}’."
        ) from None


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
