"""Keeping the agent's secret: with the operating system's own protection where there is one.

`keyring` speaks to the Windows Credential Manager, the macOS keychain and the Linux secret
service. Where none of them is there, a file that only this user may read stands in. The
keyrings of Windows and macOS have not been run by us.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

try:
    import keyring
    from keyring.errors import KeyringError
except ImportError:  # a computer without it keeps the file
    keyring = None  # type: ignore[assignment]
    KeyringError = OSError  # type: ignore[assignment,misc]

_SERVICE = "Tieout agent"
_FILE = "secret.json"


class NotPaired(RuntimeError):  # noqa: N818 names the state
    """This agent has no secret: pair it first."""


@dataclass(frozen=True)
class Kept:
    """What pairing left behind. Nothing of it is ever logged."""

    secret: str = field(repr=False)
    job_key: str = field(repr=False)
    epoch: int
    company_number: str
    password: str = field(default="", repr=False)
    """Of the Sage Pro database."""
    renewed_at: str = ""
    """When the secret was made, ISO 8601; empty where nobody wrote it down."""


def keep(folder: Path, kept: Kept) -> str:
    """Store it in the place of a former one; where it is now, in words."""
    text = json.dumps(asdict(kept))
    if _to_keyring(folder, text):
        (folder / _FILE).unlink(missing_ok=True)
        return "in this computer's key store"
    _to_file(folder / _FILE, text)
    return f"in {folder / _FILE}, which only this user may read"


def kept(folder: Path) -> Kept:
    """What is stored. Raises NotPaired, and PermissionError when others may read the file."""
    path = folder / _FILE
    text = path.read_text(encoding="utf-8") if path.exists() else _from_keyring(folder)
    if not text:
        raise NotPaired("This agent is not paired yet: tieout-agent pair")
    if path.exists() and os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PermissionError(f"Others may read {path}. Run: chmod 600 {path}")
    return Kept(**json.loads(text, parse_float=str))


def _to_keyring(folder: Path, text: str) -> bool:
    if not _has_keyring():
        return False
    with suppress(KeyringError):
        keyring.set_password(_SERVICE, str(folder), text)
        return bool(keyring.get_password(_SERVICE, str(folder)) == text)
    return False


def _from_keyring(folder: Path) -> str:
    if not _has_keyring():
        return ""
    with suppress(KeyringError):
        return keyring.get_password(_SERVICE, str(folder)) or ""
    return ""


def _has_keyring() -> bool:
    # A back end of priority below one keeps nothing, or keeps it in the open.
    return keyring is not None and keyring.get_keyring().priority >= 1


def _to_file(path: Path, text: str) -> None:
    """Written beside and renamed, so that a cut leaves the former one."""
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
