"""Posting through an agent: what the portal hands over is taken, written and told.

The agent runs in this process and speaks to the running portal; every write is in its journal
before it begins and again before it is told. Beside it the bare driver tells a copy of the
company the same statements, without portal and journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from uuid import UUID

import psycopg
from django.utils import timezone

from integrations.canonical.posting import PostingOutcome, PostingRequest
from integrations.connections.agents import companies, pairing
from integrations.connections.agents.connector import AgentConnector
from integrations.sagepro.agent import __main__ as program
from integrations.sagepro.agent.running import at_work
from integrations.sagepro.agent.worker import Worker
from integrations.sagepro.sample.company import create_company
from integrations.sagepro.sample.profile import sample_profile
from portal.launch.postgres import LaunchError
from tenants import operations as tenants
from tenants.models import Environment, User
from tenants.scope import tenant_transaction
from tests.bench import direct
from tests.bench.report import Aim, Row
from tests.bench.scene import ACTOR
from tests.bench.sizes import Sizes
from tests.bench.stage import Stage
from tests.bench.turns import take_turns
from tests.sagepro.companies import TODAY
from tests.sagepro.postings import receipt

_NAME, _COPY = "sage_agent", "sage_agent_copy"


def measure(stage: Stage, port: int, sizes: Sizes) -> list[Row]:
    """Receipts per second while work waits. Raises LaunchError when a posting fails."""
    stage.execute(f"CREATE DATABASE {_NAME}", name="postgres")
    create_company(stage.url(_NAME), today=TODAY)
    stage.execute(f"CREATE DATABASE {_COPY} TEMPLATE {_NAME}", name="postgres")
    tenant_id, connection_id = _make_company()
    asks = AgentConnector(tenant_id=tenant_id, connection_id=connection_id)
    with _paired(stage, port, tenant_id=tenant_id, connection_id=connection_id) as worker:
        return [_posting(stage, _Agent(asks, worker), sizes)]


@dataclass
class _Agent:
    asks: AgentConnector
    worker: Worker

    def hand_over(self, word: str, count: int) -> list[PostingRequest]:
        requests = [
            receipt(f"{word}-{number}", "0.01", invoices={"10432": "0.01"})
            for number in range(count)
        ]
        self._expect(PostingOutcome.HANDED_OVER, requests)
        return requests

    def work(self) -> None:
        """Everything that waits, twenty at a time."""
        while self.worker.once(wait=0):
            pass

    def check(self, requests: list[PostingRequest]) -> None:
        self._expect(PostingOutcome.POSTED, requests)

    def _expect(self, outcome: PostingOutcome, requests: list[PostingRequest]) -> None:
        for request in requests:
            found = self.asks.post_if_absent(request).outcome
            if found is not outcome:
                raise LaunchError(f"{request.effect_key} should be {outcome}; it is {found}.")


def _posting(stage: Stage, agent: _Agent, sizes: Sizes) -> Row:
    rounds, count = sizes.rounds, sizes.handed
    begin, *told = [_recorded(agent, f"first-{number}", count) for number in range(rounds + 1)]
    asked: list[PostingRequest] = []
    with psycopg.connect(stage.url(_COPY)) as bare:
        direct.replay(bare, begin)
        taken = take_turns(
            rounds,
            before=lambda number: asked.extend(agent.hand_over(f"second-{number}", count)),
            ours=lambda _: agent.work(),
            bare=lambda number: direct.replay(bare, told[number]),
        )
    agent.check(asked)
    return taken.row(
        "Receipts posted through the agent",
        count,
        "receipts/s",
        beside="the same statements, driver only",
        aim=Aim(least=0.7),
        details={
            "receipts": count,
            "statements_per_receipt": direct.per_receipt(begin, count),
        },
    )


def _recorded(agent: _Agent, word: str, count: int) -> list[direct.Told]:
    asked = agent.hand_over(word, count)
    recorder = direct.Recorder()
    with recorder.listening():
        agent.work()
    agent.check(asked)
    return recorder.statements


def _make_company() -> tuple[UUID, UUID]:
    """A tenant of its own with a company that only an agent reaches."""
    owner = User.objects.create_user("agent@bench.example", "a-long-password")
    tenant = tenants.create_company(name="Agent", owner=owner)
    with tenant_transaction(tenant.id):
        environment = Environment.objects.get(kind=Environment.Kind.PRODUCTION)
        connection = companies.create_company(
            environment_id=environment.id, name="Books", company_number="01",
            profile=sample_profile().as_json(), actor=ACTOR,
        )  # fmt: skip
    return tenant.id, connection.id


@contextmanager
def _paired(stage: Stage, port: int, *, tenant_id: UUID, connection_id: UUID) -> Iterator[Worker]:
    """An agent paired by its own command. Raises LaunchError when that fails."""
    with tenant_transaction(tenant_id):
        code = pairing.new_code(connection_id=connection_id, actor=ACTOR, now=timezone.now())
    home = stage.folder / "agent"
    command = [
        "--home", str(home), "pair", "--portal", f"http://127.0.0.1:{port}", "--code", code,
        "--address", stage.url(_NAME),
    ]  # fmt: skip
    with redirect_stdout(StringIO()):
        if program.main(command) != 0:
            raise LaunchError("The agent could not be paired.")
    with at_work(home) as worker:
        yield worker
