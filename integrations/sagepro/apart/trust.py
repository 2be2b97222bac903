"""Whom the process of one company trusts: its own authority, in a folder of its own.

SQL Server's driver reads this from a file named by an environment variable, once for the whole
process; so two companies in one process would trust each other's authority.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import certifi

from integrations.canonical.errors import FixConfiguration

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_ENCRYPTED = """\
[global]
    encryption = require
"""
_CHECKED = """\
    ca file = {authority}
    check certificate hostname = yes
    certificate hostname = {name}
"""
_FILE = "freetds.conf"
VARIABLE = "FREETDSCONF"
"""Of the environment: where the driver looks for its settings, whenever it connects."""


@dataclass(frozen=True)
class Trust:
    """`name` is what the server's certificate must say, `authority` who signed it, in PEM.

    An empty `authority` is every public one.
    """

    name: str
    authority: str = ""
    is_checked: bool = True
    """False: encrypted, and whoever answers is believed. Only a site chooses that, for its own
    network."""

    def settle(self) -> Path:
        """Write the driver's settings into a new folder that only we may read.

        Raises FixConfiguration for a name that is none.
        """
        self._check_name()
        folder = Path(tempfile.mkdtemp(prefix="tieout-sage-"))
        self.settle_in(folder)
        return folder

    def settle_in(self, folder: Path) -> Path:
        """The same in this folder; the path of the settings. Raises as `settle`, and OSError."""
        self._check_name()
        authority = Path(certifi.where())
        if self.authority:
            authority = folder / "authority.pem"
            authority.write_text(self.authority)
        checked = _CHECKED.format(authority=authority, name=self.name) if self.is_checked else ""
        path = folder / _FILE
        path.write_text(_ENCRYPTED + checked)
        return path

    def _check_name(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise FixConfiguration(
                "The name of the Sage Pro server cannot be read.",
                code="sage.address_invalid",
                field="dsn",
                remedy="Write its name or number, without blanks.",
            )


def environment(folder: Path | None) -> Mapping[str, str]:
    """All that the process is told by its environment: no key, no password, nobody else's CA."""
    told = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    return told | {VARIABLE: str(folder / _FILE)} if folder else told


def forget(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
