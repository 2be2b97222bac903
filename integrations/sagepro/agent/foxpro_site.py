"""What only a FoxPro site needs of its agent: our tables beside the books, proof, and a pause."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.agent import settings, wire
from integrations.sagepro.agent.keeping import Kept, kept
from integrations.sagepro.agent.portal import Portal
from integrations.sagepro.agent.ways import folders
from integrations.sagepro.backends.dbf import proof, site
from integrations.sagepro.foxpro.site_work import Site
from integrations.sagepro.profile import PostingProfile


def open_site(folder: Path) -> Site:
    """The site that the agent of this folder works at, by the profile the portal has in force.

    Raises FixConfiguration when the agent reaches no FoxPro company, and what `settings.read`,
    `kept` and `Portal.call` raise.
    """
    chosen, found = settings.read(folder), kept(folder)
    if chosen.way != "dbf":
        raise FixConfiguration(
            "This agent reaches a database, which needs no preparing.",
            code="agent.not_foxpro",
            field="sage.way",
            remedy="Pair it with --way dbf for a company in FoxPro tables.",
        )
    return Site(
        folders(chosen.address)[0],
        PostingProfile.from_json(_setup(chosen, found)["profile"]),
        found.epoch,
        proof.key_of(bytes.fromhex(found.job_key)),
    )


def _setup(chosen: settings.Settings, found: Kept) -> Any:
    portal = Portal(chosen.portal_url, ca_file=chosen.ca_file, secret=found.secret)
    try:
        return wire.load(str(portal.call("setup", {})["setup"]))
    finally:
        portal.close()


def switch(folder: Path, *, is_held: bool, today: date) -> None:
    """Tell the program inside Sage Pro to rest, or to go on, where it has been prepared.

    Raises TryLater when the company's folder cannot be reached, so that nobody believes that
    it rests.
    """
    chosen, found = settings.read(folder), kept(folder)
    if chosen.way != "dbf":
        return
    with suppress(FixConfiguration):  # never prepared, so no program runs there
        value = "Y" if is_held else ""
        site.tell(
            folders(chosen.address)[0], found.company_number, today=today, **{site.READ_ONLY: value}
        )
