"""Ways to Sage Pro from inside the customer's network: the same back ends the portal has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.agent import sql_server
from integrations.sagepro.agent.sql_server import Line
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.backends.looking import Look
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.connector import Connector
from integrations.sagepro.layout import from_json
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.self_test import SelfTest


class Reached(Connector, Protocol):
    """A company as an agent reaches it: the connector, and what only an agent needs of it."""

    def take_over(self) -> None:
        """Make this pairing the one that writes. Raises FixConfiguration for an older one."""
        ...

    def look(self) -> Look:
        """What a self-test shows of the tables."""
        ...

    def self_test(self) -> SelfTest:
        """See `ProvesItself`."""
        ...


@dataclass(frozen=True)
class Place:
    """Where the company is, and by whose right it is written."""

    way: str
    address: str
    password: str
    epoch: int
    setup: Mapping[str, Any]
    """What the portal says of it: profile, fingerprint and layout."""
    proof_key: bytes = b""
    """What a FoxPro site's self-test is sealed with."""
    line: Line = field(default_factory=Line)
    folder: Path = field(default_factory=Path)
    """Where the agent keeps its files."""

    def __repr__(self) -> str:
        return f"Place({self.way})"


Open = Callable[[Place], Reached]


def open_company(place: Place) -> Reached:
    """The company at this place; connects at its first use.

    Raises FixConfiguration for a way nobody knows, or an address that cannot be read.
    """
    opened = _WAYS.get(place.way)
    if opened is None:
        raise FixConfiguration(
            f"There is no way to Sage called ‘{place.way}’.",
            code="agent.way_unknown",
            field="sage.way",
            remedy=f"Write one of: {', '.join(sorted(_WAYS))}.",
        )
    return opened(place)


def check_address(way: str, address: str) -> None:
    """Raises FixConfiguration for an address that this way cannot go to."""
    if way == "dbf":
        folders(address)
    else:
        sql_server.check_address(address)


def _open_sql(place: Place) -> Reached:
    sql_server.trust(place.address, place.line, folder=place.folder)
    layout = place.setup.get("layout")
    return SqlConnector(
        _with_password(place.address, place.password),
        profile=PostingProfile.from_json(place.setup["profile"]),
        expected_fingerprint=str(place.setup.get("fingerprint", "")),
        expected_layout=from_json(layout) if layout else None,
        writer_epoch=place.epoch,
    )


def folders(address: str) -> list[Path]:
    """The folders of a FoxPro company, as `S:\\PRO\\ARDATA;S:\\PRO`; ours is the first.

    Raises FixConfiguration when none is named, or one is not written from its root.
    """
    found = [Path(part.strip()) for part in address.split(";") if part.strip()]
    if not found or not all(folder.is_absolute() for folder in found):
        raise FixConfiguration(
            "The folder of the Sage Pro company must be written from its root.",
            code="agent.folder_unknown",
            field="sage.address",
            remedy="Write it as /sage/ardata or S:\\PRO\\ARDATA, several with a ; between.",
        )
    return found


def _open_dbf(place: Place) -> Reached:
    layout = place.setup.get("layout")
    return FoxProConnector(
        folders(place.address),
        profile=PostingProfile.from_json(place.setup["profile"]),
        expected_fingerprint=str(place.setup.get("fingerprint", "")),
        expected_layout=from_json(layout) if layout else None,
        writer_epoch=place.epoch,
        proof_key=place.proof_key,
    )


def _with_password(address: str, password: str) -> str:
    """The password is kept apart from the settings, which people read."""
    if not password:
        return address
    try:
        return make_url(address).set(password=password).render_as_string(hide_password=False)
    except ArgumentError:
        return address


_WAYS: Mapping[str, Open] = {"sql": _open_sql, "dbf": _open_dbf}
