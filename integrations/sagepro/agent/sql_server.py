"""The agent's line to an SQL database: its address, and whom it believes at the other end.

SQL Server's driver is told by a file that the environment of the whole process names. An agent
serves one company, so its process trusts one server and no other.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.apart.trust import VARIABLE, Trust

_SQL_SERVER = "mssql"
_PRODUCTS = frozenset({_SQL_SERVER, "postgresql", "postgres"})
_HOW = "Write it as mssql://USER@SERVER:1433/DATABASE."
_MOST_BYTES = 65_536


@dataclass(frozen=True)
class Line:
    """What a person chose about the certificate of the database's server."""

    ca_file: str = ""
    """Who signed it, in PEM; empty for every public authority."""
    is_checked: bool = True
    """False: encrypted, and whoever answers is believed."""

    def told(self, address: str) -> str:
        """How the line is kept, in a sentence; empty where this has no say."""
        if not _is_sql_server(address):
            return ""
        if not self.is_checked:
            return (
                "The line to SQL Server is encrypted. Its certificate is not checked, as set on "
                "this computer."
            )
        who = self.ca_file or "the public authorities"
        return f"The line to SQL Server is encrypted, and its certificate checked by {who}."


def check_address(address: str) -> None:
    """Raises FixConfiguration, without the address, for one that cannot be read, and for one of
    an SQL Server that holds a password, which is asked for and kept apart."""
    try:
        url = make_url(address.strip())
    except (ArgumentError, ValueError):
        raise _unreadable("The address of the Sage Pro database cannot be read.") from None
    if url.get_backend_name() not in _PRODUCTS or not url.database:
        raise _unreadable("The address of the Sage Pro database cannot be read.")
    if url.get_backend_name() == _SQL_SERVER:
        _check_server(url)


def _check_server(url: URL) -> None:
    host = url.host or ""
    if url.password is not None:
        raise _unreadable("The address holds a password, which the agent asks for by itself.")
    if "\\" in host or "," in host:
        raise _unreadable(
            "The address names an instance. The server's port, as SQL Server Configuration Manager "
            "shows it under TCP/IP, says the same."
        )
    if not host or not url.username:
        raise _unreadable("The address of the Sage Pro database names no server or no user.")


def trust(address: str, line: Line, *, folder: Path) -> None:
    """Let the driver of this process believe that server alone, by settings in this folder.

    Nothing is done for another product. Raises FixConfiguration when the authority's file or the
    server's name cannot be read.
    """
    if not _is_sql_server(address):
        return
    found = Trust(make_url(address).host or "", _authority(line), is_checked=line.is_checked)
    os.environ[VARIABLE] = str(found.settle_in(folder))


def _authority(line: Line) -> str:
    if not line.ca_file or not line.is_checked:
        return ""
    try:
        content = Path(line.ca_file).read_bytes()[:_MOST_BYTES].decode("ascii")
    except (OSError, UnicodeDecodeError):
        content = ""
    if "BEGIN CERTIFICATE" not in content:
        raise FixConfiguration(
            f"{line.ca_file} is no certificate in PEM form that this user may read.",
            code="agent.ca_file",
            field="sage.ca_file",
            remedy="Name the file of who signed the SQL Server's certificate, or leave it empty.",
        )
    return content


def _is_sql_server(address: str) -> bool:
    return address.strip().startswith(_SQL_SERVER)


def _unreadable(sentence: str) -> FixConfiguration:
    return FixConfiguration(
        sentence, code="agent.address_unknown", field="sage.address", remedy=_HOW
    )
