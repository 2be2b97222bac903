"""A sample company reached the agent's way: real HTTP, a real portal, either edition behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connections as database_connections

from integrations.connections.models import Connection
from integrations.sagepro.agent import ways
from integrations.sagepro.agent.worker import Worker
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.books import Books, Changes
from tests.agent.foxpro import signed_site
from tests.agent.scene import AgentScene, Patient, build, serving
from tests.sagepro.any_company import AnyCompany
from tests.sagepro.companies import SampleCompany
from tests.sagepro.foxpro.company import FoxProCompany


@dataclass
class AgentCompany:
    """One company behind one agent. Connectors with other settings take turns at it."""

    sample: AnyCompany
    scene: AgentScene
    worker: Worker
    at_site: Callable[[], object] = lambda: None
    """What happens at the site after each turn of the agent."""
    turns: threading.RLock = field(default_factory=threading.RLock, repr=False)
    chosen: tuple[object, ...] = ()

    @property
    def profile(self) -> PostingProfile:
        return self.sample.profile

    def connect(
        self,
        *,
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
    ) -> Patient:
        used = profile or self.profile

        def prepare() -> None:
            self._set(used, limits, expected_fingerprint)

        def turn() -> None:
            self.worker.once(wait=0)
            self.at_site()

        made = Patient(self.scene.connector(), turn, self.turns, prepare)
        made.company_profile()
        return made

    def books(self) -> Books:
        return self.sample.books()

    def during(self, act: Callable[[], object]) -> Changes:
        return self.sample.during(act)

    def named(self, sentence: str) -> str:
        return self.sample.named(sentence)

    def add(self, table: str, **values: object) -> None:
        self.sample.add(table, **values)
        self.forget()

    def change(self, table: str, where: dict[str, object], **values: object) -> None:
        self.sample.change(table, where, **values)
        self.forget()

    def remove(self, table: str, where: dict[str, object]) -> None:
        self.sample.remove(table, where)
        self.forget()

    def move_to_history(self, number: str) -> None:
        self.sample.move_to_history(number)
        self.forget()

    def move_order_to_history(self, number: str) -> None:
        self.sample.move_order_to_history(number)
        self.forget()

    def forget_posting(self, effect_key: str) -> None:
        self.sample.forget_posting(effect_key)

    @property
    def leaves_record(self) -> bool:
        return True

    def busy(self) -> AbstractContextManager[None]:
        return self.sample.busy()

    def forget(self) -> None:
        """Minutes pass: what was read before is not believed any more."""
        with self.scene.inside():
            self.scene.forget_answers()

    def _set(self, profile: PostingProfile, limits: Limits | None, fingerprint: str) -> None:
        wanted = (profile, limits, fingerprint)
        if self.chosen == wanted:
            return
        self.chosen = wanted
        with self.scene.inside():
            row = Connection.objects.get(id=self.scene.connection_id)
            row.settings["profile"] = profile.as_json()
            row.fingerprint = fingerprint
            row.save(update_fields=["settings", "fingerprint"])
            self.scene.forget_answers()
        self.worker.books.leave()
        self.worker.books.open_company = lambda place: _open(place, limits)


def _open(place: ways.Place, limits: Limits | None) -> ways.Reached:
    if place.way == "dbf":
        return FoxProConnector(
            ways.folders(place.address),
            profile=PostingProfile.from_json(place.setup["profile"]),
            expected_fingerprint=str(place.setup["fingerprint"]),
            limits=limits,
            writer_epoch=place.epoch,
            proof_key=place.proof_key,
        )
    return SqlConnector(
        place.address,
        profile=PostingProfile.from_json(place.setup["profile"]),
        expected_fingerprint=str(place.setup["fingerprint"]),
        limits=limits,
        writer_epoch=place.epoch,
    )


@pytest.fixture(scope="session")
def portal_of_agents() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def agent_company(
    db: None, portal_of_agents: str, sql_company: SampleCompany, tmp_path: Path
) -> Iterator[AgentCompany]:
    """A fresh company, a fresh tenant, and an agent paired with both."""
    scene = build(portal_of_agents, sage_dsn=sql_company.dsn, folder=tmp_path)
    yield AgentCompany(sql_company, scene, scene.worker(scene.pair()))
    scene.close()
    database_connections.close_all()


@pytest.fixture
def agent_foxpro_company(
    db: None, portal_of_agents: str, foxpro_company: FoxProCompany, tmp_path: Path
) -> Iterator[AgentCompany]:
    """The same in FoxPro tables, with Sage Pro's own program after every turn of the agent."""
    made = signed_site(portal_of_agents, foxpro_company, tmp_path / "agent")

    def at_site() -> None:
        foxpro_company.run_program()
        made.scene.minute_passes()

    yield AgentCompany(foxpro_company, made.scene, made.worker, at_site)
    made.scene.close()
    database_connections.close_all()
