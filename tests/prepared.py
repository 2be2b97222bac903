"""The cluster with the migrated template, kept for the next run of the same migrations.

Migrating anew takes as long as a hundred tests, and gives the same each time. A fresh checkout
has nothing kept and migrates; so does the first run after a change of what is migrated.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_NAME = "prepared-tests-"
# What the template is made from: what migrates, what the migrations use, what makes the cluster.
_SOURCES = (
    "requirements*.txt",
    "portal/settings.py",
    "portal/launch/*.py",
    "portal/management/**/*.py",
    "tenants/**/*.py",
    "integrations/**/migrations/*.py",
    "integrations/**/models*.py",
    "integrations/**/models/*.py",
    "tests/database_plugin.py",
    "tests/prepared.py",
)
# Beside the data: the server's superuser has the password it was made with.
_PASSWORD = "superuser-password"


def place(parent: Path, checkout: Path) -> Path:
    """Where in `parent` the cluster of what stands in `checkout` now is kept, or would be."""
    told = hashlib.sha256(f"{sys.version} {sys.prefix}".encode())
    for path in _made_from(checkout):
        told.update(f"\0{path.relative_to(checkout)}\0".encode())
        told.update(path.read_bytes())
    return parent / f"{_NAME}{told.hexdigest()[:16]}"


def take(kept: Path, folder: Path) -> bool:
    """Lay the kept cluster out in the folder of a server that has not started; False, and nothing
    laid out, when there is none."""
    if not (kept / _PASSWORD).is_file():
        return False
    data = folder / "data"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.mkdir(mode=0o700, exist_ok=True)
    if _copied(kept / "data", data):
        shutil.copy2(kept / _PASSWORD, folder / _PASSWORD)
        return True
    for one in data.iterdir():
        shutil.rmtree(one) if one.is_dir() else one.unlink()
    return False


def keep(folder: Path, kept: Path) -> None:
    """Keep the cluster of a server that has stopped, in place of those of other migrations.

    Two runs may keep the same at once: the first is as good as the second.
    """
    made = kept.with_name(f"{kept.name}.{os.getpid()}")
    (made / "data").mkdir(mode=0o700, parents=True)
    made.chmod(0o700)
    if _copied(folder / "data", made / "data"):
        shutil.copy2(folder / _PASSWORD, made / _PASSWORD)
        if not kept.exists():
            made.rename(kept)
    for other in kept.parent.glob(f"{_NAME}*"):
        if other != kept:
            shutil.rmtree(other, ignore_errors=True)


def _copied(source: Path, target: Path) -> bool:
    """Everything in one folder into another, with its owners; the disk may be full."""
    done = subprocess.run(
        ["cp", "-a", f"{source}/.", str(target)], capture_output=True, check=False
    )
    return done.returncode == 0


def _made_from(checkout: Path) -> Iterator[Path]:
    found = {path for pattern in _SOURCES for path in checkout.glob(pattern)}
    return iter(sorted(found))
