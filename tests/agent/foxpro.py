"""A FoxPro company behind an agent, with Sage Pro's own program played by its model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections as database_connections

from integrations.sagepro.agent import foxpro_site
from integrations.sagepro.agent.worker import Worker
from integrations.sagepro.backends.dbf import site
from tests.agent.scene import AgentScene, build
from tests.sagepro.foxpro.company import TODAY, FoxProCompany
from tests.sagepro.foxpro.model import Program


@dataclass
class FoxProSite:
    """One company's folder, the agent on its network, and the program inside Sage Pro."""

    scene: AgentScene
    company: FoxProCompany
    home: Path
    worker: Worker

    @property
    def folder(self) -> Path:
        return self.company.folder

    def sign(self) -> None:
        """As `prove` does at its end: what was found counts from now on."""
        place = foxpro_site.open_site(self.home)
        site.sign(place.folder, place.profile, key=place.proof_key, today=TODAY)

    def turn(self) -> int:
        """The agent works, then Sage Pro's program; how many jobs were done."""
        done = self.worker.once(wait=0)
        Program(self.folder).run()
        return done


def signed_site(url: str, company: FoxProCompany, folder: Path) -> FoxProSite:
    """A site that was prepared and proven, and its agent."""
    scene = build(url, sage_dsn=str(company.folder), folder=folder, way="dbf")
    home = scene.pair()
    made = FoxProSite(scene, company, home, scene.worker(home))
    made.sign()
    return made


@pytest.fixture
def foxpro_site_of_agent(
    db: None, portal_url: str, foxpro_company: FoxProCompany, tmp_path: Path
) -> Iterator[FoxProSite]:
    made = signed_site(portal_url, foxpro_company, tmp_path / "agent")
    yield made
    made.scene.close()
    database_connections.close_all()
