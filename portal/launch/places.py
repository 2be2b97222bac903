"""Where a checkout keeps what it makes while running."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
VAR = CHECKOUT / "var"

# A Unix socket's path must fit in 107 bytes; PostgreSQL adds its file name to the folder.
_LONGEST_SOCKET_FOLDER = 80


def runs_as_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def checkout_id() -> str:
    """Ten hex digits that tell this checkout from others on the machine."""
    return hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]


def database_folder(name: str) -> Path:
    """Where the embedded server named `name` lives.

    PostgreSQL refuses to run as root, so root keeps it outside the checkout, in a folder
    that the unprivileged account owns; everybody else keeps it under var/.
    """
    if override := os.environ.get("TIEOUT_STATE"):
        return Path(override) / name
    if runs_as_root():
        return Path("/var/lib/tieout") / checkout_id() / name
    return VAR / name


def socket_folder(folder: Path) -> Path:
    """A folder for the server's socket whose path is short enough."""
    inside = folder / "socket"
    if len(str(inside)) <= _LONGEST_SOCKET_FOLDER:
        return inside
    short = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"tieout-{short}"
